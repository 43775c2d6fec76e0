#!/usr/bin/env bash
# skrub 0.11.0: TableVectorizer gives different whole numbers, and different codes, one and the same value.
#
# Guessed: a column of integers passes through ("passthrough" is its default for numbers), and words with leading zeros
# are categories.
# Seen: all numbers become float32, so neighbours from 2^24 on are one number and five seconds of Unix time are one
# moment; and words that can be read as numbers are numbers first, so that the codes 01 and 1 are the same.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    skrub==0.11.0 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
import pandas as pd
from skrub import TableVectorizer

warnings.simplefilter("error")
table = pd.DataFrame(
    {
        "number": np.tile(2**24 + np.arange(5), 4),
        "unix_seconds": np.tile(1_700_000_000 + np.arange(5), 4),
        "code": np.tile(["01", "1", "007", "7", "2"], 4),
    }
)
seen = TableVectorizer().fit_transform(table)
different = {name: (table[name].nunique(), seen[name].nunique()) for name in table}
print("different values before and after:", different, "dtypes:", seen.dtypes.astype(str).to_dict())
assert different == {"number": (5, 3), "unix_seconds": (5, 1), "code": (5, 3)}, different
assert (seen.dtypes == "float32").all()
PYTHON
