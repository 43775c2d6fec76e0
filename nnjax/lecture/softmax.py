"""Softmax: from logits to probabilities, as the formula stands and so that it cannot overflow."""

import numpy as np
from jaxtyping import Float


def naive_softmax(logits: Float[np.ndarray, "*rows K"]) -> Float[np.ndarray, "*rows K"]:
    """e^aⱼ / Σ e^aₖ as the formula stands: NaN as soon as a logit passes 709, where e^a leaves float64.

    Source: the lecture's slide on sigmoid and softmax.

    >>> naive_softmax(np.array([0.0, 0.0])).tolist(), naive_softmax(np.array([0.0, 1000.0])).tolist()
    ([0.5, 0.5], [0.0, nan])
    """
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(np.asarray(logits, dtype=np.float64))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def stable_softmax(logits: Float[np.ndarray, "*rows K"]) -> Float[np.ndarray, "*rows K"]:
    """The same with the largest logit subtracted first, which changes nothing but the overflow.

    The largest term becomes e⁰ = 1; the others can only underflow to 0. (The slide's 20, 40, 50 overflow neither
    float64 nor float32, only half precision: they show the shift, not the need for it.)

    Source: the lecture's slide on the stable softmax.

    >>> stable_softmax(np.array([2.33, -1.46, 0.56])).round(8).tolist()
    [0.83827314, 0.01894129, 0.14278557]
    """
    a = np.asarray(logits, dtype=np.float64)
    powers = np.exp(a - a.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def log_softmax(logits: Float[np.ndarray, "*rows K"]) -> Float[np.ndarray, "*rows K"]:
    """The logarithm of the softmax without the detour over probabilities that may be 0.

    >>> log_softmax(np.array([0.0, -1000.0])).tolist()
    [0.0, -1000.0]
    """
    a = np.asarray(logits, dtype=np.float64)
    shifted = a - a.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
