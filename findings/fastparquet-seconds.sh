#!/usr/bin/env bash
# fastparquet 2026.9.0 with pandas 3.1.1: instants kept in whole seconds are written a thousand times too early.
#
# Guessed: Parquet has no seconds, so a writer turns them into milliseconds, as pyarrow does.
# Seen: fastparquet labels the column "milliseconds" and writes the seconds' numbers unchanged: 1 January 2020 is read
# back as 1 January 1970, 00:26:17.8, by every reader and without a word. The other three units are right. Durations
# are off by a factor of a million, and are written as times of the day: 30 hours come out of pyarrow as 6 o'clock.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    fastparquet==2026.9.0 pandas==3.1.1 pyarrow==25.0.0 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, time

import fastparquet
import pandas as pd
import pyarrow.parquet as pq


def through(column):
    fastparquet.write("seen.parquet", pd.DataFrame({"x": column}))
    return pq.read_table("seen.parquet")["x"].to_pylist()[0]


day = pd.Series(pd.to_datetime(["2020-01-01"]))
for unit in ("s", "ms", "us", "ns"):
    seen = through(day.astype(f"datetime64[{unit}]"))
    print(f"2020-01-01 in {unit}: {seen}")
    assert seen == (datetime(1970, 1, 1, 0, 26, 17, 836000) if unit == "s" else datetime(2020, 1, 1)), seen

thirty_hours = pd.Series(pd.to_timedelta([30], unit="h"))
for unit in ("s", "ms", "us", "ns"):
    seen = through(thirty_hours.astype(f"timedelta64[{unit}]"))
    print(f"30 hours in {unit}: {seen}")
    assert seen == (time(0, 0, 0, 108000) if unit == "s" else time(6)), seen
PYTHON
