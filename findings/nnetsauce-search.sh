#!/usr/bin/env bash
# nnetsauce 0.56.1: a search over one of its regressors chooses the worst candidate.
#
# Guessed: what names itself scikit-learn-like has a `score` of which more is better, R² for a regression.
# Seen: `score` is the root of the mean squared error. A grid search without `scoring` takes the greatest, so of four
# penalties it chooses the one that predicts the mean for every row (R² 0.0, where another one has 0.5), and says that
# it is the best, with a "score" of 77. cross_val_score, learning_curve and permutation_importance take it for more-is-
# better as well. With scoring="r2" the search is right. The fit also leaves its traces in the model that it was given.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    nnetsauce==0.56.1 scikit-learn==1.9.1 numpy==2.4.6 six==1.17.0
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
from nnetsauce import CustomRegressor
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

x, y = load_diabetes(return_X_y=True)
grid = {"obj__alpha": [0.001, 1.0, 1e3, 1e6]}
by_default = GridSearchCV(CustomRegressor(Ridge()), grid, cv=3).fit(x, y)
by_r2 = GridSearchCV(CustomRegressor(Ridge()), grid, cv=3, scoring="r2").fit(x, y)
print("default:", by_default.best_params_, by_default.cv_results_["mean_test_score"].round(1))
print("R2:     ", by_r2.best_params_, by_r2.cv_results_["mean_test_score"].round(2))
assert by_default.best_params_ == {"obj__alpha": 1e6}
assert by_r2.cv_results_["mean_test_score"].argmin() == 3 and by_r2.best_score_ > 0.4
given = Ridge()
CustomRegressor(given).fit(x, y)
assert hasattr(given, "coef_")
PYTHON
