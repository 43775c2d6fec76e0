import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from nnjax.lecture.backpropagation import Network, propagate_backward, propagate_forward
from nnjax.lecture.boundary import circular_boundary, circular_features
from nnjax.lecture.gates import GATES
from nnjax.lecture.logistic_regression import LogisticOutcome, fit_gradient_descent, fit_newton, predict_probability
from nnjax.lecture.weights import Folded

FITS = [fit_newton, fit_gradient_descent]


def overlapping(n=80, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, 2))
    return x, (x @ [1.5, -1.0] + 0.5 + generator.logistic(size=n) >= 0).astype(float)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("l2", [0.0, 0.05])
def test_theta_equals_scikit_learns(fit, l2):
    x, y = overlapping()
    oracle = LogisticRegression(C=1 / (l2 * len(x)) if l2 else np.inf, tol=1e-10, max_iter=1000).fit(x, y)
    found = fit(x, y, l2)
    np.testing.assert_allclose(found.theta, [*oracle.intercept_, *oracle.coef_[0]], rtol=1e-5)
    np.testing.assert_allclose(predict_probability(found.theta, x), oracle.predict_proba(x)[:, 1], atol=1e-6)
    assert found.outcome is LogisticOutcome.CONVERGED and found.gradient_norm <= 1e-10


def test_it_is_a_network_without_hidden_layer():
    x, y = overlapping()
    theta = fit_newton(x, y).theta
    network, parameters = Network(output="logistic", loss="binary_cross_entropy"), Folded((theta[:, None],))
    np.testing.assert_allclose(
        propagate_forward(parameters, x, network).a[-1][:, 0], predict_probability(theta, x), rtol=1e-14
    )
    gradient = propagate_backward(parameters, x, y[:, None], network).gradient
    assert np.abs(gradient.weights[0]).max() < 1e-10


def circle(seed, n=1000):
    x = np.random.default_rng(seed).uniform(-2, 2, (n, 2))
    return circular_features(x), (x**2).sum(axis=1) >= 1


@pytest.mark.parametrize("seed", range(3))
def test_theta_recovers_the_unit_circle(seed):
    """1000 points in [−2, 2]²: θ up to scale within 0.03 (seeds 0-4 miss by 0.005 to 0.012), the circle within 2 %."""
    features, labels = circle(seed)
    found = fit_newton(features, labels, l2=1e-6)
    np.testing.assert_allclose(found.theta / found.theta[3:].mean(), [-1, 0, 0, 1, 1], atol=0.03)
    ellipse = circular_boundary(found.theta)
    np.testing.assert_allclose(ellipse.semi_axes, 1, atol=0.02)
    np.testing.assert_allclose(ellipse.center, 0, atol=0.02)


def test_the_circle_gets_sharper_with_more_points():
    errors = []
    for n in (100, 1000, 10_000):
        fits = [fit_newton(*circle(seed, n), l2=1e-6).theta for seed in range(5)]
        errors.append(np.mean([np.abs(theta / theta[3:].mean() - [-1, 0, 0, 1, 1]).max() for theta in fits]))
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize("name", ["AND", "OR", "NOT"])
def test_separable_classes_are_an_outcome_of_their_own(name):
    gate = GATES[name]
    found = fit_newton(gate.patterns, gate.targets)
    assert found.outcome is LogisticOutcome.SEPARABLE and found.loss < 1e-6
    assert fit_newton(gate.patterns, gate.targets, l2=0.01).outcome is LogisticOutcome.CONVERGED


def test_xor_leaves_logistic_regression_at_one_half():
    found = fit_newton(GATES["XOR"].patterns, GATES["XOR"].targets)
    assert found.outcome is LogisticOutcome.CONVERGED and found.loss == pytest.approx(np.log(2))
    np.testing.assert_allclose(predict_probability(found.theta, GATES["XOR"].patterns), 0.5)


@pytest.mark.parametrize("fit", FITS)
def test_too_few_iterations_are_an_outcome(fit):
    found = fit(*overlapping(), iteration_limit=3)
    assert found.outcome is LogisticOutcome.ITERATION_LIMIT and found.iterations == 3


FAR = np.array(
    [
        [-0.2, -2.0, -0.1],
        [-5.1, -1.2, 6.2],
        [-32.2, -0.1, 362.1],
        [0.0, -3.2, -0.4],
        [-148.7, -2.5, 0.0],
        [0.2, -1.0, 0.0],
        [-0.4, 7.8, 735.7],
        [-1.3, -2.0, 6.3],
    ]
)


def test_newton_halves_the_steps_that_would_climb():
    """Full steps would raise the loss from 0.28 to 11 at the eleventh. (Convex: no gradient, no lower point.)"""
    found = fit_newton(FAR, [1, 0, 0, 0, 0, 0, 0, 0])
    assert found.outcome is LogisticOutcome.CONVERGED and found.iterations < 30
    assert found.loss == pytest.approx(0.2454765, abs=1e-7)


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="penalty"):
        fit_newton(*overlapping(), l2=-1.0)
    with pytest.raises(ValueError, match="each 0 or 1"):
        fit_newton([[1.0]], [2])
