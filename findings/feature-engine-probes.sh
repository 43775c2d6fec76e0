#!/usr/bin/env bash
# feature-engine 1.9.4: whether a column is better than noise depends on the unit it is measured in.
#
# Guessed: ProbeFeatureSelection puts columns of noise beside the table's own and drops what is no more important; about
# half of all columns that say nothing go, and none that says all.
# Seen: with a linear model importance is the coefficient, which is the smaller the larger the unit's numbers, and the
# probes have a standard deviation of their own, 3. So of standardised columns of pure noise nearly nine of ten are
# kept; and the one column that decides the target is kept in kilograms, and dropped, as less than noise, in grams.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    feature-engine==1.9.4 scikit-learn==1.9.1 numpy==2.4.6 pandas==3.1.1
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import pandas as pd
from feature_engine.selection import ProbeFeatureSelection
from sklearn.linear_model import Ridge


def kept(table, target, seed):
    probes = ProbeFeatureSelection(estimator=Ridge(), n_probes=3, scoring="r2", cv=3, random_state=seed)
    return set(table) - set(probes.fit(table, target).features_to_drop_)


kept_noise, units = 0, {"kilograms": 0, "grams": 0}
for seed in range(20):
    rng = np.random.default_rng(seed)
    noise = pd.DataFrame(rng.standard_normal((200, 5)), columns=list("abcde"))
    kept_noise += len(kept(noise, pd.Series(rng.standard_normal(200)), seed))
    weight = rng.uniform(1, 5, 200)
    target = pd.Series(weight + 0.3 * rng.standard_normal(200))
    for unit, factor in (("kilograms", 1), ("grams", 1000)):
        units[unit] += "weight" in kept(noise.assign(weight=factor * weight), target, seed)
print(f"columns of noise kept: {kept_noise} of 100; the column that decides, of 20 times kept:", units)
assert kept_noise > 75
assert units["kilograms"] == 20 and units["grams"] <= 5
PYTHON
