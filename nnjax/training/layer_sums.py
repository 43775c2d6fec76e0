"""Sums over the numbers of a layer, one a layer."""

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float, Scalar

from nnjax.network.mlp import Layer, Parameters


def stack(values: Sequence[Array]) -> Array:
    """Numbers of all layers as one vector; an empty one for a network without hidden layers."""
    return jnp.stack(values) if values else jnp.zeros(0)


def square_sum(values: Array) -> Float[Scalar, ""]:
    """Sum of squares."""
    return jnp.sum(jnp.square(values))


def weight_square_sums(layers: Sequence[Layer]) -> Float[Array, " layers"]:
    """‖W‖² a layer."""
    return stack([square_sum(layer.weights) for layer in layers])


def weight_sizes(parameters: Parameters) -> Float[Array, " layers"]:
    """Number of weights a layer."""
    return stack([jnp.float32(layer.weights.size) for layer in parameters])
