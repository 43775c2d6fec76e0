"""Normalisation of pre-activations, before the nonlinearity: over the batch, or over the units of a layer."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Scalar

EPSILON = 1e-5
"""Added to a variance before its root is taken."""

RUNNING_SHARE = 0.1
"""What a full batch counts in the running averages."""

EXAMPLES = "examples"
"""Name of the axis over which `vmap` carries the examples of a batch: what a network written for one example calls
upon for the statistics of all."""


class Moments(NamedTuple):
    """Mean and variance of each unit's pre-activation [units], or [pieces, units] for maxout."""

    mean: Float[Array, "*units"]
    variance: Float[Array, "*units"]


def batch_moments(z: Float[Array, "*units"], weight: Float[Scalar, ""]) -> Moments:
    """Weighted mean and variance (ddof 0) over the examples of the batch that this example is part of.

    To be called under `vmap` with the axis name `EXAMPLES`. An example's weight is one over their number, zero for
    padding. Source: Ioffe & Szegedy 2015, algorithm 1.

    >>> z, weight = jnp.array([[1.0], [3.0], [9.0]]), jnp.array([0.5, 0.5, 0.0])
    >>> moments = jax.vmap(batch_moments, axis_name=EXAMPLES, out_axes=None)(z, weight)
    >>> moments.mean.tolist(), moments.variance.tolist()
    ([2.0], [1.0])
    """
    mean = lax.psum(weight * z, EXAMPLES)
    return Moments(mean, lax.psum(weight * jnp.square(z - mean), EXAMPLES))


def layer_moments(z: Float[Array, "*units"]) -> Moments:
    """Mean and variance over the units of one example's layer. Source: Ba, Kiros & Hinton 2016, eq. 3.

    >>> [float(number) for number in layer_moments(jnp.array([1.0, 3.0]))]
    [2.0, 1.0]
    """
    mean = jnp.mean(z)
    return Moments(mean, jnp.mean(jnp.square(z - mean)))


def normalize(z: Float[Array, "*units"], moments: Moments, scale: Float[Array, "*units"]) -> Float[Array, "*units"]:
    """γ (z − μ) / √(σ² + ε); β is the layer's bias, which is added after it.

    >>> normalize(jnp.array([4.0]), Moments(jnp.array([2.0]), jnp.array([1.0])), jnp.array([3.0])).round(2).tolist()
    [6.0]
    """
    return scale * (z - moments.mean) * lax.rsqrt(moments.variance + EPSILON)


def running_moments(running: Moments, batch: Moments, share: Float[Scalar, ""] | float = RUNNING_SHARE) -> Moments:
    """Running averages of a batch's moments: `share` of the new, the rest of the old.

    >>> old, new = Moments(jnp.zeros(1), jnp.ones(1)), Moments(jnp.ones(1), jnp.zeros(1))
    >>> [moment.tolist() for moment in running_moments(old, new, share=0.25)]
    [[0.25], [0.75]]
    """
    averaged: Moments = jax.tree.map(lambda old, new: (1 - share) * old + share * new, running, batch)
    return averaged
