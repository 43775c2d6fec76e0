#!/usr/bin/env bash
# scores 2.7.0: Spearman's correlation of predictions that order every pair right is 0.53 where some are missing.
#
# Guessed: missing values are left out first, as its other measures, SciPy and pandas do; order kept is 1.
# Seen: each side is ranked with all the values that it has, and only then are incomplete pairs left out. Targets without
# a prediction still push the ranks of the others apart: the model that failed on some rows and ordered the rest without
# a fault scores below one that failed on none of them and mixed up many. On complete rows it agrees with SciPy.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    scores==2.7.0 xarray==2026.9.0 bottleneck==1.6.0 pandas==3.1.1 scipy==1.17.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats
from scores.continuous.correlation import spearmanr


def seen(predicted, target):
    return float(spearmanr(xr.DataArray(predicted, dims="row"), xr.DataArray(target, dims="row")))


target = np.arange(1000.0)
predicted = target.copy()
predicted[9:-1] = np.nan  # ten rows are left, in perfect order
mixed_up = target + np.random.default_rng(0).normal(0.0, 300.0, target.size)
table = {
    "perfect order, gaps": (predicted, target),
    "the same, rows with gaps removed": (predicted[~np.isnan(predicted)], target[~np.isnan(predicted)]),
    "much noise, no gaps": (mixed_up, target),
}
for name, (left, right) in table.items():
    others = stats.spearmanr(left, right, nan_policy="omit").statistic, pd.Series(left).corr(pd.Series(right), method="spearman")
    print(f"{name:33} scores {seen(left, right):.4f}, SciPy {others[0]:.4f}, pandas {others[1]:.4f}")
    assert np.allclose(others, stats.spearmanr(left[~np.isnan(left)], right[~np.isnan(left)]).statistic)
gaps, removed, noisy = (seen(*pair) for pair in table.values())
assert round(gaps, 2) == 0.53 and round(removed, 12) == 1.0 and noisy > 0.6, (gaps, removed, noisy)
PYTHON
