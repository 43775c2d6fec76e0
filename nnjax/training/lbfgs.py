"""L-BFGS with a line search: one step a full batch, its evaluations counted.

Under `vmap` the runs of a chunk search together: each counts its own evaluations, but all wait for the slowest, and
both branches of the line search are computed at every trial. `benchmarks/remedies.py` measures what an evaluation
costs.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import optax
from jaxtyping import Array, Float

from nnjax.network.mlp import Parameters

MEMORY = 10
"""Pairs of steps and gradient changes that the inverse Hessian is built from."""


class LbfgsStep(NamedTuple):
    """What one step adds to the parameters, the state for the next, and how often loss and gradient were computed.

    That is once at the start, and for every trial of the line search.
    """

    updates: Parameters
    state: optax.OptState
    evaluations: Float[Array, ""]


def lbfgs() -> optax.GradientTransformationExtraArgs:
    """The optimiser: memory of 10 steps, zoom line search for the strong Wolfe conditions.

    Source: Nocedal & Wright, Numerical Optimization (2006), algorithms 7.4, 3.5 and 3.6.
    """
    return optax.lbfgs(memory_size=MEMORY)


def lbfgs_step(
    objective: Callable[[Parameters], Array],
    parameters: Parameters,
    state: optax.OptState,
    value: Array,
    gradient: Parameters,
) -> LbfgsStep:
    """Take one step from where the objective, the full batch's loss with its penalty, has this value and gradient."""
    with jax.numpy_dtype_promotion("standard"):  # optax mixes integers and floats
        updates, state = lbfgs().update(gradient, state, parameters, value=value, grad=gradient, value_fn=objective)
    trials = optax.tree.get(state, "num_linesearch_steps")
    return LbfgsStep(updates, state, 1.0 + trials.astype(value.dtype))
