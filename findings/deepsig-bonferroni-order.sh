#!/usr/bin/env bash
# deepsig 1.2.8 (deep-significance): corrected p-values are given to other comparisons than the ones they belong to.
#
# Guessed: bonferroni_correction returns each p-value times their number, in the order they came in ("unsorted again", as
# its source says).
# Seen: each is multiplied by one less than the one before it, as Holm's, without his running maximum; and sorting is
# undone by sorting once more. So of 0.04, 0.5, 0.001 it is the clear miss, 0.5, that comes out as 0.003, and the clear
# hit that comes out as 0.08. Of all orders of five different p-values only the 26 that are their own inverse come out
# right, of 120. An example in ascending or descending order shows nothing.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    deepsig==1.2.8 numpy==2.1.3 scipy==1.15.3 pandas==2.2.3 statsmodels==0.14.6
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
from itertools import permutations

import numpy as np
from deepsig import bonferroni_correction
from statsmodels.stats.multitest import multipletests

raw = np.array([0.04, 0.5, 0.001])
seen = bonferroni_correction(raw)
for method in ("bonferroni", "holm"):
    print(f"{raw} by {method}: {multipletests(raw, method=method)[1]}")
print(f"{raw} by deepsig: {seen}")
assert np.allclose(seen, [0.5, 0.003, 0.08]), seen
assert np.allclose(multipletests(raw, method="holm")[1], [0.08, 0.5, 0.003])
ascending = np.array([0.001, 0.004, 0.02, 0.05, 0.4])
right = own_inverse = 0
for order in permutations(range(5)):
    mixed = ascending[list(order)]
    right += np.allclose(bonferroni_correction(mixed), multipletests(mixed, method="holm")[1])
    own_inverse += all(order[order[place]] == place for place in range(5))
print(f"five p-values in all orders: right in {right} of 120")
assert right == own_inverse == 26, (right, own_inverse)
close = bonferroni_correction(np.array([0.02, 0.021]))
print(f"0.02 and 0.021 become {close}, by Holm {multipletests([0.02, 0.021], method='holm')[1]}")
assert close[1] < close[0]
PYTHON
