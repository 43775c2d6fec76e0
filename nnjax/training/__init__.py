"""One whole training as pure functions, and many of them at once.

Imports `network`, `data`, jax, jaxtyping, optax and numpy only.
"""

ENGINE_VERSION = "4"
"""The engine's numerical version, part of every run's identity: changed whenever a run's numbers could change."""
