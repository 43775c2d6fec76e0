"""Strict JAX for every test: implicit promotion of ranks and dtypes is an error."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

import jax
import pytest
from hypothesis import settings

jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

settings.register_profile("nnjax", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("nnjax")


@pytest.fixture
def float64():
    """64-bit JAX, for oracles."""
    with jax.enable_x64(True):
        yield
