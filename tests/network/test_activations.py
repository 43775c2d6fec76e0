import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnjax.network.activations import ACTIVATION_NAMES, ACTIVATIONS, SATURATION, activate

NAMES = list(ACTIVATIONS)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10)
@given(points=arrays(np.float64, 50, elements=st.floats(-20, 20).filter(lambda z: abs(z) > 1e-3)))
def test_closed_form_derivative_equals_autodiff(name, points):
    member = ACTIVATIONS[name]
    with jax.enable_x64(True):
        _, expected = jax.jvp(member.function, (jnp.asarray(points),), (jnp.ones(50),))
        np.testing.assert_allclose(member.derivative(jnp.asarray(points)), expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_derivative_equals_central_differences(name, float64):
    member = ACTIVATIONS[name]
    z = jnp.asarray([-3.1, -1.2, -0.3, 0.2, 0.9, 2.7], dtype=jnp.float64)
    central = (member.function(z + 1e-6) - member.function(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(member.derivative(z), central, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_peak_slope_is_the_largest_slope(name, float64):
    slopes = ACTIVATIONS[name].derivative(jnp.linspace(-30, 30, 60_001))
    assert float(jnp.max(slopes)) == pytest.approx(ACTIVATIONS[name].peak_slope, rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_activate_hands_out_the_derivative_by_the_preactivation(name):
    index = jnp.int32(ACTIVATION_NAMES.index(name))
    z, bias = jnp.array([0.4, -0.7]), jnp.array([0.1, 0.2])
    gradients = jax.grad(lambda z, b, probe: jnp.sum(activate(z, b, probe, index)[0]), argnums=(0, 1, 2))(
        z, bias, 0 * z
    )
    for gradient in gradients:
        np.testing.assert_allclose(gradient, ACTIVATIONS[name].derivative(z + bias), rtol=1e-6)


def test_saturation_is_four_for_logistic_and_two_for_tanh(float64):
    for name, edge in (("logistic", 4.0), ("tanh", 2.0)):
        share = ACTIVATIONS[name].derivative(jnp.float64(edge)) / ACTIVATIONS[name].peak_slope
        assert float(share) == pytest.approx(SATURATION, rel=1e-9)
