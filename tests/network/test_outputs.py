import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit
from scipy.special import softmax as scipy_softmax

from nnjax.network.outputs import OUTPUTS, predicted_correctly


def exponential(z):
    """In float32, which ends at exp(88.7)."""
    with np.errstate(over="ignore"):
        return np.exp(np.float32(z))


PEERS = {
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "exponential": exponential,
    "logistic": expit,
    "softmax": scipy_softmax,
}
FARTHEST = {"exponential": 80.0}
"""Where it is not any number: no count is e^80."""

logits = arrays(np.float32, 4, elements=st.floats(-200, 200, width=32))


@pytest.mark.parametrize("name", list(OUTPUTS))
@given(z=logits)
def test_outputs_equal_scipys(name, z):
    values = OUTPUTS[name].apply(jnp.asarray(z))
    np.testing.assert_allclose(values, PEERS[name](np.float64(z)), rtol=2e-4, atol=1e-7)
    assert not OUTPUTS[name].is_probability or (values.min() >= 0 and values.max() <= 1)


def test_softmax_gives_the_lectures_numbers(float64):
    softmax = OUTPUTS["softmax"].apply
    expected = [0.83827314, 0.01894129, 0.14278557]
    np.testing.assert_allclose(softmax(jnp.array([2.33, -1.46, 0.56])), expected, atol=5e-9)
    steep = softmax(jnp.array([20.0, 40.0, 50.0]))
    np.testing.assert_allclose(steep, np.exp([-30.0, -10.0, 0.0]) / np.exp([-30.0, -10.0, 0.0]).sum(), rtol=1e-14)


@given(z=logits)
def test_softmax_sums_to_one_and_overlooks_a_common_shift(z):
    softmax = OUTPUTS["softmax"].apply
    assert float(softmax(jnp.asarray(z)).sum()) == pytest.approx(1, abs=1e-6)
    np.testing.assert_array_equal(softmax(jnp.round(jnp.asarray(z))), softmax(jnp.round(jnp.asarray(z)) + 1024))


def test_softmax_of_two_is_the_logistic_of_their_difference():
    z = jnp.array([0.3, 1.7])
    np.testing.assert_allclose(OUTPUTS["softmax"].apply(z)[1], OUTPUTS["logistic"].apply(z[1] - z[0]), rtol=1e-6)


def test_softmax_has_the_jacobian_of_the_lecture(float64):
    z = jnp.array([2.33, -1.46, 0.56])
    p = OUTPUTS["softmax"].apply(z)
    np.testing.assert_allclose(jax.jacobian(OUTPUTS["softmax"].apply)(z), jnp.diag(p) - jnp.outer(p, p), atol=1e-14)


@pytest.mark.parametrize("name", list(OUTPUTS))
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_outputs_and_their_derivatives_stay_finite_far_out(name, size):
    far = math.copysign(min(abs(size), FARTHEST.get(name, math.inf)), size)
    z = jnp.array([far, 0.0, -far])
    assert jnp.isfinite(OUTPUTS[name].apply(z)).all()
    assert jnp.isfinite(jax.jacobian(OUTPUTS[name].apply)(z)).all()


@given(z=logits, true=st.integers(0, 2))
def test_correct_means_that_the_target_has_the_largest_logit(z, true):
    assert float(predicted_correctly(jnp.asarray(z), jnp.eye(3)[true])) == float(np.argmax(z) == true)
    single = predicted_correctly(jnp.asarray(z[:1]), jnp.array([float(true > 0)]))
    assert float(single) == float((z[0] >= 0) == (true > 0))


def test_two_tied_classes_go_to_the_second_as_a_logit_of_zero_does():
    assert float(predicted_correctly(jnp.zeros(1), jnp.ones(1))) == 1
    assert float(predicted_correctly(jnp.zeros(2), jnp.array([0.0, 1.0]))) == 1
    assert float(predicted_correctly(jnp.zeros(3), jnp.array([1.0, 0.0, 0.0]))) == 1


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_diverged_networks_predictions_are_neither_right_nor_wrong(width):
    assert jnp.isnan(predicted_correctly(jnp.full(width, jnp.nan), jnp.ones(width)))
