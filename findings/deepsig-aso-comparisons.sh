#!/usr/bin/env bash
# deepsig 1.2.8 (deep-significance): the correction for many comparisons is the weaker the more there are.
#
# Guessed: "Bonferroni" tests at a confidence of 1 - 0.05 / comparisons, so more comparisons are harder to pass, and with
# two models (one comparison) nothing changes.
# Seen: the confidence is 0.95 + 0.05 / comparisons. That is right for two comparisons only; for ten it is 0.955 instead
# of 0.995, and for a hundred the bound is nearly that of a single one. For two models it is 1: multi_aso then says 1 (no
# evidence at all) where aso says 0.04 of the same scores, and NaN where it says 0. So of two models none is ever found
# better, and each model that is added makes it easier for all others.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    deepsig==1.2.8 numpy==2.1.3 scipy==1.15.3 pandas==2.2.3
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from deepsig import aso, multi_aso
from scipy.stats import norm

draw = np.random.default_rng(0)
how = {"seed": 1, "num_bootstrap_iterations": 100, "show_progress": False}
left, right = draw.normal(0.6, 1.0, 20), draw.normal(0.0, 1.0, 20)
near_zero = aso(left, right, confidence_level=0.5, **how)  # at 50 % nothing is added to the violation ratio
one = aso(left, right, **how)
bounds = {}
for number in (2, 3, 10, 100):
    bounds[number] = aso(left, right, num_comparisons=number, **how)
    # the bound is the ratio and the normal distribution's quantile, times what does not depend on the confidence
    confidence = norm.cdf(norm.ppf(0.95) * (bounds[number] - near_zero) / (one - near_zero))
    print(f"{number:3} comparisons: bound {bounds[number]:.4f}, confidence {confidence:.4f}, Bonferroni's {1 - 0.05 / number:.4f}")
    assert np.isclose(confidence, 0.95 + 0.05 / number, atol=1e-6)
print(f"  1 comparison:  bound {one:.4f}")
assert one < bounds[100] < bounds[10] < bounds[3] < bounds[2]

seen = []
for shift in (10.0, 0.9):
    pair = [list(draw.normal(shift, 1.0, 20)), list(draw.normal(0.0, 1.0, 20))]
    alone, many = aso(*pair, **how), multi_aso(pair, **how)[0, 1]
    plain = multi_aso(pair, use_bonferroni=False, **how)[0, 1]
    print(f"better by {shift}: aso {alone:.3f}, multi_aso {many:.3f}, without correction {plain:.3f}")
    assert alone < 0.2 and np.isclose(alone, plain, atol=0.01)
    seen.append(many)
assert np.isnan(seen[0]) and seen[1] == 1.0, seen
PYTHON
