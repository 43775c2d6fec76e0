import numpy as np
import pytest
from sklearn.metrics import log_loss

from nnjax.lecture.losses import OUTPUT_LOSSES, half_squared_error

Z = np.random.default_rng(0).normal(size=(6, 3))


@pytest.mark.parametrize("pair", list(OUTPUT_LOSSES), ids=" ".join)
def test_delta_equals_central_differences(pair):
    member = OUTPUT_LOSSES[pair]
    y = np.eye(3)[[0, 2, 1, 1, 0, 2]]
    delta = member.delta(member.output(Z), y)
    for i, shift in enumerate(1e-6 * np.eye(3)):
        central = (member.loss(Z + shift, y) - member.loss(Z - shift, y)) / 2e-6
        np.testing.assert_allclose(delta[:, i], central, atol=1e-8)


def test_cross_entropy_is_the_log_loss():
    labels = np.array([0, 2, 1, 1, 0, 2])
    member = OUTPUT_LOSSES["softmax", "cross_entropy"]
    assert member.loss(Z, np.eye(3)[labels]).mean() == pytest.approx(log_loss(labels, member.output(Z)), rel=1e-12)


def test_binary_cross_entropy_is_the_log_loss():
    labels, z = np.array([0, 1, 1, 1, 0, 0]), Z[:, :1]
    member = OUTPUT_LOSSES["logistic", "binary_cross_entropy"]
    expected = log_loss(labels, member.output(z)[:, 0])
    assert member.loss(z, labels[:, None]).mean() == pytest.approx(expected, rel=1e-12)


def test_cross_entropies_stay_finite_where_the_probability_is_zero():
    z, y = np.array([[-800.0, 0.0]]), np.array([[1.0, 0.0]])
    assert OUTPUT_LOSSES["softmax", "cross_entropy"].loss(z, y)[0] == 800
    assert OUTPUT_LOSSES["logistic", "binary_cross_entropy"].loss(z[:, :1], y[:, :1])[0] == 800


def test_squared_error_has_the_lectures_scale():
    v, y = np.array([[0.0, 0.0], [3.0, 1.0]]), np.array([[3.0, 4.0], [3.0, 0.0]])
    assert half_squared_error(v, y).mean() == (25 + 1) / (2 * 2)  # E = 1/(2N) Σ‖y − v‖²


def test_squared_error_behind_a_saturated_softmax_hardly_learns():
    z, y = np.array([[30.0, 0.0]]), np.array([[0.0, 1.0]])  # sure, and wrong
    squared, cross = (OUTPUT_LOSSES["softmax", loss] for loss in ("half_mean_squared_error", "cross_entropy"))
    assert np.abs(squared.delta(squared.output(z), y)).max() < 1e-12
    np.testing.assert_allclose(cross.delta(cross.output(z), y), [[1.0, -1.0]], atol=1e-12)
