import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnjax.lecture.softmax import log_softmax, naive_softmax, stable_softmax

LOGITS = arrays(np.float64, (3, 4), elements=st.floats(-600, 600))


@pytest.mark.parametrize("softmax", [naive_softmax, stable_softmax])
def test_the_lectures_probabilities(softmax):
    found = softmax(np.array([2.33, -1.46, 0.56]))
    np.testing.assert_allclose(found, [0.83827314, 0.01894129, 0.14278557], atol=5e-9)


def test_the_lectures_20_40_50():
    expected = np.array([np.exp(-30), np.exp(-10), 1]) / (np.exp(-30) + np.exp(-10) + 1)
    np.testing.assert_allclose(stable_softmax(np.array([20.0, 40.0, 50.0])), expected, rtol=1e-15)
    np.testing.assert_allclose(naive_softmax(np.array([20.0, 40.0, 50.0])), expected, rtol=1e-14)


def test_the_naive_formula_overflows_where_the_stable_one_does_not():
    logits = np.array([200.0, 400.0, 800.0])
    assert np.isnan(naive_softmax(logits)[2])
    assert stable_softmax(logits).tolist() == pytest.approx([0.0, 0.0, 1.0])


@given(logits=LOGITS, shift=st.floats(-1e3, 1e3))
def test_rows_are_probabilities_that_a_shift_does_not_change(logits, shift):
    found = stable_softmax(logits)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(stable_softmax(logits + shift), found, rtol=1e-11, atol=1e-300)


@given(logits=LOGITS)
def test_all_forms_agree_with_jax(logits):
    with jax.enable_x64(True):
        expected = np.asarray(jax.nn.softmax(jnp.asarray(logits)))
        logs = np.asarray(jax.nn.log_softmax(jnp.asarray(logits)))
    np.testing.assert_allclose(stable_softmax(logits), expected, rtol=1e-13, atol=1e-300)
    np.testing.assert_allclose(naive_softmax(logits), expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(log_softmax(logits), logs, rtol=1e-13, atol=1e-13)
