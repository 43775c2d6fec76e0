"""Backpropagation through one hidden layer, in the lecture's letters: xₖ → oⱼ → vᵢ, errors δᵢ and φⱼ.

K inputs, J hidden units, I outputs; all units logistic; squared error. (K counts the inputs here; on a later slide it
is the size of a mini-batch.)
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from nnjax.lecture.activations import logistic


class OneHidden(NamedTuple):
    """The weights, or their gradient.

    Attributes:
        w: Input k to hidden unit j, [K, J].
        beta: Biases of the hidden units, [J].
        u: Hidden unit j to output i, [J, I].
        gamma: Biases of the outputs, [I].
    """

    w: Float[np.ndarray, "K J"]
    beta: Float[np.ndarray, " J"]
    u: Float[np.ndarray, "J I"]
    gamma: Float[np.ndarray, " I"]


class OneHiddenBackward(NamedTuple):
    """What the backward pass of one example finds.

    Attributes:
        delta: δᵢ = ∂E/∂(sum into output i), [I].
        phi: φⱼ = ∂E/∂(sum into hidden unit j), [J].
        gradient: ∂E/∂ every weight.
    """

    delta: Float[np.ndarray, " I"]
    phi: Float[np.ndarray, " J"]
    gradient: OneHidden


def propagate_forward(weights: OneHidden, x: Float[np.ndarray, " K"]) -> tuple[np.ndarray, np.ndarray]:
    """Carry one example forward: oⱼ = σ(Σₖ xₖwₖⱼ + βⱼ) [J], then vᵢ = σ(Σⱼ oⱼuⱼᵢ + γᵢ) [I].

    Source: the lecture's slide on minimising the cost function, steps 1 and 2.

    >>> o, v = propagate_forward(OneHidden(np.zeros((2, 3)), np.zeros(3), np.ones((3, 1)), np.zeros(1)), np.ones(2))
    >>> o.tolist(), v.round(4).tolist()
    ([0.5, 0.5, 0.5], [0.8176])
    """
    o = logistic(x @ weights.w + weights.beta)
    return o, logistic(o @ weights.u + weights.gamma)


def propagate_backward(weights: OneHidden, x: Float[np.ndarray, " K"], y: Float[np.ndarray, " I"]) -> OneHiddenBackward:
    """Carry one example's error E = ½ Σ (yᵢ − vᵢ)² backward, step 3 (output to hidden) and 4 (hidden to input).

    δᵢ = (vᵢ − yᵢ)vᵢ(1 − vᵢ) and φⱼ = Σᵢ δᵢuⱼᵢ oⱼ(1 − oⱼ). The slides have (yᵢ − vᵢ), yet the update −ηδᵢoⱼ with its
    minus: together they climb. ∂E/∂v is v − y, and with it the minus descends.

    Source: the lecture's slides on backward propagation, with the sign corrected.

    >>> zero = OneHidden(np.zeros((2, 3)), np.zeros(3), np.ones((3, 1)), np.zeros(1))
    >>> propagate_backward(zero, np.ones(2), np.ones(1)).delta.round(4).tolist()
    [-0.0272]
    """
    o, v = propagate_forward(weights, x)
    delta = (v - y) * v * (1.0 - v)
    phi = (weights.u @ delta) * o * (1.0 - o)
    gradient = OneHidden(w=np.outer(x, phi), beta=phi, u=np.outer(o, delta), gamma=delta)
    return OneHiddenBackward(delta, phi, gradient)


def update(
    weights: OneHidden, x: Float[np.ndarray, " K"], y: Float[np.ndarray, " I"], learning_rate: float
) -> OneHidden:
    """One step of stochastic gradient descent: Δuⱼᵢ = −ηδᵢoⱼ, Δγᵢ = −ηδᵢ, Δwₖⱼ = −ηφⱼxₖ, Δβⱼ = −ηφⱼ.

    Source: the lecture's slides on backward propagation, steps 3 and 4.

    >>> zero = OneHidden(np.zeros((2, 3)), np.zeros(3), np.ones((3, 1)), np.zeros(1))
    >>> update(zero, np.ones(2), np.ones(1), 1.0).gamma.round(4).tolist()
    [0.0272]
    """
    gradient = propagate_backward(weights, x, y).gradient
    return OneHidden(*(old - learning_rate * slope for old, slope in zip(weights, gradient, strict=True)))
