#!/usr/bin/env bash
# jax 0.10.2 with SciPy 1.17.1: the same host function gives 0 inside `jax.pure_callback` where it gives 1.7e-312 outside.
#
# Guessed: a callback is Python on the host, so SciPy computes in it what it computes anywhere.
# Seen: JAX calls it on a thread whose processor flag for subnormal numbers is set to "take them for zero", and NumPy and
# SciPy inherit the flag for as long as the call takes. A probability below 2.2e-308 becomes 0, its logarithm -inf, and a
# product of two sound numbers 0; `logpmf`, which meets no such number, stays right. Afterwards all is as before.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jax==0.10.2 jaxlib==0.10.2 scipy==1.17.1 numpy==2.4.6
cd "$folder" && JAX_ENABLE_X64=1 "$folder/venv/bin/python" - <<'PYTHON'
import jax
import numpy as np
from scipy import stats


def host(count):
    """Probability of so many events where one is expected; its logarithm; a product whose value is 1e-310."""
    return np.array([stats.poisson.pmf(count, 1.0), stats.poisson.logpmf(count, 1.0), np.float64(1e-300) * 1e-10])


def inside(count):
    return jax.pure_callback(host, jax.ShapeDtypeStruct((3,), np.float64), count)


for name, value in {"outside": host(172), "eager": inside(172), "jitted": jax.jit(inside)(172), "after": host(172)}.items():
    print(f"{name:8} pmf {value[0]:.3g}  logpmf {value[1]:.6g}  product {value[2]:.3g}")
outside, callback = host(172), np.asarray(jax.jit(inside)(172))
assert outside[0] > 0 and outside[2] > 0, outside
assert callback[0] == 0 and callback[2] == 0, callback
assert abs(callback[1] - outside[1]) < 1e-9
PYTHON
