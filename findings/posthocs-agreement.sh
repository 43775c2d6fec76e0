#!/usr/bin/env bash
# scikit-posthocs 0.17.1, Conover's test after Friedman's: data sets that all agree give p = 0, or no p at all.
#
# Guessed: the fewer data sets, the larger p; and the better they agree, the smaller.
# Seen: where all data sets order the learners alike the variance in the denominator is 0. Two data sets are then enough
# for p = 0 between all of three learners, which chance alone brings once in six; and whether that 0 is rounded to just
# below 0 is a matter of the numbers: four learners on two, four, five or eight data sets have p = NaN, so that
# "p < 0.05" finds nothing in the clearest of results. Nemenyi's test on the same tables behaves as guessed.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    scikit-posthocs==0.17.1 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import itertools
import warnings

import numpy as np
from scikit_posthocs import posthoc_conover_friedman, posthoc_nemenyi_friedman

warnings.simplefilter("ignore")
pairs = {3: np.triu_indices(3, 1), 4: np.triu_indices(4, 1)}


def seen(test, scores):
    return test(np.asarray(scores, dtype=float)).to_numpy()[pairs[len(scores[0])]]


def said(p_values):
    return "NaN" if np.isnan(p_values).all() else f"{p_values.max():.2g} at most"


undefined = []
for learners, sets in itertools.product((3, 4), range(2, 9)):
    agreeing = [range(learners)] * sets
    conover, nemenyi = (seen(test, agreeing) for test in (posthoc_conover_friedman, posthoc_nemenyi_friedman))
    print(f"{learners} learners, {sets} data sets that agree: Conover's p {said(conover)}, Nemenyi's {said(nemenyi)}")
    undefined += [(learners, sets)] * bool(np.isnan(conover).all())
    assert np.isnan(conover).all() or conover.max() < 1e-6
    assert np.isfinite(nemenyi).all()
orders = list(itertools.permutations(range(3)))
by_chance = np.mean([(seen(posthoc_conover_friedman, two) < 0.001).all() for two in itertools.product(orders, orders)])
print(f"two data sets in any of the 36 orders of three equal learners: all p < 0.001 in {by_chance:.3f}")
assert undefined == [(4, 2), (4, 4), (4, 5), (4, 8)], undefined
assert np.isclose(by_chance, 1 / 6), by_chance
PYTHON
