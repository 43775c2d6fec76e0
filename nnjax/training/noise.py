"""Noise that regularises: dropout of hidden units, and noise on the features. Each draws from its own stream."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, UInt32


class Keys(NamedTuple):
    """Where the noise of a run comes from; None where there is none of its kind.

    Attributes:
        dropout: Key data [2] of the run's dropout stream.
        input_noise: Key data [2] of its stream of input noise.
    """

    dropout: UInt32[Array, " 2"] | None = None
    input_noise: UInt32[Array, " 2"] | None = None


def _key(data: Array, step: Array) -> Array:
    return jax.random.fold_in(jax.random.wrap_key_data(data), step)


def draw_masks(
    keys: Keys, step: Array, rate: Array | float, widths: Sequence[int], rows: int
) -> tuple[Float[Array, "rows _"], ...] | None:
    """What dropout multiplies the activations with: zero, or one over the share that stays (inverted dropout).

    A unit is decided by 16 random bits: half the price of 32, and no rate, the share of units dropped, is off by more
    than 1/65536. One mask a hidden layer; None without dropout. The step is counted from the start of the training.

    Source: Srivastava et al. 2014, section 10.
    """
    if keys.dropout is None:
        return None
    kept, units = 1 - rate, sum(widths)
    words = jax.random.bits(_key(keys.dropout, step), (rows * units // 2 + 1,))
    draws = lax.bitcast_convert_type(words, jnp.uint16).ravel()[: rows * units].reshape(rows, units)
    masks = (draws.astype(jnp.float32) < 2**16 * kept).astype(jnp.float32) / kept
    return tuple(lax.split(masks, widths, axis=1)) if widths else ()


def add_noise(keys: Keys, step: Array, deviation: Array | float, x: Float[Array, "N D"]) -> Float[Array, "N D"]:
    """Features with normal noise of this standard deviation; unchanged without input noise.

    Source: Bishop 1995, Training with noise is equivalent to Tikhonov regularization.
    """
    if keys.input_noise is None:
        return x
    return x + deviation * jax.random.normal(_key(keys.input_noise, step), x.shape)
