#!/usr/bin/env bash
# MLstatkit 0.1.91: DeLong's test of a model against itself has p = 0.
#
# Guessed: where two models order all rows alike their areas under the curve are equal, z is 0 and p is 1 (or undefined).
# Seen: the variance of the difference is then 0, and a bootstrap takes over in which every difference is 0. Its p-value
# is twice the smaller share of the two sides; zeros are counted on one side only, so the other has none of them: z is 0
# and p is 0. Any rescaling of one model's scores (a temperature, a logarithm, a calibration) is "significantly different"
# from the original. As soon as the order differs a little, p is that of the definition, worked out here from all pairs.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    MLstatkit==0.1.91 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from MLstatkit import Delong_test
from scipy import stats


def by_pairs(target, left, right):
    """DeLong's z and p from the wins of each positive row against each negative one."""
    wins = [(score[target == 1][:, None] > score[target == 0]).astype(float) for score in (left, right)]
    gap = wins[1] - wins[0]
    error = np.sqrt(sum(np.var(gap.mean(axis=axis), ddof=1) / gap.shape[1 - axis] for axis in (0, 1)))
    z = gap.mean() / error
    return z, 2 * stats.norm.sf(abs(z))


draw = np.random.default_rng(0)
target = draw.integers(0, 2, 200)
score = target + draw.normal(0.0, 1.0, 200)
same_order = {
    "itself": score,
    "its scores doubled": 2 * score,
    "its probabilities": 1 / (1 + np.exp(-score)),
    "a calibration": 0.2 + 0.6 / (1 + np.exp(-3 * score)),
}
for name, other in same_order.items():
    z, p_value, *_, area, area_other, info = Delong_test(target, score, other, random_state=0)
    print(f"a model and {name:20} areas {area:.4f} and {area_other:.4f}, z {z}, p {p_value}, by {info['method']}")
    assert (np.argsort(score) == np.argsort(other)).all() and area == area_other
    assert (z, p_value, info["method"]) == (0.0, 0.0, "bootstrap")
for noise in (0.01, 0.1, 1.0):
    other = score + draw.normal(0.0, noise, 200)
    seen, expected = Delong_test(target, score, other)[:2], by_pairs(target, score, other)
    print(f"a model and itself with noise {noise:4}: p {seen[1]:.4f}, by pairs {expected[1]:.4f}")
    assert np.allclose(seen, expected) and seen[1] > 1e-3
PYTHON
