#!/usr/bin/env bash
# skrub 0.11.0: whether 05/03/2024 is in March or in May depends on which rows are training rows.
#
# Guessed: a column of dates is read by one convention, or is left alone where two are possible.
# Seen: the first convention that fits the rows at hand is learnt, month first. Where no training row has a day above
# 12, the 5th of March becomes the 3rd of May; test rows with a higher day then silently have no date at all. With these
# rows among the training rows, all of them are right. So folds of one table disagree about the meaning of a column.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    skrub==0.11.0 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import warnings

import pandas as pd
from skrub import TableVectorizer

warnings.simplefilter("error")
training = pd.DataFrame({"when": [f"{day:02d}/03/2024" for day in range(1, 13)]})
test = pd.DataFrame({"when": ["05/03/2024", "20/03/2024"]})


def months_and_days(fitted_on):
    vectorizer = TableVectorizer().fit(fitted_on)
    return vectorizer.transform(test)[["when_month", "when_day"]].to_numpy().tolist()


apart = months_and_days(training)
together = months_and_days(pd.concat([training, test]))
print("test rows, learnt on the training rows:", apart)
print("test rows, learnt on all rows:         ", together)
assert apart[0] == [5.0, 3.0]
assert all(value != value for value in apart[1])
assert together == [[3.0, 5.0], [3.0, 20.0]]
PYTHON
