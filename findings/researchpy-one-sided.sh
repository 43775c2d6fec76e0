#!/usr/bin/env bash
# researchpy 0.3.7: the one-sided p-values of a paired t-test do not depend on which learner is better.
#
# Guessed: "Difference < 0" and "Difference > 0" change places where the two samples do, and are SciPy's "less" and
# "greater".
# Seen: for a positive t the two are exchanged, so that "Difference < 0 p value" is always the smaller one: a learner that
# is better on every split is reported to be worse with p = 0.0001, and so is the other one, where the samples change
# places. Without paired=True both are right, and so are they in the same package's newer difference_test.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    researchpy==0.3.7 pandas==2.3.3 scipy==1.17.1 numpy==2.3.5
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import pandas as pd
import researchpy
from scipy import stats

draw = np.random.default_rng(0)
split = draw.normal(0.5, 0.06, 10)
better = pd.Series(split + 0.01 + draw.normal(0.0, 0.004, 10), name="better")
worse = pd.Series(split + draw.normal(0.0, 0.004, 10), name="worse")


def seen(left, right, paired):
    rows = researchpy.ttest(left, right, paired=paired)[1].set_axis(["row", "value"], axis=1)
    return [rows.loc[rows["row"].str.contains(f"Difference {side} 0"), "value"].item() for side in "<>"]


def newer(left, right):
    both = pd.DataFrame({"score": np.r_[left, right], "learner": ["1"] * len(left) + ["2"] * len(right)})
    test = researchpy.difference_test("score ~ C(learner)", both, equal_variances=True, independent_samples=False)
    rows = test.conduct()[1].set_axis(["row", "value"], axis=1)
    return [float(rows.loc[rows["row"].str.contains(f"Difference {side} 0"), "value"].item()) for side in "<>"]


def expected(test, left, right):
    return [round(float(test(left, right, alternative=side).pvalue), 4) for side in ("less", "greater")]


paired = {}
for left, right in ((better, worse), (worse, better)):
    title = f"{left.name} - {right.name}"
    paired[title] = seen(left, right, paired=True)
    print(f"{title}, p of < 0 and > 0: paired {paired[title]}, SciPy {expected(stats.ttest_rel, left, right)}, ", end="")
    print(f"unpaired {seen(left, right, paired=False)}, SciPy {expected(stats.ttest_ind, left, right)}")
    assert seen(left, right, paired=False) == expected(stats.ttest_ind, left, right)
    assert newer(left, right) == expected(stats.ttest_rel, left, right)
assert paired["better - worse"] == paired["worse - better"] == expected(stats.ttest_rel, worse, better)
assert expected(stats.ttest_rel, better, worse) == paired["better - worse"][::-1] == [0.9999, 0.0001]
PYTHON
