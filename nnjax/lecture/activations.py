"""The functions of the lecture's units with their derivatives, in NumPy float64.

The product's own table of activations is written in JAX; this one is its reference by hand, and keeps to what the
lecture derives backpropagation for.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

Function = Callable[[Float[np.ndarray, "*rows"]], Float[np.ndarray, "*rows"]]


class Activation(NamedTuple):
    """A unit's function f(z), and its slope f'(z) as a function of z."""

    function: Function
    slope: Function


def logistic(z: Float[np.ndarray, "*rows"]) -> Float[np.ndarray, "*rows"]:
    """σ(z) = 1/(1 + e^(−z)), written with tanh so that no power overflows: σ(z) = (1 + tanh(z/2))/2.

    One slide writes the argument as z on the left and x on the right; it is one letter.

    >>> logistic(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def logistic_slope(z: Float[np.ndarray, "*rows"]) -> Float[np.ndarray, "*rows"]:
    """σ' = σ(1 − σ).

    >>> logistic_slope(np.array([0.0])).tolist()
    [0.25]
    """
    v = logistic(z)
    return np.asarray(v * (1.0 - v))


ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(lambda z: z, np.ones_like),
    "logistic": Activation(logistic, logistic_slope),
    "tanh": Activation(np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
    "arctan": Activation(np.arctan, lambda z: 1.0 / (z**2 + 1.0)),
    "relu": Activation(lambda z: np.maximum(0.0, z), lambda z: (z > 0.0).astype(np.float64)),
    "softplus": Activation(lambda z: np.logaddexp(0.0, z), logistic),
}
"""Name -> function and slope. At z = 0 the slope of relu is 0, the choice of automatic differentiation."""
