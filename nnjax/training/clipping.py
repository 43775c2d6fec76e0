"""Clipping: how a gradient is kept within bounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float

from nnjax.network.lazy import Array, jax, jnp, optax
from nnjax.training.optimizers import Hyperparameters


@dataclass(frozen=True)
class Clipping:
    """A way to keep a gradient within bounds.

    Attributes:
        name: The level of the factor `clipping`.
        function: (gradients of all layers, numbers of the run) -> the gradients, clipped.
        settings: Factors that mean something with it.
    """

    name: str
    function: Callable[[Any, Hyperparameters], Any]
    settings: tuple[str, ...] = ()


def _clip_value(gradients: Any, numbers: Hyperparameters) -> Any:
    return jax.tree.map(lambda leaf: jnp.clip(leaf, numbers.clip_min, numbers.clip_max), gradients)


WITHIN_REACH = 2.0**-80
"""What brings any number of float32 to where its square is one, too; a power of two, so that no digit changes."""


def gradient_norm(gradients: Any) -> Float[Array, ""]:
    """‖gradients‖ over all their numbers; infinite only where the norm itself is, not where its square is.

    >>> f"{gradient_norm([jnp.array([3e30, 4e30])]):.4g}, {gradient_norm([jnp.array([3.0, 4.0])]):.4g}"
    '5e+30, 5'
    """
    # Two norms and a choice: under vmap both sides of a condition are computed anyway.
    norm = optax.tree.norm(gradients)
    smaller = optax.tree.norm(jax.tree.map(lambda leaf: leaf * WITHIN_REACH, gradients))
    return jnp.where(jnp.isfinite(norm), norm, smaller / WITHIN_REACH)


def _clip_norm(gradients: Any, numbers: Hyperparameters) -> Any:
    """Shortened to `clip_norm`; NaN where the norm is not finite: a factor of zero would hide an explosion."""
    norm = gradient_norm(gradients)
    factor = jnp.where(jnp.isfinite(norm), numbers.clip_norm / jnp.maximum(norm, numbers.clip_norm), jnp.nan)
    return jax.tree.map(lambda leaf: leaf * factor, gradients)


def _clip_layers(gradients: Any, numbers: Hyperparameters) -> Any:
    return tuple(_clip_norm(layer, numbers) for layer in gradients)


CLIPPINGS = {clipping.name: clipping for clipping in (
    Clipping("none", lambda gradients, numbers: gradients),
    Clipping("value", _clip_value, ("clip_min", "clip_max")),
    Clipping("global_norm", _clip_norm, ("clip_norm",)),
    Clipping("layer_norm", _clip_layers, ("clip_norm",)),
)}  # fmt: skip
"""Name -> how a gradient is kept within bounds: each number, the norm of all, the norm of each layer's.

Source: the lecture (clipping to min, max); Pascanu, Mikolov & Bengio 2013, algorithm 1 (by norm).
"""
