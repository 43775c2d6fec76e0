"""Activation functions with their closed-form derivatives: the lecture's table, and what practice added to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float

from nnjax.network.lazy import Array, jax, jnp, stats

SATURATION = 0.07065082485316447
"""A unit counts as saturated where its slope is at most this share of the steepest one: sech²(2) = σ'(4)/σ'(0),
that is |z| >= 4 for the logistic and |z| >= 2 for tanh."""


class ActivationParameters(NamedTuple):
    """The numbers of a run that shape its activations; batched over runs.

    Attributes:
        negative_slope: Slope of leaky_relu below zero; where PReLU's learned slope begins.
        elu_alpha: What elu tends to below zero, with a minus.
    """

    negative_slope: Float[Array, ""] | float
    elu_alpha: Float[Array, ""] | float


Elementwise = Callable[[Array, ActivationParameters], Array]


@dataclass(frozen=True)
class Activation:
    """An activation function as the lecture's table lists it.

    Attributes:
        name: The level of the factor `activation`.
        function: z -> a, elementwise.
        derivative: z -> da/dz, elementwise, in closed form.
        peak_slope: The steepest slope, by which saturation is measured (for elu that of its positive side).
        initializer: What `initializer = "auto"` means for it.
        colors: On light and on dark pages, everywhere; distinct in the usual colour-blindness simulations.
        equation: f(z), as the table prints it.
        slope_equation: f′(z), as the table prints it.
        remark: Where it comes from, or what to know.
        settings: Factors that mean something with it.
        structure: "elementwise"; or what it adds to a layer: "prelu" a learned slope, "maxout" further weights.
        alias: Another common name; "" for none.
    """

    name: str
    function: Elementwise
    derivative: Elementwise
    peak_slope: float
    initializer: str
    colors: tuple[str, str]
    equation: str
    slope_equation: str
    remark: str
    settings: tuple[str, ...] = ()
    structure: str = "elementwise"
    alias: str = ""


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _above(z: Array, positive: Array, otherwise: Array) -> Array:
    return jnp.where(z > 0, positive, otherwise)


def _logistic_slope(z: Array, activation_parameters: ActivationParameters) -> Array:
    a = jax.nn.sigmoid(z)
    return a * (1 - a)


def _leaky(z: Array, activation_parameters: ActivationParameters) -> Array:
    return _above(z, z, activation_parameters.negative_slope * z)


def _leaky_slope(z: Array, activation_parameters: ActivationParameters) -> Array:
    return _above(z, jnp.ones_like(z), jnp.full_like(z, activation_parameters.negative_slope))


def _elu(z: Array, activation_parameters: ActivationParameters) -> Array:
    return _above(z, z, activation_parameters.elu_alpha * jnp.expm1(jnp.minimum(z, 0)))


def _elu_slope(z: Array, activation_parameters: ActivationParameters) -> Array:
    return _above(z, jnp.ones_like(z), activation_parameters.elu_alpha * jnp.exp(jnp.minimum(z, 0)))


def _silu_slope(z: Array, activation_parameters: ActivationParameters) -> Array:
    gate = jax.nn.sigmoid(z)
    return gate * (1 + z * (1 - gate))


def _selu(z: Array, activation_parameters: ActivationParameters) -> Array:
    return SELU_SCALE * _above(z, z, SELU_ALPHA * jnp.expm1(jnp.minimum(z, 0)))


def _selu_slope(z: Array, activation_parameters: ActivationParameters) -> Array:
    return SELU_SCALE * _above(z, jnp.ones_like(z), SELU_ALPHA * jnp.exp(jnp.minimum(z, 0)))


def _mish_slope(z: Array, activation_parameters: ActivationParameters) -> Array:
    gate = jnp.tanh(jax.nn.softplus(z))
    return gate + z * jax.nn.sigmoid(z) * (1 - jnp.square(gate))


ACTIVATIONS = {activation.name: activation for activation in (
    Activation("identity", lambda z, _: z, lambda z, _: jnp.ones_like(z), 1.0, "lecun", ("#6b7280", "#a8b0bd"),
               "z", "1", "a network of it is linear"),
    Activation("binary_step", lambda z, _: (z >= 0).astype(z.dtype), lambda z, _: jnp.zeros_like(z), 0.0, "glorot",
               ("#9a4646", "#e89a9a"), "0 for z < 0, 1 for z ≥ 0", "0 for z ≠ 0",
               "the perceptron's; no gradient passes, so hidden layers before it learn nothing"),
    Activation("logistic", lambda z, _: jax.nn.sigmoid(z), _logistic_slope, 0.25, "glorot", ("#d55e00", "#ff8d4f"),
               "1 / (1 + e⁻ᶻ)", "f(z) (1 − f(z))", "soft step", alias="sigmoid"),
    Activation("tanh", lambda z, _: jnp.tanh(z), lambda z, _: 1 - jnp.square(jnp.tanh(z)), 1.0, "glorot",
               ("#b77a00", "#efb23e"), "2 / (1 + e⁻²ᶻ) − 1", "1 − f(z)²", "2 σ(2z) − 1"),
    Activation("arctan", lambda z, _: jnp.arctan(z), lambda z, _: 1 / (jnp.square(z) + 1), 1.0, "glorot",
               ("#7d6a17", "#cdbb62"), "tan⁻¹ z", "1 / (z² + 1)", "saturates slowly"),
    Activation("relu", lambda z, _: jnp.maximum(z, 0), lambda z, _: _above(z, jnp.ones_like(z), jnp.zeros_like(z)), 1.0,
               "he", ("#0072b2", "#54aef0"), "max(0, z)", "0 for z < 0, 1 for z > 0", "Nair & Hinton 2010"),
    Activation("leaky_relu", _leaky, _leaky_slope, 1.0, "he", ("#3d98cf", "#9ad6f8"), "max(αz, z)",
               "α for z < 0, 1 for z > 0", "α = negative_slope: 0.01 (Maas et al. 2013), 0.1 on one slide",
               ("negative_slope",)),
    Activation("prelu", _leaky, _leaky_slope, 1.0, "he", ("#3f5fc4", "#93a8ff"), "αz for z < 0, z for z ≥ 0",
               "α for z < 0, 1 for z > 0",
               "α learned, one a unit or one a layer, from negative_slope = 0.25 (He et al. 2015)",
               ("negative_slope", "prelu_sharing"), "prelu"),
    Activation("elu", _elu, _elu_slope, 1.0, "he", ("#00916a", "#3fd0a3"), "α (eᶻ − 1) for z < 0, z for z ≥ 0",
               "f(z) + α for z < 0, 1 for z > 0", "α = elu_alpha: 1 (Clevert et al. 2016)", ("elu_alpha",)),
    Activation("softplus", lambda z, _: jax.nn.softplus(z), lambda z, _: jax.nn.sigmoid(z), 1.0, "glorot",
               ("#b04c94", "#ea96cf"), "ln(1 + eᶻ)", "1 / (1 + e⁻ᶻ)", "a smooth relu"),
    Activation("maxout", lambda z, _: z, lambda z, _: jnp.ones_like(z), 1.0, "lecun", ("#7a4fb5", "#c3a1f2"),
               "max(w₁ᵀx + b₁, …, wₖᵀx + bₖ)", "1 for the largest piece, else 0",
               "k = maxout_pieces sets of weights a unit (Goodfellow et al. 2013)", ("maxout_pieces",), "maxout"),
    Activation("gelu", lambda z, _: jax.nn.gelu(z, approximate=False),
               lambda z, _: stats.norm.cdf(z) + z * stats.norm.pdf(z), 1.1289041452, "he", ("#3f7f1f", "#8fd06a"),
               "z Φ(z)", "Φ(z) + z φ(z)", "Hendrycks & Gimpel 2016; exact, by erf"),
    Activation("silu", lambda z, _: z * jax.nn.sigmoid(z), _silu_slope, 1.0998393201, "he", ("#79873b", "#c3d181"),
               "z σ(z)", "σ(z) (1 + z (1 − σ(z)))", "Ramachandran et al. 2017", alias="swish"),
    Activation("selu", _selu, _selu_slope, SELU_SCALE * SELU_ALPHA, "lecun", ("#c8436d", "#ff8fb0"),
               "λα (eᶻ − 1) for z < 0, λz for z ≥ 0", "λα eᶻ for z < 0, λ for z > 0",
               "λ = 1.0507, α = 1.6733: Klambauer et al. 2017"),
    Activation("mish", lambda z, _: z * jnp.tanh(jax.nn.softplus(z)), _mish_slope, 1.0884981613, "he",
               ("#2f8577", "#7ed0c2"), "z tanh(ln(1 + eᶻ))", "t + z σ(z) (1 − t²), t = tanh(ln(1 + eᶻ))", "Misra 2020"),
    Activation("hard_tanh", lambda z, _: jnp.clip(z, -1, 1), lambda z, _: (jnp.abs(z) < 1).astype(z.dtype), 1.0,
               "glorot", ("#8c5a3c", "#d8a583"), "max(−1, min(1, z))", "1 for |z| < 1, else 0",
               "tanh in straight lines"),
)}  # fmt: skip
"""Name -> activation, in the order of the lecture's table."""
