"""One layer's nonlinearity: the switch by which one program serves several activations, PReLU and maxout."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int, Scalar

from nnjax.network.activations import ACTIVATIONS, Activation, ActivationParameters


def _branch(member: Activation) -> Callable[[Array, Array, ActivationParameters], tuple[Array, Array]]:
    def both(z: Array, bias: Array, activation_parameters: ActivationParameters) -> tuple[Array, Array]:
        shifted = z + bias
        return member.function(shifted, activation_parameters), member.derivative(shifted, activation_parameters)

    return both


def value_and_slope(
    branches: tuple[str, ...],
    z: Float[Array, " units"],
    bias: Float[Array, " units"],
    index: Int[Scalar, ""],
    activation_parameters: ActivationParameters,
) -> tuple[Float[Array, " units"], Float[Array, " units"]]:
    """Apply activation number `index` of the branches: a = f(z + bias) and the slope f'(z + bias).

    The index is the same for all runs of a chunk, so that the switch stays a branch and never becomes a select.
    """
    # A branch without another would be fused with what stands around it, and have other last bits than in company.
    beside = [] if len(branches) > 1 else [lambda z, bias, _: (z, z)]
    both: tuple[Array, Array] = lax.switch(
        index, [*(_branch(ACTIVATIONS[name]) for name in branches), *beside], z, bias, activation_parameters
    )
    return both


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def activate(
    branches: tuple[str, ...],
    z: Float[Array, " units"],
    bias: Float[Array, " units"],
    probe: Float[Array, " units"],
    index: Int[Scalar, ""],
    activation_parameters: ActivationParameters,
) -> tuple[Float[Array, " units"], Float[Array, " units"]]:
    """One layer's nonlinearity, differentiated by its closed form instead of by a second switch.

    Activation number `index` of the branches is applied to z + bias. The probe is zeros: its value is ignored; its
    gradient is the derivative of the loss by the pre-activation, which `jax.grad` then hands out beside the parameters'
    gradients. Neither the activations' own numbers nor the slopes returned are differentiated.

    >>> zeros, constants = jnp.zeros(2), ActivationParameters(0.01, 1.0)
    >>> a, slope = activate(("tanh", "relu"), jnp.array([-1.0, 2.0]), zeros, zeros, jnp.int32(1), constants)
    >>> a.tolist(), slope.tolist()
    ([0.0, 2.0], [0.0, 1.0])
    """
    return value_and_slope(branches, z, bias, index, activation_parameters)


def _activate_forward(
    branches: tuple[str, ...], z: Array, bias: Array, probe: Array, index: Array, numbers: ActivationParameters
) -> tuple[tuple[Array, Array], Array]:
    a, slope = value_and_slope(branches, z, bias, index, numbers)
    return (a, slope), slope


def _activate_backward(
    branches: tuple[str, ...], slope: Array, cotangents: tuple[Array, Array]
) -> tuple[Array, Array, Array, None, None]:
    # The slopes are watched, not trained: what comes back by them is dropped. z and bias stand only
    # as their sum, and the probe for the same place: one derivative serves all three.
    delta = cotangents[0] * slope
    return delta, delta, delta, None, None


activate.defvjp(_activate_forward, _activate_backward)


def prelu(
    z: Float[Array, " units"],
    bias: Float[Array, " units"],
    probe: Float[Array, " units"],
    negative_slope: Float[Array, " slopes"],
) -> tuple[Float[Array, " units"], Float[Array, " units"]]:
    """ReLU with a learned slope α below zero, one a unit or one for the layer: the activations and their slopes.

    The probe is as `activate`'s. Source: He et al. 2015, eq. 1.
    """
    shifted = z + bias + probe
    slope = jnp.where(shifted > 0, 1.0, negative_slope)
    return shifted * slope, lax.stop_gradient(slope)


def maxout(
    z: Float[Array, "pieces units"], bias: Float[Array, "pieces units"], probe: Float[Array, " units"]
) -> tuple[Float[Array, " units"], Float[Array, " units"]]:
    """The largest of a unit's pieces, and its slope, 1. Source: Goodfellow et al. 2013, eq. 2.

    The probe stands behind the maximum: its gradient is that by the winning piece.
    """
    largest = jnp.max(z + bias, axis=0) + probe
    return largest, jnp.ones_like(largest)
