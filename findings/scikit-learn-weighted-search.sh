#!/usr/bin/env bash
# scikit-learn 1.9.1: weights count in the scores of a search, not in those of cross_validate, nor in those of a search
# over a pipeline.
#
# Guessed: without metadata routing weights go to `fit` and scores count every row alike, as they always did; at least
# the score of a search is that of cross_validate with the same model, rows, weights and folds.
# Seen: a search that is given `sample_weight` hands it to the scorer, too; cross_validate and learning_curve do not.
# With the estimator in a pipeline the weights have the step's name before them, which the search does not take for
# weights: the same ridge regression, on the same folds, has another score by standing in a pipeline of one step, and
# the better of two candidates is another one. The mean over the folds counts the folds alike, whatever their rows
# weigh.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
cd "$folder" && "$folder/venv/bin/python" -W error - <<'PYTHON'
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline

rng = np.random.default_rng(0)
heavy = np.arange(300) % 3 == 0
x = rng.standard_normal((300, 1))
y = np.where(heavy, 1.0, -0.2) * x[:, 0] + 0.1 * rng.standard_normal(300)
weight = np.where(heavy, 50.0, 1.0)
alphas = [0.1, 1e5]

search = GridSearchCV(Ridge(), {"alpha": alphas}, cv=3).fit(x, y, sample_weight=weight)
in_pipeline = GridSearchCV(make_pipeline(Ridge()), {"ridge__alpha": alphas}, cv=3)
in_pipeline.fit(x, y, ridge__sample_weight=weight)
alone = [
    cross_validate(Ridge(alpha=alpha), x, y, cv=3, params={"sample_weight": weight})["test_score"].mean()
    for alpha in alphas
]
print("search:", search.cv_results_["mean_test_score"].round(2), "chooses", search.best_params_)
print("over a pipeline:", in_pipeline.cv_results_["mean_test_score"].round(2), "chooses", in_pipeline.best_params_)
print("cross_validate:", np.round(alone, 2))
assert np.allclose(in_pipeline.cv_results_["mean_test_score"], alone, rtol=1e-12)
assert search.best_params_ == {"alpha": 0.1} and in_pipeline.best_params_ == {"ridge__alpha": 1e5}
PYTHON
