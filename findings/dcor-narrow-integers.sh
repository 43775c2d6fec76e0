#!/usr/bin/env bash
# dcor 0.7: the distance correlation of two columns of bytes is four million, that of int32 columns above 1 or an error.
#
# Guessed: a column's width in memory changes nothing: distances are floating-point numbers, and the result lies in
# [0, 1].
# Seen: the fast way computes sums and products in the column's own type, where they run over. Columns of bytes
# correlate at 4,076,143; uint16 readings at 1.74, and in a tenth of the unit at 0.51 instead of 0.73, which nobody
# would notice; int32 ones in the thousands at 1.30, and ten times larger ones raise an OverflowError. The slow way
# squares differences in that type: the permutation test of two columns of bytes has p = 0.31 instead of 0.01. The
# same numbers as floats or int64 are right.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dcor==0.7 numpy==2.1.3 scipy==1.15.3
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from dcor import distance_correlation
from dcor.independence import distance_covariance_test

draw = np.random.default_rng(0)
first = draw.integers(0, 100, 60)
second = first // 2 + draw.integers(0, 50, 60)


def seen(kind, unit):
    columns = [(unit * column).astype(kind) for column in (first, second)]
    assert all((column == unit * whole).all() for column, whole in zip(columns, (first, second)))
    p_value = distance_covariance_test(*columns, num_resamples=99, random_state=0).pvalue
    return [float(distance_correlation(*columns, method=method)) for method in ("auto", "naive")] + [float(p_value)]


found = {}
for kind, unit in (("float64", 1), ("int64", 1), ("uint8", 1), ("uint16", 1), ("uint16", 10), ("int32", 100)):
    found[kind, unit] = seen(kind, unit)
    print("{:8} times {:3}: {:14.6g}, slow way {:.6g}, p = {:.2f}".format(kind, unit, *found[kind, unit]))
right = found["float64", 1]
assert 0.7 < right[0] < 0.75 and np.allclose(right, found["int64", 1])
assert found["uint8", 1][0] > 1e6 and found["uint8", 1][1] < 0.3 and found["uint8", 1][2] > 0.3
assert found["uint16", 1][0] > 1.5 and abs(found["uint16", 10][0] - 0.51) < 0.01
assert found["int32", 100][0] > 1.2 and np.isclose(found["int32", 100][1], right[1])
try:
    distance_correlation((1000 * first).astype("int32"), (1000 * second).astype("int32"))
except OverflowError as error:
    print("int32 times 1000: OverflowError:", error)
else:
    raise AssertionError("int32 in the ten thousands was accepted")
PYTHON
