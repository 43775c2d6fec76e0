#!/usr/bin/env bash
# river 0.26.1: what has left a rolling window stays in its numbers.
#
# Guessed: a window of the last ten errors depends on the last ten errors.
# Seen: the window subtracts what leaves from a running sum. After one exploded prediction (1e9), and fifty ordinary ones
# since, the squared error of the last ten is a hundredth of what it is, the root of it a tenth, and the variance is -14;
# after one infinite prediction or one NaN they are NaN for as long as the window runs. The rolling maximum forgets all but NaN.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check river==0.26.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import math
import random

import numpy as np
from river import metrics, stats, utils

draw = random.Random(0)
ordinary = [draw.choice([-1, 1]) * 0.1 * (1 + draw.random()) for _ in range(50)]
last = np.array(ordinary[-10:])
truth = [np.mean(last**2), np.sqrt(np.mean(last**2)), np.var(last, ddof=1), np.max(last)]


def seen(exploded):
    squared, root, variance = (utils.Rolling(each, window_size=10) for each in (metrics.MSE, metrics.RMSE, stats.Var))
    largest = stats.RollingMax(window_size=10)
    for prediction in (exploded, *ordinary):
        squared.update(0.0, prediction)
        root.update(0.0, prediction)
        variance.update(prediction)
        largest.update(prediction)
    return [each.get() for each in (squared, root, variance, largest)]


print("of the last ten themselves     ", [f"{number:.6f}" for number in truth])
for exploded in (1.0, 1e9, math.inf, math.nan):
    print(f"fifty predictions after {exploded:7}", [f"{number:.6f}" for number in seen(exploded)])
assert np.allclose(seen(1.0), truth)
squared, root, variance, largest = seen(1e9)
assert squared < truth[0] / 50 and root < truth[1] / 5 and variance < -10 and largest == truth[3]
assert all(np.isnan(seen(exploded)[:3]).all() for exploded in (math.inf, math.nan))
assert seen(math.inf)[3] == truth[3] and math.isnan(seen(math.nan)[3])
PYTHON
