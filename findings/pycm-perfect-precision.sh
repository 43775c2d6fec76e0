#!/usr/bin/env bash
# pycm 4.6: the area under the precision-recall curve of a perfect classifier is 0.
#
# Guessed: perfect predictions have an area of 1, as under its ROC curve, and no useful ones have less than a guesser's,
# which is the share of positive rows.
# Seen: the curve has a point for each score, and none at recall 0, so its area begins at the recall of the highest
# score. Where many rows share that score, as those of a tree, of a vote, or of whoever says yes or no, most is missing:
# perfect answers of yes or no have an area of 0, as a guesser's have, and perfect ones of a few levels less than a
# model that errs and whose highest score is one row's. The area under the ROC curve is right for all of them.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pycm==4.6 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from pycm import PRCurve, ROCCurve
from sklearn.metrics import average_precision_score, roc_auc_score

actual = np.repeat([0, 1], 10)
spread = np.linspace(0, 1, 20)
models = {
    "perfect, yes or no": np.where(actual == 1, 0.9, 0.1),
    "perfect, three levels": np.where(actual == 1, np.tile([0.7, 0.9], 10), 0.1),
    "perfect, all different": spread,
    "noisy, all different": np.where(np.arange(20) == 7, 0.97, spread),
    "a guesser's": np.full(20, 0.5),
}
seen = {}
for name, scores in models.items():
    given = {"actual_vector": actual, "probs": np.column_stack([1 - scores, scores]), "classes": [0, 1]}
    seen[name] = PRCurve(**given).area()[1]
    average = average_precision_score(actual, scores)
    roc = ROCCurve(**given).area()[1]
    print(f"{name}: {seen[name]:.3f}, average precision {average:.3f}; under the ROC curve {roc:.3f}")
    assert np.isclose(roc, roc_auc_score(actual, scores)), (name, roc)
    if name.startswith("perfect"):
        assert np.isclose(average, 1), name
assert seen["perfect, yes or no"] == seen["a guesser's"] == 0
assert seen["perfect, three levels"] < 0.6
assert seen["noisy, all different"] > seen["perfect, three levels"] + 0.2
PYTHON
