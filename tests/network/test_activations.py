import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.strict.quick_programs import LITTLE
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnjax.network.activations import ACTIVATIONS, SATURATION, ActivationParameters

NAMES = list(ACTIVATIONS)
CONSTANTS = ActivationParameters(negative_slope=0.1, elu_alpha=1.3)
KINKS = {"hard_tanh": (-1.0, 1.0)}
"""Where a derivative jumps, beside 0."""

VALUES = {
    "identity": (-1.0, 1.0),
    "binary_step": (0.0, 1.0),
    "logistic": (0.2689414213699951, 0.7310585786300049),
    "tanh": (-0.7615941559557649, 0.7615941559557649),
    "arctan": (-np.pi / 4, np.pi / 4),
    "relu": (0.0, 1.0),
    "leaky_relu": (-0.1, 1.0),
    "prelu": (-0.1, 1.0),
    "elu": (1.3 * (np.exp(-1) - 1), 1.0),
    "softplus": (0.31326168751822286, 1.3132616875182228),
    "maxout": (-1.0, 1.0),
    "gelu": (-0.15865525393145707, 0.8413447460685429),
    "silu": (-0.2689414213699951, 0.7310585786300049),
    "selu": (1.7580993408473766 * (np.exp(-1) - 1), 1.0507009873554805),
    "mish": (-0.30340146137410895, 0.8650983882673103),
    "hard_tanh": (-1.0, 1.0),
}
"""f(−1) and f(1), with α = 0.1 for the leaky ones and 1.3 for elu."""


@functools.cache
def compiled(name):
    """Values, slopes by the closed form, and slopes by JAX, all of some numbers: one program for all tests of them."""
    member = ACTIVATIONS[name]

    def look(z):
        value, slope = jax.jvp(lambda z: member.function(z, CONSTANTS), (z,), (jnp.ones_like(z),))
        return value, member.derivative(z, CONSTANTS), slope

    return jax.jit(look, compiler_options=LITTLE)


def look(name, points):
    """What is compiled, in float64: for up to 50 numbers, by the one program for 50."""
    with jax.enable_x64(True):
        return [np.asarray(found)[: len(points)] for found in compiled(name)(np.resize(points, 50))]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10)
@given(points=arrays(np.float64, 50, elements=st.floats(-20, 20).filter(lambda z: abs(z) > 1e-3)))
def test_closed_form_derivative_equals_autodiff(name, points):
    for kink in KINKS.get(name, ()):
        points = points[np.abs(points - kink) > 1e-3]
    _, slope, expected = look(name, points)
    np.testing.assert_allclose(slope, expected, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_derivative_equals_central_differences(name):
    z = np.array([-3.1, -1.2, -0.3, 0.2, 0.9, 2.7])
    central = (look(name, z + 1e-6)[0] - look(name, z - 1e-6)[0]) / 2e-6
    np.testing.assert_allclose(look(name, z)[1], central, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_values_at_minus_one_and_one(name):
    np.testing.assert_allclose(look(name, np.array([-1.0, 1.0]))[0], VALUES[name], rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_peak_slope_is_the_largest_slope(name, float64):
    z = jnp.append(jnp.linspace(-30, 30, 60_001), -1e-9)  # selu is steepest just below zero
    slopes = ACTIVATIONS[name].derivative(z, ActivationParameters(0.01, 1.0))
    assert float(jnp.max(slopes)) == pytest.approx(ACTIVATIONS[name].peak_slope, rel=1e-6)


def test_float32_does_not_overflow_where_a_branch_is_not_taken():
    z = np.float32([-1e4, -200.0, 200.0, 1e4])
    for name in NAMES:
        for found in compiled(name)(z)[:2]:
            assert found.dtype == np.float32 and np.isfinite(found).all(), name


def test_saturation_is_four_for_logistic_and_two_for_tanh(float64):
    for name, edge in (("logistic", 4.0), ("tanh", 2.0)):
        share = ACTIVATIONS[name].derivative(jnp.float64(edge), CONSTANTS) / ACTIVATIONS[name].peak_slope
        assert float(share) == pytest.approx(SATURATION, rel=1e-9)
