#!/usr/bin/env bash
# jax 0.10.2: a barrier between a reader of an array and a call that writes over it does not spare the copies.
#
# Guessed: an FFI call with `input_output_aliases` works in place in a `lax.scan`; where a sum of the same array is wanted,
# too, `lax.optimization_barrier` over sum and array has the sum computed first, and then nothing needs a copy.
# Seen: on a processor the barrier is gone before copies are decided. Whatever reads the array beside the call, even one
# sum that is ready long before, has every step copy the whole array, twice. What the call itself returns costs none.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jax==0.10.2 jaxlib==0.10.2
cd "$folder" && JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'PYTHON'
import re

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jnp.linalg.cholesky(jnp.eye(2))  # LAPACK's calls are registered
SHAPE = [jax.ShapeDtypeStruct((300, 300), jnp.float32), jax.ShapeDtypeStruct((), jnp.int32)]


def in_place(array):
    call = jax.ffi.ffi_call("lapack_spotrf_ffi", SHAPE, input_output_aliases={0: 0})
    return call(array, uplo=np.uint8(ord("L")))[0]


def alone(array, _):
    return in_place(array), jnp.float32(0)


def with_sum(array, _):
    total = jnp.sum(array)
    return in_place(array), total


def with_barrier(array, _):
    array, total = lax.optimization_barrier((array, jnp.sum(array)))
    return in_place(array), total


for step, expected in ((alone, 0), (with_sum, 2), (with_barrier, 2)):
    program = jax.jit(lambda array, step=step: lax.scan(step, array, length=5)).lower(SHAPE[0]).compile().as_text()
    (body,) = [part for part in program.split("\n\n") if "lapack_spotrf" in part]
    copies = len(re.findall(r"= f32\[300,300\]\S* copy", body))
    print(f"{step.__name__:12} copies of the array in each step: {copies}")
    assert copies == expected, (step, copies)
PYTHON
