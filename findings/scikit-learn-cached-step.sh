#!/usr/bin/env bash
# scikit-learn 1.9.1: of a pipeline's steps that come from its memory a callback hears neither beginning nor end.
#
# Guessed: with `memory=`, a step that need not be fitted again is told of all the same, and ends at once.
# Seen: the hooks are called inside the function that is remembered. From the second fit on, a pipeline of three steps
# announces three tasks and runs one, number 2: a callback that counts tasks against `max_subtasks` waits at 1 of 3, one
# that keeps the seconds of each task lacks two steps. A step's own warning (here: a constant feature) is gone as well.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, StandardScaler


class Counted:
    """Counts the tasks of a pipeline that have ended, and those that it announced."""

    def setup(self, estimator, context):
        self.ended, self.announced = [], 0

    def on_fit_task_begin(self, estimator, context):
        self.announced = max(self.announced, context.max_subtasks or 0)

    def on_fit_task_end(self, estimator, context):
        if context.parent is not None:
            self.ended.append((context.task_id, context.task_name))

    def teardown(self, estimator, context):
        pass


x = np.random.default_rng(0).standard_normal((60, 2))
x[:, 1] = 1.0
y = x[:, 0] > 0
seen = []
for fit in ("first", "second"):
    counted = Counted()
    steps = StandardScaler(), KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"), LogisticRegression()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        make_pipeline(*steps, memory="kept").set_callbacks(counted).fit(x, y)
    print(f"{fit} fit: {len(counted.ended)} of {counted.announced} tasks ended, {len(told)} warning(s): {counted.ended}")
    seen.append((len(counted.ended), counted.announced, len(told)))
assert seen == [(3, 3, 1), (1, 3, 0)]
PYTHON
