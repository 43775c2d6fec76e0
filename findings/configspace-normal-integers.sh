#!/usr/bin/env bash
# ConfigSpace 1.2.2: of 10,000 whole numbers drawn from a narrow bell around 3, 4,708 are 2 and two are 4.
#
# Guessed: a NormalIntegerHyperparameter draws from its bell and rounds: as many 2 as 4, and the bounds, far away, do
# not matter. So says its own pdf_values.
# Seen: the range is cut into as many equal parts as it has numbers, from the lowest number to the highest, where
# rounding would begin half a number earlier and end half a number later. Near the lower bound a draw is so rounded
# down, near the upper one up: with a deviation of 0.3 in 1..100 nearly half of all are one too low around 3, one too
# high around 98, and around 50 it is right. Another upper bound gives another distribution around the same 3.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ConfigSpace==1.2.2 numpy==2.1.3 scipy==1.15.3
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from ConfigSpace import ConfigurationSpace, NormalIntegerHyperparameter
from scipy.stats import norm

DRAWS = 10_000
rounded = DRAWS * norm.cdf(-0.5 / 0.3)
seen = {}
for upper, middle in ((100, 3), (100, 50), (100, 98), (6, 3)):
    width = NormalIntegerHyperparameter("width", mu=middle, sigma=0.3, lower=1, upper=upper)
    space = ConfigurationSpace(seed=1)
    space.add(width)
    drawn = np.array([configuration["width"] for configuration in space.sample_configuration(DRAWS)])
    counts = [int(np.sum(drawn == middle + step)) for step in (-1, 0, 1)]
    below, _, above = width.pdf_values(np.array([middle - 1, middle, middle + 1]))
    print(f"around {middle:2} in 1..{upper}: below, at, above: {counts}; its own density: {below:.4g}, {above:.4g}")
    assert np.isclose(below, above)
    seen[upper, middle] = counts
print(f"a bell that is rounded: {rounded:.0f} below and as many above")
assert 470 < rounded < 490
assert seen[100, 3][0] > 4500 and seen[100, 3][2] < 10, seen
assert seen[100, 98][0] < 10 and seen[100, 98][2] > 4500, seen
assert all(abs(count - rounded) < 150 for count in seen[100, 50][::2]), seen
assert 1200 < seen[6, 3][0] < 1500 and seen[6, 3][2] < 600, seen
PYTHON
