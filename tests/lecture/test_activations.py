import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnjax.lecture.activations import ACTIVATIONS, logistic
from nnjax.network import activations as product

ORACLES = {
    "identity": lambda z: z,
    "logistic": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "arctan": jnp.arctan,
    "relu": jax.nn.relu,
    "softplus": jax.nn.softplus,
}


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@settings(max_examples=20)
@given(z=arrays(np.float64, 20, elements=st.floats(-30, 30, allow_subnormal=False)))
def test_functions_and_slopes_equal_jax(name, z):
    with jax.enable_x64(True):
        value, slope = jax.jvp(ORACLES[name], (jnp.asarray(z),), (jnp.ones(20),))
    np.testing.assert_allclose(ACTIVATIONS[name].function(z), value, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(ACTIVATIONS[name].slope(z), slope, rtol=1e-10, atol=1e-14)  # 1 − tanh² cancels


def test_names_are_the_products_names():
    assert set(ACTIVATIONS) <= set(product.ACTIVATIONS)


@given(x=st.floats(-50, 50))
def test_tanh_is_twice_the_stretched_logistic_less_one(x):
    np.testing.assert_allclose(2 * logistic(2 * np.float64(x)) - 1, np.tanh(x), atol=1e-15)
