#!/usr/bin/env bash
# pingouin 0.7.0: the power that a paired t-test reports is not that of the paired test.
#
# Guessed: "achieved power of the test" is how often this test, with these pairs, finds a difference of this size.
# Seen: it is computed from the effect size of unpaired samples, which does not know how the pairs hang together. Two
# learners on the same ten splits: p = 0.00002 beside a power of 0.08, where redrawing finds the difference in 99.8 % of
# all experiments. Where pairs run against each other it is the other way: 0.61, and 21 % when redrawn.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pingouin==0.7.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import pingouin
from scipy import stats

draw = np.random.default_rng(0)


def together():
    split = draw.normal(0.5, 0.06, 10)
    return split + draw.normal(0.01, 0.004, 10), split + draw.normal(0.0, 0.004, 10)


def against():
    split = draw.normal(0.0, 1.0, 10)
    return split + draw.normal(0.8, 0.1, 10), -split + draw.normal(0.0, 0.1, 10)


seen = {}
for pairs in (together, against):
    reported = np.median([pingouin.ttest(*pairs(), paired=True)["power"].iloc[0] for _ in range(100)])
    redrawn = np.mean([stats.ttest_rel(*pairs()).pvalue < 0.05 for _ in range(4000)])
    seen[pairs.__name__] = reported, redrawn
    print(f"pairs that vary {pairs.__name__}: reported power {reported:.3f}, differences found when redrawn {redrawn:.3f}")
left, right = together()
one = pingouin.ttest(left, right, paired=True).iloc[0]
gap = left - right
of_pairs = pingouin.power_ttest(d=gap.mean() / gap.std(ddof=1), n=10, contrast="paired")
print(f"one test: p = {one['p_val']:.6f}, power {one['power']:.3f}; from the differences' own effect size: {of_pairs:.3f}")
assert seen["together"][0] < 0.1 and seen["together"][1] > 0.99, seen
assert seen["against"][0] > 0.5 and seen["against"][1] < 0.3, seen
assert one["p_val"] < 0.001 and one["power"] < 0.1 and of_pairs > 0.99
PYTHON
