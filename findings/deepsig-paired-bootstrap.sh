#!/usr/bin/env bash
# deepsig 1.2.8 (deep-significance): its paired bootstrap test does not keep the pairs.
#
# Guessed: a "paired bootstrap test" draws splits, and takes both learners' scores of each; that it insists on as many
# scores of one as of the other says so too.
# Seen: the scores of the two are drawn apart from each other, and what the splits have in common is noise. A learner that
# is better on each of ten splits has p = 0.35, where the same package's permutation test, which does keep the pairs,
# says 0.003; the difference is found in none of 100 experiments instead of in all. Mixing up the order of one learner's
# scores, which destroys the pairs, changes nothing but the draws.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    deepsig==1.2.8 numpy==2.1.3 scipy==1.15.3 pandas==2.2.3
cd "$folder" && "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from deepsig import bootstrap_test, permutation_test

draw = np.random.default_rng(0)


def scores():
    split = draw.normal(0.5, 0.06, 10)
    return split + 0.01 + draw.normal(0.0, 0.004, 10), split + draw.normal(0.0, 0.004, 10)


def pairs_drawn(better, worse, times=1000):
    gap = better - worse
    return np.mean(gap[draw.integers(0, gap.size, (times, gap.size))].mean(axis=1) >= 2 * gap.mean())


better, worse = scores()
seen = {
    "deepsig's paired bootstrap": bootstrap_test(better, worse, seed=1),
    "the same, pairs mixed up": bootstrap_test(better, draw.permutation(worse), seed=1),
    "a bootstrap of pairs": pairs_drawn(better, worse),
    "deepsig's permutation test": permutation_test(better, worse, seed=1),
}
print(f"better on {np.sum(better > worse)} of 10 splits")
for name, p_value in seen.items():
    print(f"{name:27} p = {p_value:.4f}")
found = {"deepsig": [], "pairs": []}
for number in range(100):
    pair = scores()
    found["deepsig"].append(bootstrap_test(*pair, num_samples=200, seed=number) < 0.05)
    found["pairs"].append(pairs_drawn(*pair) < 0.05)
shares = {name: float(np.mean(hits)) for name, hits in found.items()}
print(f"share of experiments in which the difference is found: {shares}")
apart, mixed_up, together, permuted = seen.values()
assert apart > 0.3 and abs(apart - mixed_up) < 0.05 and together < 0.01 and permuted < 0.01, seen
assert shares["deepsig"] < 0.05 and shares["pairs"] > 0.95, shares
PYTHON
