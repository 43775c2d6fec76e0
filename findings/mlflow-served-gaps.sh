#!/usr/bin/env bash
# mlflow 3.17.2's scoring server: what a gap becomes depends on the key under which the same rows are sent.
#
# Guessed: a null in a request reaches the model as a missing value; `inputs`, `dataframe_split` and `dataframe_records`
# are three spellings of the same rows.
# Seen: a null among words is missing under the two others, and the word "None" under `inputs`, which a model that
# merges rare words takes without complaint. A null among booleans is False under all three, the word "no" is True, and
# a number where the signature says datetime is so many nanoseconds of 1 January 1970. Nothing is logged.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mlflow==3.17.2 pandas==3.1.1 numpy==2.4.6
cd "$folder" && MLFLOW_DISABLE_TELEMETRY=true "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import json

from mlflow.models import Model, ModelSignature
from mlflow.pyfunc import PyFuncModel
from mlflow.pyfunc.scoring_server import invocations
from mlflow.types import ColSpec, Schema


class Echo:
    def predict(self, frame, params=None):
        return [str(cell) for cell in frame["x"]]


def seen(kind, cells):
    """What the model gets of a column, by key."""
    signature = ModelSignature(Schema([ColSpec(kind, "x"), ColSpec("double", "y")]))
    model = PyFuncModel(Model(signature=signature, flavors={"python_function": {"loader_module": "none"}}), Echo())
    rows = [[cell, 1.0] for cell in cells]
    bodies = {
        "inputs": {"x": cells, "y": [1.0] * len(cells)},
        "dataframe_split": {"columns": ["x", "y"], "data": rows},
        "dataframe_records": [dict(zip("xy", row)) for row in rows],
    }
    found = {}
    for key, body in bodies.items():
        answer = invocations(json.dumps({key: body}), "application/json", model, model.metadata.get_input_schema())
        found[key] = json.loads(answer.response)["predictions"]
    print(kind, cells, found, sep="\n  ")
    return found


words = seen("string", ["red", None])
assert words["inputs"] == ["red", "None"] and words["dataframe_split"] == words["dataframe_records"] == ["red", "nan"]
for told in seen("boolean", [True, None, "no"]).values():
    assert told == ["True", "False", "True"], told
for told in seen("datetime", [1577836800]).values():
    assert told == ["1970-01-01 00:00:01.577836800"], told
PYTHON
