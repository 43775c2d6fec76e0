#!/usr/bin/env bash
# vortex-data 0.90.0: a filter compares floating-point numbers by their total order, not as IEEE 754 does.
#
# Guessed: a scan's filter gives what pyarrow's compute functions give for the same comparison.
# Seen: -0 is not 0 but less than it; NaN equals NaN and is greater than everything. So "the diverged runs" can be asked
# for by x == NaN, and "all better than 2" brings the runs without a score along. Lance, another newer columnar format,
# has NaN greater than everything too, but its zeros are equal. All three keep every bit of what they are given.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    vortex-data==0.90.0 pylance==14.0.2 pyarrow==25.0.0 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import lance
import pyarrow as pa
import pyarrow.compute as pc
import vortex as vx
import vortex.expr as ve

nan = float("nan")
scores = pa.table({"x": pa.array([0.0, -0.0, nan, 1.0, 3.0])})
vx.io.write(vx.array(scores), "scores.vortex")
file = vx.open("scores.vortex")
lance_set = lance.write_dataset(scores, "scores.lance")


def vortex_says(expression):
    return str(file.scan(expr=expression).read_all().to_arrow_table()["x"].to_pylist())


def lance_says(condition):
    return str(lance_set.to_table(filter=condition)["x"].to_pylist())


def arrow_says(mask):
    return str(scores.filter(mask)["x"].to_pylist())


x, column = ve.column("x"), scores["x"]
table = [
    ("x = 0", vortex_says(x == 0.0), lance_says("x = 0"), arrow_says(pc.equal(column, 0.0))),
    ("x < 0", vortex_says(x < 0.0), lance_says("x < 0"), arrow_says(pc.less(column, 0.0))),
    ("x > 2", vortex_says(x > 2.0), lance_says("x > 2"), arrow_says(pc.greater(column, 2.0))),
    ("x = NaN", vortex_says(x == nan), "-", arrow_says(pc.equal(column, nan))),
]
for line in table:
    print("{:8} vortex {:12} lance {:12} pyarrow {}".format(*line))
assert table == [
    ("x = 0", "[0.0]", "[0.0, -0.0]", "[0.0, -0.0]"),
    ("x < 0", "[-0.0]", "[]", "[]"),
    ("x > 2", "[nan, 3.0]", "[nan, 3.0]", "[3.0]"),
    ("x = NaN", "[nan]", "-", "[]"),
], table
PYTHON
