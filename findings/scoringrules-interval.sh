#!/usr/bin/env bash
# scoringrules 0.10.0: without numba the weighted interval score takes the median for its distance from the target.
#
# Guessed: a score does not depend on where zero lies, and an optional package makes it faster.
# Seen: a plain installation adds half the predicted median where the definition (and its own documentation) has half
# the error of the median. Target and forecast moved up by 100 together score 20 worse, moved down they score below zero,
# and the worse of two forecasts wins where its numbers are smaller. The same calls are right once numba is installed.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scoringrules==0.10.0 scipy==1.17.1 numpy==2.3.5
cat > "$folder/see.py" <<'PYTHON'
import sys

import numpy as np
import scoringrules

levels, half_widths = np.array([0.1, 0.5]), np.array([1.6, 0.7])


def seen(target, median):
    low, high = median - half_widths, median + half_widths
    score = scoringrules.weighted_interval_score(np.array([target]), np.array([median]), low[None], high[None], levels)
    return np.ravel(score)[0]


def defined(target, median):
    outside = np.maximum(0.0, np.abs(target - median) - half_widths)
    return (0.5 * abs(target - median) + np.sum(levels / 2 * (2 * half_widths + 2 / levels * outside))) / (len(levels) + 0.5)


forecasts = {"near": (0.0, -0.2), "far": (0.0, -3.0), "near, up 100": (100.0, 99.8), "near, down 100": (-100.0, -100.2)}
table = {name: (seen(*forecast), defined(*forecast)) for name, forecast in forecasts.items()}
print("numba installed:", sys.argv[1])
for name, numbers in table.items():
    print("  {:15} seen {:9.4f}, by the definition {:7.4f}".format(name, *numbers))
right = {name: bool(np.isclose(*numbers)) for name, numbers in table.items()}
if sys.argv[1] == "yes":
    assert all(right.values()), right
else:
    assert not any(right.values()), right
    near, far = seen(100.0, 101.5), seen(100.0, 98.2)
    print(f"  target 100: median 101.5 scores {near:.4f}, median 98.2 scores {far:.4f}, less is better")
    assert table["near, down 100"][0] < -19 and table["near, up 100"][0] > 20
    assert far < near and defined(100.0, 98.2) > defined(100.0, 101.5)
PYTHON
cd "$folder" && venv/bin/python see.py no
venv/bin/pip install --quiet --disable-pip-version-check numba==0.63.1 llvmlite==0.46.0 numpy==2.3.5
venv/bin/python see.py yes
