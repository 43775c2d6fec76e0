"""One whole training as one pure function, and many of them at once.

Imports `network`, `data`, jax, jaxtyping, optax and numpy only.
"""

ENGINE_VERSION = "3"
"""The engine's numerical version, part of every run's identity: changed whenever a run's numbers could change."""

CLIPPED_BY_NORM = ("global_norm", "layer_norm")
"""Levels of the factor `clipping` whose numbers changed since: a norm is now known where its square overflows."""


def engines() -> tuple[str, ...]:
    """The numerical versions of all that today's engine trains."""
    return tuple(dict.fromkeys(map(engine_of, ("none", *CLIPPED_BY_NORM))))


def engine_of(clipping: str) -> str:
    """The numerical version of a run: a change that reaches some runs only leaves the others what they are.

    Args:
        clipping: Level of the factor.

    >>> engine_of("none"), engine_of("global_norm")
    ('3', '3.1')
    """
    return f"{ENGINE_VERSION}.1" if clipping in CLIPPED_BY_NORM else ENGINE_VERSION
