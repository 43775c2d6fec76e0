#!/usr/bin/env bash
# scoringrules 0.10.0, backend numba: scores of whole numbers are rounded down to whole numbers.
#
# Guessed: forecasts of counts are scored as the same numbers written as floats; equal weights are no weights.
# Seen: the compiled functions give a score the type of the forecast. In integer arrays the ranked probability score is
# about half of itself as soon as members have weights (without them it is right), and the kernel score, which lies
# below 1, is 0, the best there is, for each of 200 forecasts. With crps_quantile it happens whenever numba is installed.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    scoringrules==0.10.0 numba==0.63.1 llvmlite==0.46.0 scipy==1.17.1 numpy==2.3.5
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
from functools import partial

import numpy as np
import scoringrules as sr

draw = np.random.default_rng(0)
target, forecast = draw.poisson(4, 200), draw.poisson(4, (200, 20))
equal, levels = np.ones((200, 20)), np.array([0.1, 0.5, 0.9])
scores = {
    "crps_ensemble": partial(sr.crps_ensemble, backend="numba"),
    "crps_ensemble, equal weights": partial(sr.crps_ensemble, ens_w=equal, backend="numba"),
    "crps_ensemble, estimator pwm": partial(sr.crps_ensemble, estimator="pwm", backend="numba"),
    "vrcrps_ensemble": partial(sr.vrcrps_ensemble, a=2, b=8, backend="numba"),
    "gksuv_ensemble": partial(sr.gksuv_ensemble, backend="numba"),
    "dssuv_ensemble": partial(sr.dssuv_ensemble, backend="numba"),
    "crps_quantile": lambda y, x: sr.crps_quantile(y, np.sort(x)[:, [2, 10, 17]], levels),
}
table = {name: (np.mean(score(target, forecast)), np.mean(score(target * 1.0, forecast * 1.0))) for name, score in scores.items()}
for name, numbers in table.items():
    print("{:29} of integers {:.4f}, of the same as floats {:.4f}".format(name, *numbers))
by_hand = np.abs(target[:, None] - forecast).mean() - np.abs(forecast[:, :, None] - forecast[:, None]).mean() / 2
whole, floats = table["crps_ensemble"]
assert np.isclose(whole, by_hand) and np.isclose(floats, by_hand), (whole, floats, by_hand)
assert np.isclose(table["crps_ensemble, equal weights"][1], by_hand)
for name in list(scores)[1:]:
    whole, floats = table[name]
    assert whole < floats - 0.1, (name, whole, floats)
assert table["gksuv_ensemble"][0] == 0
PYTHON
