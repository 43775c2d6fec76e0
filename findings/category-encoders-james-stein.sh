#!/usr/bin/env bash
# category_encoders 2.11.2, JamesSteinEncoder: a category of two rows is believed, one of 100,000 is not.
#
# Guessed: the fewer rows a category has, the more its mean is drawn to the overall one, and hardly at all where there
# are 100,000: the squared standard errors that its documentation names fall with the number of rows.
# Seen: with the default model the weight comes from the variance within the category, not divided by its rows. Two rows
# that agree keep their mean of 1, and 100,000 with a mean of 0.10 are encoded as 0.15. With "beta" those are encoded as
# 0.40, however many there are. With "pooled" all are drawn alike, by the average number of rows. On 400 categories,
# most of a few rows, the default is nearly as far from the true rates as the plain means, and twice as far as
# MEstimateEncoder.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    category_encoders==2.11.2 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import category_encoders
import numpy as np
import pandas as pd


def encoded(encoder, categories, targets, asked):
    table = pd.DataFrame({"category": np.asarray(categories, dtype=str)})
    fitted = encoder.fit(table, pd.Series(targets))
    return fitted.transform(pd.DataFrame({"category": np.asarray(asked, dtype=str)}))["category"].to_numpy()


generator = np.random.default_rng(0)
rates = {"rare": 0.1, "some": 0.3, "many": 0.6, "most": 0.9}
for rows in (1_000, 100_000):
    categories = np.repeat([*rates, "two hits"], [rows] * 4 + [2])
    targets = np.concatenate([*(generator.random(rows) < rate for rate in rates.values()), [True, True]]).astype(int)
    means = pd.Series(targets).groupby(categories).mean()
    print(f"{rows} rows each, and two: means {means[['rare', 'most', 'two hits']].round(2).to_dict()}")
    seen = {}
    for model in ("independent", "beta", "pooled"):
        encoder = category_encoders.JamesSteinEncoder(model=model)
        seen[model] = encoded(encoder, categories, targets, ["rare", "most", "two hits"])
        print(f"  {model}: {seen[model].round(3)}")
    seen["m"] = encoded(category_encoders.MEstimateEncoder(m=8), categories, targets, ["rare", "most", "two hits"])
    print(f"  MEstimateEncoder: {seen['m'].round(3)}")
    assert seen["independent"][2] == 1, seen["independent"]
    assert seen["independent"][0] > means["rare"] + 0.04, seen["independent"]
    assert seen["beta"][0] > means["rare"] + 0.25, seen["beta"]
    assert seen["pooled"][2] > 0.98, seen["pooled"]
    # By hand: a prior worth eight rows, and no more, around the overall mean.
    counts = np.array([rows, rows, 2])
    by_hand = (means[["rare", "most", "two hits"]].to_numpy() * counts + 8 * targets.mean()) / (counts + 8)
    assert np.allclose(seen["m"], by_hand), (seen["m"], by_hand)

errors = {"plain means": [], "independent": [], "MEstimateEncoder": []}
for seed in range(10):
    generator = np.random.default_rng(seed)
    true = generator.beta(4, 4, 400)
    categories = np.repeat(np.arange(400), generator.geometric(0.2, 400))
    targets = (generator.random(len(categories)) < true[categories]).astype(int)
    found = {
        "plain means": pd.Series(targets).groupby(categories).mean().to_numpy(),
        "independent": encoded(category_encoders.JamesSteinEncoder(), categories, targets, np.arange(400)),
        "MEstimateEncoder": encoded(category_encoders.MEstimateEncoder(m=8), categories, targets, np.arange(400)),
    }
    for name, values in found.items():
        errors[name].append(np.sqrt(np.mean((values - true) ** 2)))
errors = {name: float(np.mean(values)) for name, values in errors.items()}
print("distance from the true rates of 400 categories:", {name: round(error, 3) for name, error in errors.items()})
assert errors["independent"] > 0.9 * errors["plain means"], errors
assert errors["independent"] > 1.8 * errors["MEstimateEncoder"], errors
PYTHON
