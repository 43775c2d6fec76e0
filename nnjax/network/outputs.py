"""Output functions: what makes a prediction of the last layer's logits, one example at a time."""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float

from nnjax.network.lazy import Array, jax, jnp


@dataclass(frozen=True)
class Output:
    """An output function.

    Attributes:
        name: The level of the factor `output`.
        apply: Logits of one example [outputs] -> its prediction [outputs].
        is_probability: Whether every prediction lies between 0 and 1, as classification needs it.
        meaning: One line for a person.
        formula: In plain text, z the logits.
    """

    name: str
    apply: Callable[[Float[Array, " outputs"]], Float[Array, " outputs"]]
    is_probability: bool
    meaning: str
    formula: str


def _identity(logits: Float[Array, " outputs"]) -> Float[Array, " outputs"]:
    return logits


def _relu(logits: Float[Array, " outputs"]) -> Float[Array, " outputs"]:
    return jax.nn.relu(logits)


def _exponential(logits: Float[Array, " outputs"]) -> Float[Array, " outputs"]:
    return jnp.exp(logits)


def _logistic(logits: Float[Array, " outputs"]) -> Float[Array, " outputs"]:
    return jax.nn.sigmoid(logits)


def softmax(logits: Float[Array, " outputs"]) -> Float[Array, " outputs"]:
    """Probabilities e^z_k / Σ_j e^z_j, with the maximum subtracted first, so that no exponential overflows.

    Source: the lecture's slide on the stable softmax.

    >>> [f"{p:.6f}" for p in softmax(jnp.array([20.0, 40.0, 50.0])).tolist()]
    ['0.000000', '0.000045', '0.999955']
    """
    exponentials = jnp.exp(below_maximum(logits))
    return exponentials / jnp.sum(exponentials)


def below_maximum(logits: Float[Array, " outputs"]) -> Float[Array, " outputs"]:
    """Logits minus their maximum: softmax does not see the difference, the exponential does.

    The maximum is held constant under differentiation, since softmax's derivative by a common shift is zero.
    """
    return logits - jax.lax.stop_gradient(jnp.max(logits))


OUTPUTS = {output.name: output for output in (
    Output("identity", _identity, False, "the last layer's sums as they are: regression", "z"),
    Output("exponential", _exponential, False, "counts: the sum is the logarithm of the prediction", "exp(z)"),
    Output("relu", _relu, False, "no prediction below zero: what the lecture warns of", "max(0, z)"),
    Output("logistic", _logistic, True, "each output squashed on its own to a probability", "1 / (1 + exp(-z))"),
    Output("softmax", softmax, True, "one probability a class, together one", "exp(z_k - m) / sum_j exp(z_j - m)"),
)}  # fmt: skip
"""Name -> output function."""


def predicted_correctly(logits: Float[Array, " outputs"], target: Float[Array, " outputs"]) -> Float[Array, ""]:
    """1 if the predicted class is the target's, else 0; NaN if a logit is NaN, as a diverged run's are.

    Logits are what comes before a logistic or softmax output. One predicts class 1 where it is at least 0, as the
    lecture's θᵀx ≥ 0; its target is 0 or 1. Several, whose targets are one-hot, predict the largest; in a tie the
    first, but of two classes the second, as one output would.

    >>> float(predicted_correctly(jnp.array([2.0, 3.0, 1.0]), jnp.array([1.0, 0.0, 0.0])))
    0.0
    """
    if logits.shape[-1] == 1:
        agree = (logits[0] >= 0) == (target[0] >= 0.5)
    elif logits.shape[-1] == 2:
        agree = (logits[1] >= logits[0]) == (target[1] >= target[0])
    else:
        agree = jnp.argmax(logits) == jnp.argmax(target)
    unknown = jnp.full_like(logits[0], jnp.nan)
    return jnp.where(jnp.any(jnp.isnan(logits)), unknown, agree.astype(logits.dtype))
