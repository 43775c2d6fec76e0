#!/usr/bin/env bash
# mlx 0.32.4 (on a processor): a million readings of 10,000 ± 1 have a variance of 17,139, and the mean of 33 million times 0.1 is 0.0625.
#
# Guessed: sums over an array are taken pairwise or in many lanes, as NumPy's and JAX's are, so that float32 keeps six digits.
# Seen: where all numbers are reduced at once, they are added to few running sums one after another; a sum that is large
# swallows what is added to it. The mean is off by 131, the square of that is taken for variance, and a column that is
# standardised by it has a spread of 0.008 instead of 1. NumPy's variance is 1.001, in float32 as in float64.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mlx==0.32.4 mlx-cpu==0.32.4 numpy==2.4.6
cd "$folder" && "$folder/venv/bin/python" - <<'PYTHON'
import mlx.core as mx
import numpy as np

mx.set_default_device(mx.cpu)
readings = np.random.default_rng(0).standard_normal(1_000_000).astype(np.float32) + np.float32(1e4)
theirs = mx.array(readings)
scaled = np.asarray((theirs - mx.mean(theirs)) / mx.std(theirs))
print(f"variance: mlx {mx.var(theirs).item():.1f}, NumPy {readings.var():.4f}, in float64 {readings.astype(float).var():.4f}")
print(f"mean: mlx {mx.mean(theirs).item():.1f}, NumPy {readings.mean():.1f}; spread of the scaled column {scaled.std():.4f}")
tenths = np.full(2**25, 0.1, np.float32)
print(f"mean of {len(tenths):,} times 0.1: mlx {mx.mean(mx.array(tenths)).item()}, NumPy {tenths.mean():.6f}")
assert mx.var(theirs).item() > 1e4
assert abs(readings.var() - 1.0013) < 1e-3
assert scaled.std() < 0.01, scaled.std()
assert mx.mean(mx.array(tenths)).item() == 0.0625
PYTHON
