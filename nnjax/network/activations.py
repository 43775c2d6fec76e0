"""Activation functions with their closed-form derivatives, and the switch by which one program serves them all."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Scalar

Elementwise = Callable[[Array], Array]

SATURATION = 0.07065082485316447
"""A unit counts as saturated where its slope is at most this share of the steepest one: sech²(2) = σ'(4)/σ'(0),
that is |z| >= 4 for the logistic and |z| >= 2 for tanh."""


@dataclass(frozen=True)
class Activation:
    """An activation function as the lecture's table lists it.

    Attributes:
        name: The level of the factor `activation`.
        function: z -> a, elementwise.
        derivative: z -> da/dz, elementwise, in closed form.
        peak_slope: The largest derivative, by which saturation is measured.
        initializer: What `initializer = "auto"` means for it.
    """

    name: str
    function: Elementwise
    derivative: Elementwise
    peak_slope: float
    initializer: str


LEAKY_SLOPE = 0.01  # the lecture writes 0.1 in one place; most sources, and this house, take 0.01


def _logistic_slope(z: Array) -> Array:
    a = jax.nn.sigmoid(z)
    return a * (1 - a)


def _tanh_slope(z: Array) -> Array:
    return 1 - jnp.square(jnp.tanh(z))


def _step_slope(z: Array) -> Array:
    return jnp.where(z > 0, jnp.ones_like(z), jnp.zeros_like(z))


def _leaky(z: Array) -> Array:
    return jnp.where(z > 0, z, LEAKY_SLOPE * z)


def _leaky_slope(z: Array) -> Array:
    return jnp.where(z > 0, jnp.ones_like(z), jnp.full_like(z, LEAKY_SLOPE))


def _elu(z: Array) -> Array:
    return jnp.where(z > 0, z, jnp.expm1(jnp.minimum(z, 0)))


def _elu_slope(z: Array) -> Array:
    return jnp.exp(jnp.minimum(z, 0))


def _relu(z: Array) -> Array:
    return jnp.maximum(z, 0)


def _registry(*members: Activation) -> dict[str, Activation]:
    return {member.name: member for member in members}


ACTIVATIONS = _registry(
    Activation("identity", lambda z: z, jnp.ones_like, 1.0, "lecun"),
    Activation("logistic", jax.nn.sigmoid, _logistic_slope, 0.25, "glorot"),
    Activation("tanh", jnp.tanh, _tanh_slope, 1.0, "glorot"),
    Activation("relu", _relu, _step_slope, 1.0, "he"),
    Activation("leaky_relu", _leaky, _leaky_slope, 1.0, "he"),
    Activation("elu", _elu, _elu_slope, 1.0, "he"),
    Activation("softplus", jax.nn.softplus, jax.nn.sigmoid, 1.0, "glorot"),
)
"""Name -> activation; the order is the index that `activate` switches on."""

ACTIVATION_NAMES = tuple(ACTIVATIONS)

PEAK_SLOPES = tuple(member.peak_slope for member in ACTIVATIONS.values())


def _branch(member: Activation) -> Callable[[Array, Array], tuple[Array, Array]]:
    def value_and_slope(z: Array, bias: Array) -> tuple[Array, Array]:
        shifted = z + bias
        return member.function(shifted), member.derivative(shifted)

    return value_and_slope


def value_and_slope(
    z: Float[Array, " units"], bias: Float[Array, " units"], index: Int[Scalar, ""]
) -> tuple[Float[Array, " units"], Float[Array, " units"]]:
    """Apply activation number `index` to z + bias.

    The index is the same for all runs of a chunk, so that the switch stays a branch and never becomes a select.

    Returns:
        a = f(z + bias) and the slope f'(z + bias).
    """
    both: tuple[Array, Array] = lax.switch(index, [_branch(member) for member in ACTIVATIONS.values()], z, bias)
    return both


@jax.custom_vjp
def activate(
    z: Float[Array, " units"], bias: Float[Array, " units"], probe: Float[Array, " units"], index: Int[Scalar, ""]
) -> tuple[Float[Array, " units"], Float[Array, " units"]]:
    """One layer's nonlinearity, differentiated by its closed form instead of by a second switch.

    Args:
        z: Pre-activations without bias.
        bias: The layer's bias.
        probe: Zeros. Its value is ignored; its gradient is the derivative of the loss by the pre-activation, which
            `jax.grad` then hands out beside the parameters' gradients.
        index: Position in `ACTIVATIONS`.

    Returns:
        The activations, and their slopes (not differentiated further).

    Example:
        >>> zeros = jnp.zeros(2)
        >>> a, slope = activate(jnp.array([-1.0, 2.0]), zeros, zeros, jnp.int32(ACTIVATION_NAMES.index("relu")))
        >>> a.tolist(), slope.tolist()
        ([0.0, 2.0], [0.0, 1.0])
    """
    return value_and_slope(z, bias, index)


def _activate_forward(z: Array, bias: Array, probe: Array, index: Array) -> tuple[tuple[Array, Array], Array]:
    a, slope = value_and_slope(z, bias, index)
    return (a, slope), slope


def _activate_backward(slope: Array, cotangents: tuple[Array, Array]) -> tuple[Array, Array, Array, None]:
    delta = cotangents[0] * slope
    return delta, delta, delta, None


activate.defvjp(_activate_forward, _activate_backward)
