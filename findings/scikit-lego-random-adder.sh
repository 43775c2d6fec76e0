#!/usr/bin/env bash
# scikit-lego 0.9.10: a model with RandomAdder gives its training table other predictions than the rows of that table.
#
# Guessed: noise is added while fitting, and never when predicting; it is a regularisation.
# Seen: the transformer knows the table it was fitted on again by a hash, and adds noise whenever it meets it, in
# `predict` and `score` too. The same row has one prediction asked alone and another asked with all others. R² on the
# training table is 0.42, on the same table without its last row 0.63. Permutation importance on training rows compares
# a noisy table with shuffled ones that it does not know again: shuffling a column that says nothing makes the model
# better by 0.2.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    scikit-lego==0.9.10 scikit-learn==1.9.1 numpy==2.4.6 pandas==3.1.1
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklego.preprocessing import RandomAdder

rng = np.random.default_rng(0)
x = rng.standard_normal((200, 3))
y = 0.5 * x[:, 0] + 0.5 * x[:, 1] + 0.3 * rng.standard_normal(200)
model = make_pipeline(RandomAdder(noise=1, random_state=0), LinearRegression()).fit(x, y)
together, alone = model.predict(x)[:3], model.predict(x[:3])
print("first rows, asked with all others:", together.round(2), " alone:", alone.round(2))
assert np.abs(together - alone).max() > 0.5
r2 = model.score(x, y), model.score(x[:-1], y[:-1])
print("R2 of the training table %.2f, without its last row %.2f" % r2)
assert r2[1] - r2[0] > 0.1
known, unknown = (permutation_importance(model, x[:n], y[:n], random_state=0).importances_mean for n in (200, 199))
print("importances on the training table:", known.round(2), " without its last row:", unknown.round(2))
assert known[2] < -0.1 and abs(unknown[2]) < 0.01 and known[0] < unknown[0] - 0.1
PYTHON
