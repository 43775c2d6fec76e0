#!/usr/bin/env bash
# pyarrow 25.0.1: a gap among dictionary-encoded words becomes the last word of the dictionary.
#
# Guessed: `to_numpy` of a column gives None, or NaN, where the column has null, as it does for plain strings.
# Seen: of a dictionary-encoded chunked array, as every column of a table is one, a null's index is taken for -1, so the row
# gets the dictionary's last word, or number, without a complaint; `np.asarray` does the same. One `Array` of the same
# dictionary gives None; so do `to_pandas` (NaN), `to_pylist`, and a cast to strings before.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==25.0.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import pyarrow as pa

words = pa.array(["red", None, "blue", None])
encoded = words.dictionary_encode()
column = pa.table({"colour": encoded})["colour"]
print("written            ", column.to_pylist(), "nulls:", column.null_count)
print("column.to_numpy()  ", column.to_numpy().tolist())
print("np.asarray(column) ", np.asarray(column).tolist())
print("one array          ", encoded.to_numpy(zero_copy_only=False).tolist())
print("not encoded        ", pa.chunked_array([words]).to_numpy().tolist())
print("cast to strings    ", column.cast(pa.string()).to_numpy().tolist())
numbers = pa.chunked_array([pa.array([7, None, 9]).dictionary_encode()])
print("numbers, encoded   ", numbers.to_numpy().tolist())
assert column.to_pylist() == ["red", None, "blue", None]
assert column.to_numpy().tolist() == np.asarray(column).tolist() == ["red", "blue", "blue", "blue"]
assert encoded.to_numpy(zero_copy_only=False).tolist() == ["red", None, "blue", None]
assert column.cast(pa.string()).to_numpy().tolist() == ["red", None, "blue", None]
assert numbers.to_numpy().tolist() == [7, 9, 9]
PYTHON
