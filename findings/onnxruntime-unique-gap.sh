#!/usr/bin/env bash
# onnxruntime 1.32.0: with a gap in the first row all readings of a column are one and the same; elsewhere a gap is
# counted as one of the readings.
#
# Guessed: NaN is a value of its own, once or as often as it occurs, as NumPy and ONNX's own reference have it.
# Seen: the operator Unique sorts into a map with <, to which NaN is equal to everything. [NaN, 21, 20, 20, 22] has the one
# value NaN, five times. [21, 20, NaN, 20, 22] has 20, 21 and 22, the 20 three times, and the places that it returns put
# 20 where the gap was. The same readings in another order have other values. float32 and float64 alike.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper
from onnx.reference import ReferenceEvaluator

outputs = ["values", "first", "places", "counts"]
described = [helper.make_tensor_value_info(name, TensorProto.INT64, [None]) for name in outputs[1:]]
values = helper.make_tensor_value_info("values", TensorProto.DOUBLE, [None])
column = helper.make_tensor_value_info("column", TensorProto.DOUBLE, ["N"])
node = helper.make_node("Unique", ["column"], outputs)
model = helper.make_model(
    helper.make_graph([node], "unique", [column], [values, *described]),
    opset_imports=[helper.make_opsetid("", 17)],
    ir_version=8,
)
checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(model.SerializeToString())
gap, seen = np.nan, {}
for name, readings in {"gap first": [gap, 21, 20, 20, 22], "gap inside": [21, 20, gap, 20, 22]}.items():
    found = session.run(None, {"column": np.array(readings)})
    seen[name] = [found[0].tolist(), found[3].tolist(), found[0][found[2]].tolist()]
    print(f"{name}: {readings} has {seen[name][0]}, {seen[name][1]} times; put together again: {seen[name][2]}")
    reference = ReferenceEvaluator(model).run(None, {"column": np.array(readings)})
    assert reference[3].tolist() == [2, 1, 1, 1]
    assert np.array_equal(reference[0][reference[2]], readings, equal_nan=True)
assert np.isnan(seen["gap first"][0]).tolist() == [True]
assert seen["gap first"][1] == [5]
assert seen["gap inside"] == [[20.0, 21.0, 22.0], [3, 1, 1], [21.0, 20.0, 20.0, 20.0, 22.0]]
PYTHON
