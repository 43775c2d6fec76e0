#!/usr/bin/env bash
# deltalake 1.6.6: a table whose column began with whole numbers cuts every later number to a whole one.
#
# Guessed: Delta Lake enforces a table's schema: floats appended to integers are refused, or with schema_mode="merge" the
# column becomes a float.
# Seen: 1.9 is written as 1 and nothing is said, in both modes, by an upsert and by an update as well. Refused is only
# what no integer can be made of: a word, NaN, a number too large. So the result of the first run, a round number by
# chance, decides what can be kept of all later ones. pyarrow, asked for the same cast, refuses.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check deltalake==1.6.6 pyarrow==26.0.1
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake


def runs(score):
    return pa.table({"run": [2], "score": [score]})


def append(score, **mode):
    write_deltalake("runs", runs(score), mode="append", **mode)


def upsert(score):
    merge = DeltaTable("runs").merge(runs(score), "old.run = new.run", source_alias="new", target_alias="old")
    merge.when_matched_update_all().when_not_matched_insert_all().execute()


ways = {
    "append 1.9": lambda: append(1.9),
    "append 1.9, schema merged": lambda: append(1.9, schema_mode="merge"),
    "append -1.9": lambda: append(-1.9),
    "append the word '7'": lambda: append("7"),
    "upsert 1.9": lambda: upsert(1.9),
    "update to 1.9": lambda: DeltaTable("runs").update(predicate="run = 1", updates={"score": "1.9"}),
    "append the word 'high'": lambda: append("high"),
    "append 1e300": lambda: append(1e300),
    "append NaN": lambda: append(float("nan")),
}
seen = {}
for name, way in ways.items():
    write_deltalake("runs", pa.table({"run": [1], "score": [3]}), mode="overwrite", schema_mode="overwrite")
    try:
        way()
    except Exception as error:
        seen[name] = str(error).strip().splitlines()[0][:60]
    else:
        rows = DeltaTable("runs").to_pyarrow_table().sort_by("run")["score"]
        seen[name] = f"{rows.to_pylist()} {rows.type}"
    print(f"{name:27} {seen[name]}")
cut = {name: said for name, said in seen.items() if said.startswith("[")}
assert cut == {
    "append 1.9": "[3, 1] int64",
    "append 1.9, schema merged": "[3, 1] int64",
    "append -1.9": "[3, -1] int64",
    "append the word '7'": "[3, 7] int64",
    "upsert 1.9": "[3, 1] int64",
    "update to 1.9": "[1] int64",
}, seen
try:
    pa.array([1.9]).cast(pa.int64())
except pa.ArrowInvalid as error:
    print("pyarrow:", error)
else:
    raise SystemExit("changed: pyarrow casts 1.9 to an integer now")
PYTHON
