#!/usr/bin/env bash
# permetrics 2.1.0: one zero among the targets makes the mean absolute percentage error 1, whatever was predicted.
#
# Guessed: infinite, or huge as in scikit-learn, which divides by the smallest float64 instead of by zero.
# Seen: the infinite mean is replaced by exactly 1.0, an everyday value ("100 %"): perfect and hopeless predictions are
# equally good, with a NumPy warning at most. R² has the same cure: predicting a constant target perfectly scores 0.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check permetrics==2.1.0 numpy==2.4.6 scikit-learn==1.9.1
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON' 2>/dev/null
import numpy as np
from permetrics.regression import RegressionMetric
from sklearn.metrics import mean_absolute_percentage_error, r2_score

target = np.array([0.0, 1.0, 2.0, 4.0])
for predicted in (target, np.full(4, 90.0)):
    seen = RegressionMetric(target, predicted).MAPE()
    print(f"target {target}, predicted {predicted}: {seen}, scikit-learn {mean_absolute_percentage_error(target, predicted):.3g}")
    assert seen == 1.0
constant = np.ones(4)
seen = RegressionMetric(constant, constant).R2()
print("R² of a constant target, met exactly:", seen, "scikit-learn", r2_score(constant, constant))
assert (seen, r2_score(constant, constant)) == (0.0, 1.0)
PYTHON
