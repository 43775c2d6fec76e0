#!/usr/bin/env bash
# iterative-stratification 0.1.9: without shuffling, every look at the same splitter gives other folds.
#
# Guessed: shuffle=False, the default, means the same folds every time, as with scikit-learn's KFold; a random state
# would be refused beside it.
# Seen: ties are broken by NumPy's global generator even so. Two classifiers that are compared by cross_val_score with
# one splitter are compared on different rows, and a model compared with itself is better or worse: differences of
# single folds are not paired. Only shuffle=True with a random state repeats itself.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    iterative-stratification==0.1.9 scikit-learn==1.9.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(0)
x = rng.standard_normal((100, 3))
y = (x + rng.standard_normal((100, 3)) > 0.5).astype(int)


def folds(splitter):
    return [test.tolist() for _, test in splitter.split(x, y)]


usual, shuffled = MultilabelStratifiedKFold(5), MultilabelStratifiedKFold(5, shuffle=True, random_state=0)
scores = [cross_val_score(KNeighborsClassifier(), x, y, cv=usual).round(2).tolist() for _ in range(2)]
print("the same model twice:", *scores, sep="\n  ")
assert folds(usual) != folds(usual) and scores[0] != scores[1]
assert folds(shuffled) == folds(shuffled)
PYTHON
