#!/usr/bin/env bash
# skops 0.16.0: the weights of the classes True and False come back as one: a model refitted from its file finds 4 % of
# the rare class instead of 89 %.
#
# Guessed: the parameters of an estimator are after loading what they were; skops writes down the type of every key.
# Seen: JSON knows words as keys only, so True and False are written as such, and read back by bool("False"), which is
# True. Of two keys one is left, with the weight of False, which is also what it says where it is looked at. Nothing is
# said, and the file asks for no trust. Predictions of the fitted model are the same: it is the next fit that is another.
# A dictionary with 1 and "1" as keys loses one likewise. pickle and joblib keep all of them.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check skops==0.16.0 scikit-learn==1.9.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import pickle

import numpy as np
import skops.io
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score

rng = np.random.default_rng(0)
x = rng.standard_normal((2000, 2))
y = x[:, 0] + 1.5 * rng.standard_normal(2000) > 2.5
model = LogisticRegression(class_weight={True: 20.0, False: 1.0}).fit(x, y)
content = skops.io.dumps(model)
assert skops.io.get_untrusted_types(data=content) == []
back = skops.io.loads(content, trusted=[])


def recall_of_a_new_fit(estimator):
    return round(float(recall_score(y, clone(estimator).fit(x, y).predict(x))), 2)


print("weights written:", model.class_weight, " read:", back.class_weight)
print("recall, fitted anew: as written", recall_of_a_new_fit(model), " as read", recall_of_a_new_fit(back))
assert np.array_equal(back.predict(x), model.predict(x))
assert pickle.loads(pickle.dumps(model)).class_weight == model.class_weight
assert back.class_weight == {True: 1.0}
assert (recall_of_a_new_fit(model), recall_of_a_new_fit(back)) == (0.89, 0.04)
assert skops.io.loads(skops.io.dumps({1: "one", "1": "text"})) == {1: "text"}
PYTHON
