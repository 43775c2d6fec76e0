#!/usr/bin/env bash
# betacal 1.1.0: with two parameters, beta calibration of a rare class turns the ranking upside down.
#
# Guessed: a calibration map grows: it changes what a score means, not which row comes before which. "ab" is the beta map
# that leaves a half where it is, with one parameter less to learn where positive rows are few.
# Seen: where one row in forty is positive and scores lie about a half, as those of a network trained with balanced
# classes do, the map falls: 0.5 stays 0.5, 0.9 becomes less than 0.01, and the area under the ROC curve falls from 0.93
# to 0.19, without a word. "abm" and "am", which may shift, keep the order; with as many positive rows as negative ones
# "ab" keeps it, too.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    betacal==1.1.0 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from betacal import BetaCalibration
from sklearn.metrics import roc_auc_score

draw = np.random.default_rng(0)


def rows(positive, negative):
    target = np.repeat([1, 0], [positive, negative])
    return target, 1 / (1 + np.exp(-(draw.normal(size=len(target)) + 2 * target - 1 * (positive == negative))))


for name, (target, score) in {"1 in 40": rows(100, 3900), "1 in 2": rows(2000, 2000)}.items():
    areas = {"uncalibrated": roc_auc_score(target, score)}
    for parameters in ("abm", "am", "ab"):
        fitted = BetaCalibration(parameters).fit(score[:, None], target)
        areas[parameters] = roc_auc_score(target, fitted.predict(score[:, None]))
        if parameters == "ab":
            map_at = fitted.predict(np.array([[0.1], [0.5], [0.9]])).round(4).tolist()
    print(f"positive {name:8}", {key: round(float(area), 3) for key, area in areas.items()}, "0.1, 0.5, 0.9 ->", map_at)
    if name == "1 in 40":
        assert areas["uncalibrated"] > 0.9 > 0.25 > areas["ab"], areas
        assert abs(areas["abm"] - areas["uncalibrated"]) < 1e-6 and abs(areas["am"] - areas["uncalibrated"]) < 1e-6
        assert map_at[1] == 0.5 and map_at[2] < 0.01
    else:
        assert abs(areas["ab"] - areas["uncalibrated"]) < 1e-6, areas
PYTHON
