"""Trainings by the dozen, against scikit-learn's own and against themselves alone."""

import sys
import threading
from dataclasses import replace

import numpy as np
import pytest
from fakes.trainings import make_problem, table
from sklearn.neural_network import MLPRegressor

from nnjax.estimators.first_weights import draw_first_weights
from nnjax.estimators.problem import Examples
from nnjax.estimators.programs import _COMPILED
from nnjax.estimators.so_far import SoFar
from nnjax.estimators.trainer import _Work, train

X, Y = table()


def theirs(problem, **given):
    """What scikit-learn makes of the same training."""
    design, numbers, stopping = problem.design, problem.numbers, problem.stopping
    network = MLPRegressor(
        hidden_layer_sizes=design.hidden_layer_sizes,
        activation=design.activation[0],
        solver=design.solver,
        alpha=numbers.l2,
        batch_size=design.batch_size,
        learning_rate=problem.course.name,
        learning_rate_init=numbers.learning_rate,
        max_iter=stopping.max_iter,
        tol=stopping.tol,
        n_iter_no_change=stopping.n_iter_no_change,
        random_state=0,
        **given,
    )
    return network.fit(X, Y, sample_weight=problem.train.weights)


def largest_difference(network, fitted):
    pairs = zip(network.coefs_ + network.intercepts_, weights_of(fitted), strict=True)
    return max(np.abs(ours - hers).max() for hers, ours in pairs)


def weights_of(fitted):
    return [layer.weights for layer in fitted.parameters] + [layer.bias for layer in fitted.parameters]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("solver", "course", "alpha"),
    [("adam", "constant", 0.5), ("sgd", "constant", 0.5), ("sgd", "invscaling", 0.0), ("sgd", "adaptive", 0.0)],
)
def test_weights_and_losses_are_scikit_learns(solver, course, alpha):
    problem = make_problem(solver=solver, course=course, l2=alpha)
    fitted = train([problem], slots=1)[0]
    network = theirs(problem)
    assert largest_difference(network, fitted) <= 1e-6
    assert fitted.loss_curve == pytest.approx(network.loss_curve_, abs=1e-6)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_rows_that_count_differently_are_scikit_learns():
    weights = np.random.default_rng(1).integers(1, 5, len(X)).astype(np.float32)
    problem = make_problem(weights=weights, l2=0.5)
    assert largest_difference(theirs(problem), train([problem], slots=1)[0]) <= 1e-6


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("loss", "ours", "solver"),
    [
        ("squared_error", "half_mean_squared_error", "adam"),
        ("squared_error", "half_mean_squared_error", "lbfgs"),
        ("poisson", "poisson", "adam"),
        pytest.param("poisson", "poisson", "lbfgs", marks=pytest.mark.slow),
    ],
)
def test_the_loss_of_several_outputs_is_scikit_learns(loss, ours, solver):
    """A mean over the outputs for the squared error, a sum for Poisson's deviance."""
    y = np.abs(np.c_[Y, X[:, 0]])
    design = replace(
        make_problem(solver=solver).design, loss=ours, output={"poisson": "exponential"}.get(ours, "identity")
    )
    first = draw_first_weights(np.random.RandomState(0), (3, 8, 2), design)
    problem = replace(make_problem(solver=solver, max_iter=1), design=design, train=Examples(X, y), parameters=first)
    fitted = train([replace(problem, random_state=None)], slots=1)[0]
    network = MLPRegressor(
        loss=loss, hidden_layer_sizes=8, activation="tanh", solver=solver, alpha=1e-4, batch_size=16, shuffle=False,
        learning_rate_init=0.01, max_iter=1, random_state=0,
    ).fit(X, y)  # fmt: skip
    assert fitted.loss_curve[-1] == pytest.approx(network.loss_, rel=1e-6 if solver == "adam" else 0.2)


def test_rows_that_weigh_nothing_are_none_to_batch_normalisation():
    weights = np.where(np.arange(len(X)) < 40, 1, 0).astype(np.float32)
    problem = replace(make_problem(max_iter=20, weights=weights, solver="sgd", momentum=0.0), random_state=None)
    design = replace(problem.design, normalization="batch")
    first = draw_first_weights(np.random.RandomState(0), (3, 8, 1), design)
    with_them = replace(problem, design=design, parameters=first)
    kept = Examples(X[:40], Y[:40, None], weights[:40])
    one, other = train([with_them, replace(with_them, train=kept)])
    for ours, theirs in zip(one.moments, other.moments, strict=True):
        assert ours.mean == pytest.approx(theirs.mean, abs=1e-4)
        assert ours.variance == pytest.approx(theirs.variance, rel=1e-3)


@pytest.mark.parametrize("course", ["constant", "adaptive"])
def test_it_ends_where_scikit_learn_ends(course):
    problem = make_problem(solver="sgd", course=course, max_iter=400, learning_rate=0.1, tol=2e-3, n_iter_no_change=3)
    fitted, network = train([problem], slots=1)[0], theirs(problem)
    assert fitted.why == "tol"
    assert fitted.n_iter == network.n_iter_ == len(fitted.loss_curve)


def test_each_ends_by_itself_and_another_takes_its_slot():
    longest = [3 + 7 * number % 31 for number in range(45)]
    together = train([make_problem(number, max_iter=epochs) for number, epochs in enumerate(longest)])
    assert [fitted.n_iter for fitted in together] == longest


def test_a_result_does_not_depend_on_neighbours_order_or_threads():
    problems = [make_problem(number, learning_rate=0.001 * (1 + number)) for number in range(23)]
    wild = make_problem(99, learning_rate=1e30)
    first = train(problems)
    second = train([wild, *reversed(problems)], workers=2)
    for one, other in zip(first, reversed(second[1:]), strict=True):
        assert all(np.array_equal(*pair) for pair in zip(weights_of(one), weights_of(other), strict=True))
    assert second[0].why == "diverged"


def test_scalars_and_a_row_more_or_less_compile_nothing_new():
    # Mini-batches of the program are as many as rows need: 49 to 64 rows take four of 16.
    a, b = make_problem(), make_problem(learning_rate=0.5, l2=1.0, max_iter=9)
    fewer = replace(b, train=Examples(X[:-1], Y[:-1, None]))
    train([a], slots=1)
    before = _COMPILED.copy()
    train([b], slots=1)
    train([fewer], slots=1)
    assert before == _COMPILED


def test_validation_rows_stop_it_and_the_best_weights_come_back():
    held = Examples(X[:12], Y[:12, None])
    problem = make_problem(max_iter=300, learning_rate=0.05, validation=held, tol=0.0)
    rest = replace(problem, train=Examples(X[12:], Y[12:, None]))
    fitted = train([rest], slots=1)[0]
    scores = fitted.validation_scores
    assert fitted.why == "tol"
    assert fitted.n_iter == len(scores) == 1 + int(np.argmax(scores)) + 11
    # The score of the weights that came back is the best one.
    hidden = np.tanh(X[:12] @ fitted.parameters[0].weights + fitted.parameters[0].bias)
    error = Y[:12] - (hidden @ fitted.parameters[1].weights + fitted.parameters[1].bias)[:, 0]
    assert 1 - np.mean(error**2) / np.var(Y[:12]) == pytest.approx(scores.max(), abs=1e-5)
    assert fitted.improvement.best == pytest.approx(scores.max())


def test_going_on_is_as_never_having_stopped():
    whole, half = (train([replace(make_problem(max_iter=n), random_state=None)], slots=1)[0] for n in (6, 3))
    rest = replace(
        make_problem(max_iter=3),
        random_state=None,  # a new fit begins a new order of the rows
        parameters=half.parameters,
        state=half.state,
        improvement=half.improvement,
    )
    on = train([rest], slots=1)[0]
    assert all(np.array_equal(*pair) for pair in zip(weights_of(whole), weights_of(on), strict=True))
    assert on.improvement == whole.improvement


def test_what_is_watched_changes_no_weight_and_has_a_line_an_epoch():
    plain, watched = train([make_problem()], slots=1)[0], train([make_problem()], watches=True, slots=1)[0]
    assert largest_difference(theirs_of(plain), watched) <= 1e-7
    assert not plain.history
    assert {name: values.shape for name, values in watched.history.items()} == {
        "grad_norm": (5, 2),
        "preactivation_grad_norm": (5, 1),
        "weight_norm": (5, 2),
        "update_ratio": (5, 2),
        "unit_dead": (5, 1),
    }
    last = [np.sqrt(np.mean(layer.weights**2)) for layer in watched.parameters]
    assert watched.history["weight_norm"][-1] == pytest.approx(last, rel=1e-5)


def theirs_of(fitted):
    """The same, as scikit-learn lists weights."""
    network = MLPRegressor()
    network.coefs_ = [layer.weights for layer in fitted.parameters]
    network.intercepts_ = [layer.bias for layer in fitted.parameters]
    return network


@pytest.fixture
def busy_switching():
    """Threads take turns as often as Python lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("busy_switching")
def test_results_are_told_of_one_at_a_time_as_they_come():
    told, at_once, alone = [], threading.Semaphore(1), []

    def keep(number, fitted):
        is_alone = at_once.acquire(blocking=False)
        sum(range(20_000))  # long enough for another thread to come
        alone.append(is_alone)
        told.append((number, fitted.n_iter))
        if is_alone:
            at_once.release()

    said = []
    problems = [make_problem(number, max_iter=2 + number % 3) for number in range(44)]
    fitted = train(problems, workers=2, keep=keep, report=said.append)
    assert all(alone)
    assert dict(told) == {number: each.n_iter for number, each in enumerate(fitted)}
    counted = [each.done for each in said]
    assert counted == sorted(counted) and set(counted) == set(range(45)) and {each.of for each in said} == {44}
    assert said[0] == SoFar(44, compiling=1) and SoFar(44, 44, sum(each.n_iter for each in fitted)) in said


def test_an_error_in_keeping_ends_all_threads():
    def keep(number, fitted):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        train([make_problem(number) for number in range(44)], workers=2, keep=keep)


def test_nothing_is_trained_of_nothing():
    assert train([]) == []


def test_what_may_take_long_begins_first():
    """Else its slots train on alone, at the end."""
    wanted = [(10, 0.01), (10, 0.001), (20, 0.03), (20, 0.003)]
    problems = [make_problem(max_iter=epochs, learning_rate=rate) for epochs, rate in wanted]
    order = []
    train(problems, slots=1, keep=lambda number, fitted: order.append(number))
    assert order == [3, 2, 1, 0]


def test_two_threads_begin_with_two_programs_the_larger_first():
    """Each compiles one: of one program a thread would wait for the other."""
    problem, kinds = make_problem(), [((width,), (name,)) for width in (4, 8) for name in ("relu", "tanh")]
    designs = [replace(problem.design, hidden_layer_sizes=width, activation=name) for width, name in kinds]
    problems = [replace(problem, design=design) for design in designs]
    work = _Work(problems, False, 1, give=lambda *_: None, say=lambda **_: None)
    first, second, third = (work._choose() for _ in range(3))
    assert [each.shape.bucket.hidden_layer_sizes for each in (first, second, third)] == [(8,), (4,), (8,)]
