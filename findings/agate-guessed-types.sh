#!/usr/bin/env bash
# agate 1.14.2: metres are read as minutes, results of matches as days of March 2001, months as days of the year 1.
#
# Guessed: a table reader that guesses types takes for dates what is written as one, and for text all else.
# Seen: a column of 100m, 200m is of durations (100 minutes), so is one of 3 m; 3-1, 2-2 are the 1st of March and the 2nd
# of February 2001, 1Y and 2Y are days in the years 2 and 3; May, June are days of the year 1, and Sat, Sun days of its
# first week. 5 % is 5. No message tells it, and one cell that does not fit ("draw") makes text of the whole column: which
# rows are in a file decides what the others mean.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check agate==1.14.2
cd "$folder" && "$folder/venv/bin/python" -W error::UserWarning - <<'PYTHON'
import io

import agate

CELLS = {
    "distance": (["100m", "200m"], "TimeDelta", ["1:40:00", "3:20:00"]),
    "depth": (["3 m", "12 m"], "TimeDelta", ["0:03:00", "0:12:00"]),
    "result": (["3-1", "2-2"], "Date", ["2001-03-01", "2001-02-02"]),
    "bond": (["1Y", "2Y"], "Date", ["0002-01-01", "0003-01-01"]),
    "month": (["May", "June"], "Date", ["0001-05-01", "0001-06-01"]),
    "day": (["Sat", "Sun"], "Date", ["0001-01-06", "0001-01-07"]),
    "share": (["5%", "12%"], "Number", ["5", "12"]),
    "match": (["3-1", "draw"], "Text", ["3-1", "draw"]),
}
text = "\n".join([",".join(CELLS), *(",".join(cells[row] for cells, _, _ in CELLS.values()) for row in (0, 1))])
table = agate.Table.from_csv(io.StringIO(text + "\n"))
for column in table.columns:
    written, kind, meant = CELLS[column.name]
    seen = type(column.data_type).__name__, [str(value) for value in column.values()]
    print(f"{column.name:9} {str(written):18} is read as {seen[0]:10} {seen[1]}")
    assert seen == (kind, meant), (column.name, seen)
PYTHON
