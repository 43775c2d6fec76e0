#!/usr/bin/env bash
# arch 8.0.0, the test of superior predictive ability: a benchmark is significantly worse than itself.
#
# Guessed: the benchmark's own losses among the candidates are harmless, since a candidate that is never better adds
# nothing; against itself alone, p = 1, or 0.5 at the least.
# Seen: against itself alone p = 0 in all three versions, with or without studentization: a resample counts only where
# it is above what was observed, and here both are exactly 0. Beside three worse candidates it takes p from 0.588 to
# 0.004, that is to "one of them beats the benchmark", while better_models() names none. A candidate that always loses
# by the same amount has p = 0, too, in the version that better_models() goes by.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    arch==8.0.0 numpy==2.1.3 scipy==1.15.3 pandas==2.2.3 statsmodels==0.14.4
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from arch.bootstrap import SPA

losses = np.random.default_rng(0).normal(1.0, 0.1, (100, 4))
benchmark, worse = losses[:, 0], losses[:, 1:] + 0.05
candidates = {
    "itself": benchmark[:, None],
    "three worse": worse,
    "three worse, itself": np.c_[worse, benchmark],
    "itself, plus 0.5": benchmark[:, None] + 0.5,
}
seen = {}
for name, models in candidates.items():
    for studentize in (True, False):
        test = SPA(benchmark, models, reps=500, seed=1, studentize=studentize)
        test.compute()
        seen[name, studentize] = test.pvalues.to_dict()
        print(f"{name:20} studentized {studentize!s:5} p = {test.pvalues.to_dict()}")
        assert not len(test.better_models()), name
for studentize in (True, False):
    assert set(seen["itself", studentize].values()) == {0.0}
    assert seen["three worse", studentize]["consistent"] > 0.5
    assert seen["three worse, itself", studentize]["consistent"] < 0.01
    assert seen["itself, plus 0.5", studentize]["consistent"] == 0.0
PYTHON
