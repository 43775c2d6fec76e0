from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnjax.lecture.gates import GATES, LECTURE_WEIGHTS
from nnjax.lecture.margin import novikoff_bound
from nnjax.lecture.perceptron import PerceptronOutcome, answer, find_loop, train_perceptron

GRID = st.integers(-3, 3).map(float)


def train(name, **settings):
    return train_perceptron(GATES[name].patterns, GATES[name].targets, **settings)


@pytest.mark.parametrize("name", list(LECTURE_WEIGHTS))
def test_gates_converge_in_100_orders_inside_novikoffs_bound(name):
    gate, bound = GATES[name], {"AND": 51, "OR": 27, "NOT": 10}[name]
    assert novikoff_bound(gate.patterns, gate.targets) == pytest.approx(bound)
    for seed in range(100):
        run = train(name, order=np.random.default_rng(seed))
        assert run.is_converged and run.updates <= bound
        assert answer(run.weights, gate.patterns).tolist() == gate.targets.tolist()


def test_xor_never_converges_and_its_weights_return_in_every_order():
    for order in permutations(range(4)):
        run = train("XOR", order=order, cycle_limit=30)
        assert run.outcome is PerceptronOutcome.CYCLE_LIMIT and run.cycles == 30
        loop = find_loop(run)
        tail = run.cycle_weights[loop.start :]
        assert (tail[loop.period :] == tail[: -loop.period]).all() and run.cycle_updates.min() > 0


def test_xor_shuffled_anew_every_cycle_does_not_converge_either():
    run = train("XOR", order=np.random.default_rng(0), cycle_limit=2000)
    assert not run.is_converged and find_loop(run) is None
    assert np.abs(run.history).max() <= 3  # yet the weights stay bounded


def test_a_run_too_short_to_see_its_weights_again_shows_no_loop():
    assert find_loop(train("AND", cycle_limit=3)) is None


@pytest.mark.parametrize("name", list(GATES))
def test_outputs_minus_one_and_one_double_the_weights_mistake_for_mistake(name):
    gate = GATES[name]
    plain = train(name, cycle_limit=20)
    doubled = train_perceptron(gate.patterns, 2 * gate.targets - 1, cycle_limit=20, output="minus_one_one")
    assert (doubled.history == 2 * plain.history).all() and doubled.cycles == plain.cycles
    answers = answer(doubled.weights, gate.patterns, "minus_one_one")
    assert (answers == 2 * answer(plain.weights, gate.patterns) - 1).all()


def test_or_by_hand():
    run = train("OR", initial=[0.0, 0.0, 0.0])
    first_cycle = [[0, 0, 0], [-1, 0, 0], [0, 0, 1]]  # (0, 0) wrongly 1; (0, 1) wrongly 0; then two right answers
    assert run.history[:3].tolist() == first_cycle and run.cycle_updates[0] == 2


def test_the_last_cycle_of_a_converged_run_is_the_clean_one():
    run = train("AND")
    assert run.cycle_updates[-1] == 0 and run.cycle_updates[:-1].min() > 0
    assert run.updates == run.cycle_updates.sum() == len(run.history) - 1
    assert (run.weights == run.history[-1]).all() and (run.cycle_weights[-1] == run.cycle_weights[-2]).all()


def test_good_initial_weights_need_one_clean_cycle():
    run = train("AND", initial=[-1.5, 1.0, 1.0], cycle_limit=1)
    assert run.is_converged and run.updates == 0 and run.cycles == 1


@given(
    patterns=arrays(np.float64, (6, 2), elements=GRID),
    line=arrays(np.float64, 3, elements=GRID),
    initial=arrays(np.float64, 3, elements=GRID),
    output=st.sampled_from(["zero_one", "minus_one_one"]),
    seed=st.integers(0, 99),
)
def test_separable_patterns_converge_inside_the_bound_from_any_weights(patterns, line, initial, output, seed):
    targets = answer(line, patterns, output)
    bound = novikoff_bound(patterns, targets, output, initial)
    run = train_perceptron(
        patterns, targets, order=np.random.default_rng(seed), cycle_limit=100_000, output=output, initial=initial
    )
    assert run.is_converged and run.updates <= bound + 1e-6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order": [0, 0, 1, 2]}, "order"),
        ({"initial": [0.0, 1.0]}, "initial weights"),
        ({"cycle_limit": 0}, "cycle_limit"),
        ({"output": "sign"}, "zero_one, minus_one_one"),
        ({"output": "minus_one_one"}, "each -1 or 1"),
        ({"patterns": [[0.0, np.nan]] * 4}, "finite"),
        ({"patterns": np.zeros((0, 2))}, "at least one row"),
    ],
)
def test_misuse_is_refused_by_name(change, message):
    patterns = change.pop("patterns", GATES["AND"].patterns)
    with pytest.raises(ValueError, match=message):
        train_perceptron(patterns, GATES["AND"].targets, **change)
