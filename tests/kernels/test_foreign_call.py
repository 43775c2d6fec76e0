"""What any operation does in JAX's hands; shown with predictions and steps of Adam."""

import pickle
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.stacks import CONSTANTS, assert_same, make_stack
from jax.experimental.serialize_executable import serialize

from nnjax.kernels.adam import AdamNumbers, adam_update
from nnjax.kernels.compiler import find_compiler
from nnjax.kernels.dense_stack import predict_stack
from nnjax.kernels.foreign_call import call_operation
from nnjax.kernels.library import library_path
from nnjax.sweep.compilation_cache import cache_of_this_machine

pytestmark = pytest.mark.usefixtures("fused")


def test_what_is_not_batched_is_not_copied():
    """Rows that many runs share go into the call as they are, with an axis of length 1."""
    stack = make_stack((5, 9, 2), rows=12)
    many = jax.tree.map(lambda leaf: jnp.stack([leaf] * 3), stack.layers)
    shared = jax.jit(jax.vmap(lambda layers: predict_stack(*stack[:3], layers))).lower(many)
    text = shared.as_text()
    (call,) = [line for line in text.splitlines() if "custom_call @nnjax_stack_predict" in line]
    assert "(tensor<1x12x5xf32>, tensor<1x1xi32>, tensor<1x2xf32>, tensor<3x5x9xf32>" in call


def test_a_shared_argument_of_an_operation_in_place_is_copied_for_every_run():
    numbers = AdamNumbers(jnp.arange(3, dtype=jnp.float32), 0.9, 0.99, 1.0, 1e-3)
    m, v, g = (jnp.asarray(np.random.default_rng(seed).random((2, 5)), jnp.float32) for seed in range(3))
    step = jax.jit(jax.vmap(adam_update, in_axes=(AdamNumbers(0, *[None] * 8), None, None, 0)))
    gradients = jnp.stack([g, 2 * g, -g])
    update, mean, _ = step(numbers, m, v, gradients)
    for run in range(3):
        alone = jax.jit(adam_update)(numbers._replace(step_size=numbers.step_size[run]), m, v, gradients[run])
        assert_same((update[run], mean[run]), alone[:2])


def test_dtypes_that_an_operation_does_not_know_are_refused_before_it_is_called():
    for wrong in (jnp.bfloat16, jnp.int16, jnp.bool_):
        with pytest.raises(TypeError, match="computes in float32: argument 1 is"):
            call_operation("nnjax_stack_predict", [(1,)], [jnp.zeros(1, jnp.float32), jnp.zeros(1, wrong)])


CHILD = """
import ctypes, pickle, sys
import jax
import numpy as np
from jax.experimental.serialize_executable import deserialize_and_load
from pathlib import Path
from nnjax.kernels.library import digest_of, load_library

library, kept = map(Path, sys.argv[1:])
load_library(library, digest_of(library))
code, takes, gives, given = pickle.loads(kept.read_bytes())
program = deserialize_and_load(code, takes, gives, execution_devices=jax.local_devices(backend="cpu")[:1])
sys.stdout.buffer.write(np.asarray(program(*given)).tobytes())
"""


def test_a_compiled_program_is_read_back_in_another_process_that_has_the_operations(fused, tmp_path):
    stack = make_stack((5, 9, 2), rows=12)
    program = jax.jit(lambda x, layers: predict_stack(x, stack.codes, CONSTANTS, layers))
    compiled = program.lower(stack.x, stack.layers).compile()
    given = jax.tree.map(np.asarray, (stack.x, stack.layers))
    kept = tmp_path / "program"
    kept.write_bytes(pickle.dumps((*serialize(compiled), given)))
    library = library_path(cache_of_this_machine(), find_compiler())
    child = subprocess.run([sys.executable, "-c", CHILD, library, kept], capture_output=True, check=False)
    assert child.returncode == 0, child.stderr.decode()
    assert child.stdout == np.asarray(compiled(stack.x, stack.layers)).tobytes()
