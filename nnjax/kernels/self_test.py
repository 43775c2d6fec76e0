"""A little training by the operations against their definitions, before a library is believed; a process of its own.

Widths, rows and outputs are no multiples of a vector, all of Adam's numbers count, and every activation has its turn.
"""

import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.adam import (
    AdamNumbers,
    adam_step,
    adam_step_definition,
    adam_update,
    adam_update_definition,
    bias_corrections,
)
from nnjax.kernels.choice import FAILED
from nnjax.kernels.dense_stack import (
    dense_stack,
    dense_stack_definition,
    evaluate_stack,
    evaluate_stack_definition,
    gradients_definition,
    nothing_watched,
    predict_stack,
)
from nnjax.kernels.library import digest_of, load_library
from nnjax.kernels.names import KernelsError
from nnjax.network.activations import ActivationParameters
from nnjax.network.mlp import Layer, Parameters

_RUNS, _ROWS, _EVALUATED_ROWS, _STEPS = 2, 19, 5, 3
_SIZES = (6, 35, 17, 3)
"""Features, two hidden layers, outputs."""

TOLERANCE = 2e-5
"""What numbers may differ by, as a share of the largest of their array: rounding makes 1e-6 of it."""

QUICK_OPTIONS: dict[str, Any] = {
    "xla_backend_optimization_level": 0,
    "xla_cpu_use_fusion_emitters": False,
    "xla_llvm_disable_expensive_passes": True,
}
"""With which XLA compiles in two fifths of the time; the programs run for a millisecond."""

_Pull = Callable[[Array], Any]


class _Way(NamedTuple):
    """How a training is computed: by the operations, or by what defines them.

    Attributes:
        stack: The network's forward pass; what pulls gradients back through it; largest slopes.
        evaluate: What rows say that are not trained on.
        step: Adam's, of parameters and moments.
        update: Adam's, for those who take the step themselves.
        predict: Logits of rows; None: those of the evaluation, for a compiler takes seconds over the definition.
    """

    stack: Callable[..., tuple[Array, _Pull, Any]]
    evaluate: Callable[..., Any]
    step: Callable[..., Any]
    update: Callable[..., Any]
    predict: Callable[..., Array] | None = None


class _Seen(NamedTuple):
    """All that a training computes, in the order in which it does."""

    logits: Array
    largest_slopes: Any
    gradients: Any
    sums_of_squares: Any
    parameters: Any
    moments: Any
    evaluations: Any
    predictions: Array
    updates: Any


_Training = Callable[[Int[np.ndarray, " hidden"]], _Seen]


class _Given(NamedTuple):
    """What a run starts with; rows of all runs but for those that are evaluated."""

    x: Float[Array, "N D"]
    y: Float[Array, "N O"]
    rate: Float[Array, ""]
    layers: Parameters


def main(path: Path) -> int:
    """Test the library at a path; say what is wrong, and give the exit code that says it."""
    load_library(path, digest_of(path))
    failure = find_failure(compile_training(OPERATIONS), compile_training(DEFINITIONS))
    if failure:
        print(failure)
    return FAILED if failure else 0


def find_failure(train: _Training, define: _Training) -> str:
    """What one way to train computes otherwise than the other; "" if nothing. Every activation has its turn twice."""
    names = sorted(ACTIVATION_CODES)
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        codes = np.array([ACTIVATION_CODES[name], ACTIVATION_CODES[following]], np.int32)
        seen, expected = train(codes), define(codes)
        for what, one, other in zip(_Seen._fields, seen, expected, strict=True):
            error = np.max(list(map(_error, jax.tree.leaves(one), jax.tree.leaves(other))))
            if not error <= TOLERANCE:
                return f"{what.replace('_', ' ')} with {name} and {following} differ by {error:.1e} of the largest"
    return ""


def _error(seen: Array, expected: Array) -> float:
    """Largest difference, as a share of the largest number."""
    largest = float(np.max(np.abs(expected)))
    return float(np.max(np.abs(np.asarray(seen) - np.asarray(expected)))) / (largest or 1.0)


def compile_training(way: _Way) -> _Training:
    """A training of some runs, compiled: a function of the codes of its activations."""
    given, evaluated = _given(), np.random.default_rng(1).normal(size=(_EVALUATED_ROWS, _SIZES[0])).astype(np.float32)
    trained = jax.vmap(partial(_train, way), in_axes=(0, None, None))
    codes = jax.ShapeDtypeStruct((len(_SIZES) - 2,), np.int32)
    with jax.default_matmul_precision("highest"):
        program = jax.jit(trained).lower(given, evaluated, codes).compile(compiler_options=QUICK_OPTIONS)
    return partial(program, given, evaluated)


def _given() -> _Given:
    """Of all runs; biases are not zero, and all numbers of a usual size."""
    generator = np.random.default_rng(0)

    def drawn(*shape: int) -> Any:
        return generator.normal(size=(_RUNS, *shape)).astype(np.float32)

    layers = [
        Layer(drawn(before, after) / np.float32(np.sqrt(before)), drawn(after)) for before, after in pairwise(_SIZES)
    ]
    rates: Any = np.array([0.1, 0.03], np.float32)
    return _Given(drawn(_ROWS, _SIZES[0]), drawn(_ROWS, _SIZES[-1]), rates, tuple(layers))


def _train(way: _Way, given: _Given, evaluated: Array, codes: Array) -> _Seen:
    """Train one run for some steps, and look at it by every operation that there is."""
    constants, depth = ActivationParameters(jnp.float32(0.1), jnp.float32(0.7)), len(_SIZES) - 2

    def step(state: tuple[Parameters, Parameters, Parameters], count: Array) -> tuple[Any, Any]:
        logits, pull, slopes = way.stack(given.x, codes, constants, state[0])
        gradient, squares = pull((logits - given.y) / _ROWS)
        after = way.step(_numbers(given.rate, count), *state, gradient)
        return tuple(after[:3]), (logits, slopes, gradient, (squares, after[3:]))

    nothing = jax.tree.map(jnp.zeros_like, given.layers)
    (parameters, *moments), steps = jax.lax.scan(step, (given.layers, nothing, nothing), jnp.arange(1, _STEPS + 1))
    row_weights = jnp.arange(_EVALUATED_ROWS, dtype=jnp.float32) / 10  # together one
    limits = jnp.full(depth, 0.3, jnp.float32)
    # The steps that follow are of other parameters, if Adam is wrong.
    logits, slopes, gradients, squares = jax.tree.map(lambda leaf: leaf[0], steps)
    evaluation = way.evaluate(evaluated, codes, constants, parameters, row_weights, limits)
    return _Seen(
        logits,
        slopes,
        gradients,
        squares,
        parameters,
        moments,
        tuple(evaluation),
        way.predict(evaluated, codes, constants, parameters) if way.predict else evaluation.logits,
        way.update(_numbers(given.rate, jnp.int32(_STEPS + 1)), *moments, parameters),
    )


def _numbers(rate: Array, count: Array) -> AdamNumbers:
    """None of them leaves its place in Adam's formulas without a trace."""
    first, second = bias_corrections(0.8, 0.9, count)
    return AdamNumbers(rate / first, 0.8, 0.9, 1 / second, 0.03, l2=0.1, gradient_scale=0.5, decay=0.02)


def _stack(x: Array, codes: Array, constants: ActivationParameters, layers: Parameters) -> tuple[Array, _Pull, Any]:
    def forward(layers: Parameters, watched: Any) -> tuple[Array, Any]:
        logits, slopes = dense_stack(x, codes, constants, layers, watched)
        return logits, slopes

    logits, pull, slopes = jax.vjp(forward, layers, nothing_watched(codes.shape[0]), has_aux=True)
    return logits, pull, slopes


def _stack_definition(
    x: Array, codes: Array, constants: ActivationParameters, layers: Parameters
) -> tuple[Array, _Pull, Any]:
    logits, slopes = dense_stack_definition(x, codes, constants, layers)
    return logits, partial(gradients_definition, x, codes, constants, layers), slopes


OPERATIONS = _Way(_stack, evaluate_stack, adam_step, adam_update, predict_stack)
DEFINITIONS = _Way(_stack_definition, evaluate_stack_definition, adam_step_definition, adam_update_definition)


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1])))
    except KernelsError as error:
        sys.exit(str(error))
