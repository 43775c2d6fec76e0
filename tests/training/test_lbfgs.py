import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from fakes.strict.quick_programs import LITTLE

from nnjax.network.mlp import Layer
from nnjax.training.chunk import train_chunk
from nnjax.training.lbfgs import lbfgs, lbfgs_step


def ridge(split, l2):
    """Weights and bias of the minimum of 1/(2N) Σ (y − v)² + l2/2 ‖w‖², in closed form."""
    x, y = np.float64(split.x_train), np.float64(split.y_train)
    centred = x - x.mean(axis=0)
    w = np.linalg.solve(centred.T @ centred / len(x) + l2 * np.eye(x.shape[1]), centred.T @ y / len(x))
    return w, y.mean(axis=0) - x.mean(axis=0) @ w


@pytest.fixture
def linear(bucket):
    return bucket(depth=0, batch_size=265, epochs=30, optimizer="lbfgs")


@pytest.mark.parametrize("l2", [0.02, 0.1, 1.0])
def test_ridge_regression_is_solved_to_its_closed_form(linear, trainee, raw, scaled, l2):
    _, trained = raw(linear, trainee(seed=2, activation=(), initializer="he", l2=l2), scaled)
    w, b = ridge(scaled[2], l2)
    np.testing.assert_allclose(trained.last.parameters[0].weights, w, atol=1e-5)
    np.testing.assert_allclose(trained.last.parameters[0].bias, b, atol=1e-5)


def counted_steps(split, l2, start, steps):
    """L-BFGS step by step with every evaluation counted by the objective itself."""
    x, y, calls, counts = jnp.asarray(split.x_train), jnp.asarray(split.y_train), [], []

    def objective(parameters):
        jax.debug.callback(lambda: calls.append(1))
        errors = x @ parameters[0].weights + parameters[0].bias[None] - y
        return 0.5 * jnp.mean(errors**2) + 0.5 * l2 * jnp.sum(parameters[0].weights ** 2)

    @functools.partial(jax.jit, compiler_options=LITTLE)
    def step(parameters, state):
        value, gradient = jax.value_and_grad(objective)(parameters)
        taken = lbfgs_step(objective, parameters, state, value, gradient)
        return optax.apply_updates(parameters, taken.updates), taken.state, taken.evaluations

    state = lbfgs().init(start)
    for _ in range(steps):
        calls.clear()
        start, state, evaluations = step(start, state)
        jax.effects_barrier()
        assert float(evaluations) == len(calls)
        counts.append(len(calls))
    return counts


def test_function_evaluations_are_those_that_the_objective_sees(linear, trainee, raw, scaled):
    run = trainee(seed=2, activation=(), initializer="he", l2=0.1)
    start, _ = raw(linear, run, scaled)
    counts = counted_steps(scaled[2], 0.1, tuple(Layer(*map(jnp.asarray, layer[:2])) for layer in start.parameters), 2)
    outcome = train_chunk(linear, [run], scaled).outcomes[0]
    assert outcome["fit_evaluations"][:3].tolist() == [0, *np.cumsum(counts)]


def test_one_that_has_found_its_step_is_not_moved_by_those_still_searching(linear, trainee, scaled):
    runs = [trainee(seed, (), "he", l2=l2) for seed, l2 in ((2, 10.0), (1, 0.0), (5, 1e-4))]
    together = train_chunk(linear, runs, scaled).outcomes
    alone = train_chunk(linear, runs[:1], scaled).outcomes[0]
    searches = [np.diff(outcome["fit_evaluations"]) for outcome in together]
    assert np.any(searches[0] < np.maximum(*searches[1:]))  # in some step it waits for another
    for name, value in alone.items():
        assert np.array_equal(value, together[0][name], equal_nan=not isinstance(value, (str, int))), name


def test_a_first_order_rule_counts_one_evaluation_an_epoch(bucket, trainee, scaled):
    outcome = train_chunk(bucket(epochs=5, activation="tanh"), [trainee(activation="tanh")], scaled).outcomes[0]
    assert outcome["fit_evaluations"].tolist() == [0, 1, 2, 3, 4, 5]
