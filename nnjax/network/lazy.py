"""jax and optax, imported when first used: a registry's names can be asked for without waiting for them.

Their import costs a second of a core, and `nnjax plan` needs no more of an activation than its name. Only registries
whose functions are theirs look here; whatever computes anyway imports them itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any


class LazyModule:
    """A module that is imported at the first look at one of its attributes.

    >>> LazyModule("math").floor(2.5)
    2
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    import jax
    import jax.numpy as jnp
    import optax
    from jax.scipy import stats
    from jaxtyping import Array
else:
    jax, jnp, optax, stats = map(LazyModule, ("jax", "jax.numpy", "optax", "jax.scipy.stats"))
    Array = Any  # jaxtyping's shapes and dtypes are checked all the same: Float[Any, " units"]

__all__ = ["Array", "LazyModule", "jax", "jnp", "optax", "stats"]
