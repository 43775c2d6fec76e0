from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.strict.quick_programs import LITTLE
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import huber as scipy_huber
from sklearn.metrics import log_loss, mean_pinball_loss, mean_poisson_deviance

from nnjax.network.losses import (
    LOSSES,
    LossParameters,
    default_loss,
    default_output,
    half_poisson_deviance,
    half_squared_error,
)
from nnjax.network.outputs import OUTPUTS

LEGAL = [(loss, output) for loss, member in LOSSES.items() for output in member.outputs]
USUAL = LossParameters()
ONE_HOT = jnp.array([0.0, 1.0, 0.0])
logits = arrays(np.float32, 3, elements=st.floats(-30, 30, width=32))


@pytest.mark.parametrize(("loss", "output"), LEGAL)
def test_loss_is_a_scalar_that_vanishes_at_the_target(loss, output):
    squashed = 200 * ONE_HOT - 200 if output == "exponential" else 400 * ONE_HOT - 200
    at_target = ONE_HOT if output in ("identity", "relu") else squashed
    value = LOSSES[loss](at_target, ONE_HOT, output)
    assert value.shape == () and float(value) == 0


@cache
def over_rows(loss, output):
    """The loss and its gradient by the logits, of several rows of logits with one target."""
    both = jax.value_and_grad(lambda z, target: LOSSES[loss](z, target, output))
    return jax.jit(jax.vmap(both, in_axes=(0, None)), compiler_options=LITTLE)


@cache
def of_rows(loss, output, numbers=USUAL):
    """The loss of several rows of logits, each with its target."""
    of_one = jax.vmap(lambda z, target: LOSSES[loss](z, target, output, numbers))
    return jax.jit(of_one, compiler_options=LITTLE)


@pytest.mark.parametrize(("loss", "output"), LEGAL)
@given(z=logits)
def test_gradient_equals_central_differences(loss, output, z):
    kinks = {"relu": (0,), "quantile": (0, 1), "huber": (-1, 0, 1, 2)}
    assume(all(np.abs(z - kink).min() > 1e-4 for name in (loss, output) for kink in kinks.get(name, ())))
    z = z / 6 if output == "exponential" else z  # a sum of exponentials loses the small ones
    with jax.enable_x64(True):
        start, step = np.float64(z)[None], 1e-5 * np.eye(3)
        at = jnp.asarray(np.concatenate([start, start + step, start - step]))
        values, gradients = over_rows(loss, output)(at, jnp.float64(ONE_HOT))
        np.testing.assert_allclose(gradients[0], (values[1:4] - values[4:]) / 2e-5, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("loss", "output"), [pair for pair in LEGAL if "exponential" not in pair])
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_value_and_gradient_stay_finite_far_out(loss, output, size):
    value, gradient = over_rows(loss, output)(jnp.array([[size, -size, size]]), ONE_HOT)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(("loss", "output"), [("binary_cross_entropy", "logistic"), ("cross_entropy", "softmax")])
@given(z=logits)
def test_a_cross_entropys_gradient_by_the_logits_is_prediction_minus_target(loss, output, z):
    gradient = over_rows(loss, output)(jnp.asarray(z)[None], ONE_HOT)[1][0]
    np.testing.assert_allclose(gradient, OUTPUTS[output].apply(jnp.asarray(z)) - ONE_HOT, atol=1e-6)


def test_half_squared_error_has_the_lectures_gradient_v_minus_y():
    v, y = jnp.array([0.2, 0.5]), jnp.array([1.0, 0.0])
    np.testing.assert_allclose(jax.grad(LOSSES["half_mean_squared_error"])(v, y), v - y)


def test_half_squared_error_behind_a_sigmoid_has_the_lectures_gradient():
    z, y = jnp.array([0.2, -1.5]), jnp.array([1.0, 0.0])
    v = jax.nn.sigmoid(z)
    gradient = jax.grad(lambda row: LOSSES["half_mean_squared_error"](row, y, "logistic"))(z)
    np.testing.assert_allclose(gradient, (v - y) * v * (1 - v), rtol=1e-6)


@given(z=logits, y=logits)
def test_behind_the_identity_squared_error_is_bitwise_half_the_sum(z, y):
    v, target = jnp.asarray(z), jnp.asarray(y)
    expected = float(0.5 * jnp.sum(jnp.square(v - target)))
    assert float(LOSSES["half_mean_squared_error"](v, target)) == expected == float(half_squared_error(v, target))


@given(z=arrays(np.float32, (9, 4), elements=st.floats(-15, 15, width=32)))
def test_cross_entropies_equal_scikit_learns_log_loss(z):
    classes = np.arange(9) % 4
    probability = np.exp(np.float64(z)) / np.exp(np.float64(z)).sum(axis=1, keepdims=True)
    ours = of_rows("cross_entropy", "softmax")(jnp.asarray(z), jnp.eye(4)[classes])
    assert float(ours.mean()) == pytest.approx(log_loss(classes, probability, labels=range(4)), rel=1e-5)
    one, yes = jnp.asarray(z[:, :1]), jnp.asarray(classes % 2)[:, None].astype(jnp.float32)
    binary = of_rows("binary_cross_entropy", "logistic")(one, yes)
    assert float(binary.mean()) == pytest.approx(
        log_loss(classes % 2, 1 / (1 + np.exp(-np.float64(z[:, 0])))), rel=1e-5
    )


def test_cross_entropies_keep_the_small_surprises_that_a_difference_would_lose():
    for z, y in ((20.0, 1.0), (-20.0, 0.0)):
        value = LOSSES["binary_cross_entropy"](jnp.array([z]), jnp.array([y]), "logistic")
        assert float(value) == pytest.approx(np.exp(-20), rel=1e-5)


def test_several_logistic_outputs_are_summed():
    z, y = jnp.array([0.5, -2.0]), jnp.array([1.0, 1.0])
    parts = [float(LOSSES["binary_cross_entropy"](z[k : k + 1], y[k : k + 1], "logistic")) for k in (0, 1)]
    assert float(LOSSES["binary_cross_entropy"](z, y, "logistic")) == pytest.approx(sum(parts), rel=1e-6)


@pytest.mark.parametrize("loss", list(LOSSES))
def test_an_output_that_a_loss_cannot_stand_behind_is_misuse(loss):
    for output in set(OUTPUTS) - set(LOSSES[loss].outputs):
        with pytest.raises(ValueError, match=f"{loss} goes with the output"):
            LOSSES[loss](ONE_HOT, ONE_HOT, output)


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_defaults_are_legal_and_classification_gets_probabilities(task):
    for loss, member in LOSSES.items():
        assert default_output(loss, task) in member.outputs
        is_possible = any(OUTPUTS[output].is_probability for output in member.outputs)
        assert task == "regression" or OUTPUTS[default_output(loss, task)].is_probability == is_possible
    usual = {"poisson": "exponential", "binary_cross_entropy": "logistic", "cross_entropy": "softmax"}
    assert {loss: default_output(loss) for loss in LOSSES} == dict.fromkeys(LOSSES, "identity") | usual
    assert default_loss(task) in LOSSES


SHAPES = [USUAL, LossParameters(0.3, 0.9), LossParameters(2.5, 0.05)]
targets = arrays(np.float32, (9, 3), elements=st.floats(-30, 30, width=32))


@pytest.mark.parametrize("numbers", SHAPES)
@given(z=targets, y=targets)
def test_huber_and_pinball_equal_scipy_and_scikit_learn(numbers, z, y):
    def ours(loss):
        return of_rows(loss, "identity", numbers)(jnp.asarray(z), y)

    error = np.float64(y) - np.float64(z)
    np.testing.assert_allclose(ours("huber"), scipy_huber(numbers.huber_delta, error).sum(axis=1), rtol=1e-5, atol=1e-6)
    expected = mean_pinball_loss(np.float64(y), np.float64(z), alpha=numbers.loss_quantile) * 3
    assert float(ours("quantile").mean()) == pytest.approx(expected, rel=1e-5, abs=1e-6)


@given(
    z=arrays(np.float32, (9, 1), elements=st.floats(-8, 8, width=32)),
    y=arrays(np.float32, (9, 1), elements=st.integers(0, 300).map(float)),
)
def test_the_loss_of_counts_is_half_of_scikit_learns_deviance(z, y):
    ours = of_rows("poisson", "exponential")(jnp.asarray(z), y)
    expected = mean_poisson_deviance(np.float64(y[:, 0]), np.exp(np.float64(z[:, 0]))) / 2
    assert float(ours.mean()) == pytest.approx(expected, rel=1e-4, abs=1e-4)


@given(z=arrays(np.float32, 3, elements=st.floats(-8, 8, width=32)))
def test_the_gradient_of_counts_is_prediction_minus_target(z):
    y = jnp.array([0.0, 1.0, 7.0])
    gradient = jax.grad(lambda row: LOSSES["poisson"](row, y, "exponential"))(jnp.asarray(z))
    np.testing.assert_allclose(gradient, np.exp(np.float64(z)) - y, rtol=1e-5, atol=1e-5)


def test_a_count_beyond_all_numbers_is_infinitely_wrong():
    assert float(half_poisson_deviance(jnp.array([1e4]), jnp.array([1.0]))) == np.inf
    assert float(LOSSES["poisson"](jnp.array([-1e4]), jnp.array([1.0]), "exponential")) == pytest.approx(9999)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
def test_pinball_is_least_at_the_quantile(quantile):
    y = jnp.asarray(np.random.default_rng(0).exponential(size=(501, 1)), dtype=jnp.float32)
    numbers = LossParameters(loss_quantile=quantile)

    def slope(value):
        return jax.grad(lambda p: jax.vmap(lambda t: LOSSES["quantile"](p, t, "identity", numbers))(y).mean())(value)

    at = float(np.quantile(np.float64(y), quantile))
    assert float(slope(jnp.array([at - 0.01]))[0]) < 0 < float(slope(jnp.array([at + 0.01]))[0])
