"""Losses of one example, in the lecture's scaling."""

from collections.abc import Callable

import jax.numpy as jnp
from jaxtyping import Array, Float, Scalar

Loss = Callable[[Float[Array, " outputs"], Float[Array, " outputs"]], Float[Scalar, ""]]


def half_squared_error(prediction: Float[Array, " outputs"], target: Float[Array, " outputs"]) -> Float[Scalar, ""]:
    """½‖y − v‖² of one example; its mean over N examples is E = 1/(2N) Σ‖y − v‖².

    Source: the lecture's slide on the cost function. scikit-learn's squared loss has the same ½.

    Example:
        >>> float(half_squared_error(jnp.array([1.0, 2.0]), jnp.array([0.0, 0.0])))
        2.5
    """
    return 0.5 * jnp.sum(jnp.square(prediction - target))


LOSSES: dict[str, Loss] = {"half_mean_squared_error": half_squared_error}
"""Name -> loss of one example; a mini-batch takes the mean."""
