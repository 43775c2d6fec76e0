#!/usr/bin/env bash
# imbalanced-learn 0.14.2: where the classes are already balanced, weights of rows are given to other rows.
#
# Guessed: a pipeline that draws rows refuses weights for its last step, or lets each follow its row; and where there is
# nothing to balance, the rows stay as they are.
# Seen: weights are handed on as they stand, while RandomUnderSampler puts the rows of one class before those of the
# other. Usually the lengths then differ and scikit-learn refuses. With as many rows of one class as of the other, as a
# stratified or a made-up table has them, the lengths agree: sixty rows with spoiled labels weigh 0, and a pipeline
# without the sampler ignores them; with it they are trained on, and as many good ones are ignored. Nothing is said. No
# row was left out and none doubled. RandomOverSampler leaves such rows in their order, and there the weights are right.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    imbalanced-learn==0.14.2 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
cd "$folder" && "$folder/venv/bin/python" -W error - <<'PYTHON'
import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.linear_model import LogisticRegression

rng = np.random.default_rng(0)
label = np.tile([0, 1], 100)
x = np.where(label == 1, 1.0, -1.0)[:, None] + 0.3 * rng.standard_normal((200, 1))
spoiled = np.arange(200) < 60
told = np.where(spoiled, 1 - label, label)
weight = np.where(spoiled, 0.0, 1.0)


def slope(*steps):
    """The coefficient of a model whose rows with spoiled labels weigh nothing."""
    model = make_pipeline(*steps, LogisticRegression()).fit(x, told, logisticregression__sample_weight=weight)
    return round(float(model[-1].coef_[0, 0]), 2)


alone, under, over = slope(), slope(RandomUnderSampler(random_state=0)), slope(RandomOverSampler(random_state=0))
print("slope without a sampler:", alone, " under-sampled:", under, " over-sampled:", over)
assert alone == over > 3
assert abs(under) < 2
kept, _ = RandomUnderSampler(random_state=0).fit_resample(x, told)
assert sorted(kept[:, 0]) == sorted(x[:, 0]), "no row was left out, none was doubled"
PYTHON
