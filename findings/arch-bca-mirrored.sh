#!/usr/bin/env bash
# arch 8.0.0: the interval "bca" of an accuracy is not that of the error rate turned over, and of two equal learners the
# one that is named first is found worse four times as often as the other.
#
# Guessed: whether right answers are counted or wrong ones changes the sign of a bootstrap's interval and nothing else,
# with the same rows and the same resamples; so it is with the method "percentile", and with SciPy's BCa.
# Seen: the correction for bias takes a resample that equals the estimate for one that lies above it, and where answers
# are right or wrong many do. 45 of 50 right: the accuracy lies in [0.76, 0.94], and by the error rate in [0.80, 0.98].
# Of 30 answers the 95 % interval "bc" misses the truth in 15 of 100 experiments if errors are counted, in 3 if hits
# are. Differences of two learners that agree on most rows are such numbers, too: in 25 of 300 experiments with equal
# ones the verdict changes where the two change places.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    arch==8.0.0 numpy==2.1.3 scipy==1.15.3 pandas==2.2.3 statsmodels==0.14.4
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import scipy.stats
from arch.bootstrap import IIDBootstrap


def interval(values, method, seed=0):
    return IIDBootstrap(values, seed=seed).conf_int(np.mean, 1000, method=method).ravel()


def by_scipy(values):
    found = scipy.stats.bootstrap((values,), np.mean, n_resamples=1000, method="BCa", rng=0).confidence_interval
    return np.array([found.low, found.high])


def turned(found):
    return 1 - found[::-1]


def side(low, high):
    return int(low > 1e-9) - int(high < -1e-9)


hits = np.repeat([1.0, 0.0], [45, 5])
for name, low_high in (("percentile", lambda values: interval(values, "percentile")), ("SciPy's BCa", by_scipy)):
    print(f"{name}: accuracy {low_high(hits)}, by the errors {turned(low_high(1 - hits))}")
    assert np.allclose(low_high(hits), turned(low_high(1 - hits)), atol=1e-3), name
by_hits, by_errors = interval(hits, "bca"), turned(interval(1 - hits, "bca"))
print(f"arch's bca: accuracy {by_hits}, by the errors {by_errors}")
assert np.all(by_errors - by_hits > 0.03), (by_hits, by_errors)

generator = np.random.default_rng(1)
misses = {"hits": 0, "errors": 0}
experiments = 0
for seed in range(300):
    drawn = (generator.random(30) < 0.9).astype(float)
    if drawn.all():  # no spread, no interval
        continue
    experiments += 1
    found = {"hits": interval(drawn, "bc", seed), "errors": turned(interval(1 - drawn, "bc", seed))}
    for name, (low, high) in found.items():
        misses[name] += not low - 1e-9 <= 0.9 <= high + 1e-9
print(f"the 95 % interval bc misses an accuracy of 0.9 in {misses} of {experiments} experiments of 30 rows")
assert misses["errors"] > 0.1 * experiments and misses["errors"] > 4 * misses["hits"], misses

changed = {"percentile": 0, "bca": 0}
first_worse = second_worse = 0
for seed in range(300):
    difference = generator.choice([0.0, 1.0, -1.0], p=[0.9, 0.05, 0.05], size=100)
    for method in changed:
        low, high = interval(difference, method, seed)
        swapped_low, swapped_high = -interval(-difference, method, seed)[::-1]
        verdict, swapped = side(low, high), side(swapped_low, swapped_high)
        changed[method] += verdict != swapped
        if method == "bca":
            first_worse += (verdict < 0) + (swapped > 0)
            second_worse += (verdict > 0) + (swapped < 0)
print(f"two equal learners, 300 times: the verdict changes with their order {changed}")
print(f"bca, both orders: the first is found worse {first_worse} times of 600, the second {second_worse} times")
assert changed["percentile"] == 0 and changed["bca"] > 5, changed
assert first_worse > 2 * second_worse, (first_worse, second_worse)
PYTHON
