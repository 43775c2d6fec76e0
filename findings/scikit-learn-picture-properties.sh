#!/usr/bin/env bash
# scikit-learn 1.9.1: showing an estimator in a notebook computes every property that its class has, fitted or not.
#
# Guessed: the picture of an estimator tells of what lies in it: parameters, and since 1.9 the attributes that fit has set.
# Seen: it reads all members (inspect.getmembers), so each property is computed whenever a cell ends with the estimator:
# a median over a whole table, twice a look. A property that has a reason to refuse, by a ValueError, takes the
# picture with it, before anybody asked for that property; only an AttributeError is borne. repr() computes none.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from sklearn.base import BaseEstimator


class Shift(BaseEstimator):
    looks = 0

    def fit(self, X, y=None):
        self.rows_ = np.asarray(X)
        return self

    @property
    def typical_row_(self):
        Shift.looks += 1
        return np.median(self.rows_, axis=0)


class Careful(Shift):
    @property
    def spread_(self):
        if len(self.rows_) < 2:
            raise ValueError("a spread needs two rows")
        return self.rows_.std(axis=0, ddof=1)


fitted = Shift().fit([[1.0], [2.0], [9.0]])
repr(fitted)
assert Shift.looks == 0
for _ in range(2):
    fitted._repr_html_()
print("medians computed for two pictures:", Shift.looks)
assert Shift.looks == 4

try:
    Careful().fit([[1.0]])._repr_html_()
    raise SystemExit("changed: the picture is drawn")
except ValueError as problem:
    print("the picture of a fitted estimator:", type(problem).__name__, problem)
PYTHON
