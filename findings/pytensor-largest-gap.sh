#!/usr/bin/env bash
# pytensor 3.0.7: the largest of numbers among which one is not a number is a number, or is not, by the mode of compilation.
#
# Guessed: as in NumPy, whose functions it mirrors, NaN wins every max and min, so that a diverged run cannot hide.
# Seen: compiled as usual (numba, new in release 3), `max` and `min` step over NaN wherever it stands, along an axis too;
# with FAST_COMPILE, and with release 2's linker (CVM), the same expression is NaN. `argmax` points at the NaN in both, so
# the largest loss and the loss at the place of the largest one disagree.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pytensor==3.0.7 numba==0.65.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import pytensor
import pytensor.tensor as pt

losses, both = pt.fvector("losses"), pt.fmatrix("both")
seen = np.array([0.9, np.nan, 0.4], np.float32)
told = {}
for mode in ("FAST_RUN", "FAST_COMPILE", "CVM"):
    largest, smallest, place = pytensor.function([losses], [losses.max(), losses.min(), losses.argmax()], mode=mode)(seen)
    rows = pytensor.function([both], both.max(axis=1), mode=mode)(np.stack([seen, seen[::-1]]))
    told[mode] = [float(largest), float(smallest), float(seen[place])]
    print(f"{mode:12} max {largest}, min {smallest}, at argmax {seen[place]}, rows {rows}")
usual = pytensor.function([losses], losses.max())(seen)
print("as it comes:", usual, " NumPy:", seen.max())
np.testing.assert_array_equal(told["FAST_RUN"], np.float32([0.9, 0.4, np.nan]).astype(float))
assert np.isnan(told["FAST_COMPILE"]).all() and np.isnan(told["CVM"]).all()
assert usual == np.float32(0.9) and np.isnan(seen.max())
PYTHON
