import numpy as np
import pytest
from sklearn.linear_model import Ridge

from nnjax.lecture.backpropagation import Network, propagate_forward
from nnjax.lecture.descent import Descent, DescentOutcome, train
from nnjax.lecture.gates import GATES
from nnjax.lecture.weights import Apart, draw_parameters

LINEAR = Network(output="identity")
START = Apart((np.zeros((2, 1)),), (np.zeros(1),))
CLASSIFIER = Network("tanh", "logistic", "binary_cross_entropy")


def table(n=40, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, 2))
    return x, x @ [[2.0], [-1.0]] + 0.5 + 0.1 * generator.normal(size=(n, 1))


def solves_xor(network, descent, seed):
    generator, gate = np.random.default_rng(seed), GATES["XOR"]
    run = train(
        draw_parameters((2, 5, 2, 1), generator, 1.0), gate.patterns, gate.targets[:, None], network, descent, generator
    )
    return np.array_equal(propagate_forward(run.parameters, gate.patterns, network).a[-1][:, 0] >= 0.5, gate.targets)


@pytest.mark.parametrize("batch_size", [1, 2, None])
def test_the_2_5_2_1_network_learns_xor(batch_size):
    assert any(solves_xor(CLASSIFIER, Descent(500, batch_size, 0.5), seed) for seed in range(3))


def test_a_network_without_hidden_layer_does_not():
    generator, gate = np.random.default_rng(0), GATES["XOR"]
    network = Network(output="logistic", loss="binary_cross_entropy")
    run = train(START, gate.patterns, gate.targets[:, None], network, Descent(500, 1, 0.5), generator)
    answers = propagate_forward(run.parameters, gate.patterns, network).a[-1][:, 0] >= 0.5
    assert not np.array_equal(answers, gate.targets)


@pytest.mark.parametrize(("batch_size", "updates"), [(1, 80), (8, 10), (30, 3), (None, 1), (80, 1)])
def test_an_epoch_is_one_pass(batch_size, updates):
    x, y = table(80)
    assert train(START, x, y, LINEAR, Descent(3, batch_size), np.random.default_rng(0)).updates == 3 * updates


def test_the_full_batch_descends_to_ridge_regression():
    x, y = table()
    l2 = 0.1
    descent = Descent(5000, learning_rate=0.5, l2=l2, tolerance=1e-13)
    run = train(START, x, y, LINEAR, descent, np.random.default_rng(0))
    ridge = Ridge(alpha=l2 * len(x), tol=1e-12).fit(x, y[:, 0])
    np.testing.assert_allclose(run.parameters.weights[0][:, 0], ridge.coef_, rtol=1e-9)
    assert run.parameters.biases[0][0] == pytest.approx(ridge.intercept_, rel=1e-9)
    assert run.outcome is DescentOutcome.SETTLED and len(run.losses) < 5001


def test_the_full_batch_never_climbs_at_a_small_rate():
    x, y = table()
    run = train(START, x, y, LINEAR, Descent(100, learning_rate=0.1), np.random.default_rng(0))
    assert (np.diff(run.losses) <= 0).all() and run.outcome is DescentOutcome.EPOCH_LIMIT


def test_single_examples_settle_only_if_the_rate_falls():
    x, y = table()
    fixed = train(START, x, y, LINEAR, Descent(60, 1, 0.1), np.random.default_rng(0))
    falling = train(START, x, y, LINEAR, Descent(60, 1, lambda t: 0.1 / (1 + t / 40)), np.random.default_rng(0))
    least = train(START, x, y, LINEAR, Descent(2000, learning_rate=0.5), np.random.default_rng(0)).losses[-1]
    assert falling.losses[-1] - least < 0.2 * (fixed.losses[-1] - least)


def test_a_rate_too_large_is_an_outcome_and_no_error():
    x, y = table()
    run = train(START, x, y, LINEAR, Descent(5000, learning_rate=100.0), np.random.default_rng(0))
    assert run.outcome is DescentOutcome.DIVERGED and not np.isfinite(run.losses[-1])


def test_equal_generators_give_equal_runs():
    x, y = table()
    first, second = (train(START, x, y, LINEAR, Descent(3, 8), np.random.default_rng(7)) for _ in range(2))
    assert (first.losses == second.losses).all()


@pytest.mark.parametrize("settings", [{"epochs": 0}, {"epochs": 1, "batch_size": 0}, {"epochs": 1, "l2": -1.0}])
def test_impossible_settings_are_refused(settings):
    with pytest.raises(ValueError, match="need"):
        Descent(**settings)
