import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize

from nnjax.lecture.gates import GATES
from nnjax.lecture.margin import find_margin, novikoff_bound
from nnjax.lecture.perceptron import append_bias
from nnjax.lecture.separability import separating_line


def margin_of(weights, patterns, targets):
    return float(((2 * targets - 1) * (append_bias(patterns) @ weights)).min() / np.linalg.norm(weights))


@pytest.mark.parametrize(("name", "weights"), [("AND", (-3, 2, 2)), ("OR", (-1, 2, 2)), ("NOT", (1, -2))])
def test_gates_have_their_margin_at_the_lectures_weights(name, weights):
    gate = GATES[name]
    found = find_margin(gate.patterns, gate.targets)
    np.testing.assert_allclose(found.direction, np.array(weights) / np.linalg.norm(weights), atol=1e-12)
    assert found.margin == pytest.approx(1 / np.linalg.norm(weights), rel=1e-12)
    assert found.radius == pytest.approx(math.sqrt(1 + gate.patterns.shape[1]))


def test_xor_has_no_margin_and_no_bound():
    gate = GATES["XOR"]
    assert find_margin(gate.patterns, gate.targets).margin == 0
    assert novikoff_bound(gate.patterns, gate.targets) == math.inf


def test_margin_equals_a_general_quadratic_programme():
    patterns = np.random.default_rng(3).normal(size=(30, 3)) * (1.0, 10.0, 0.1)
    targets = (patterns @ [1.0, 0.2, -3.0] > 0.4).astype(float)
    signed = (2 * targets - 1)[:, None] * append_bias(patterns)
    start = separating_line(patterns, targets).weights
    constraint = {"type": "ineq", "fun": lambda w: signed @ w - 1, "jac": lambda w: signed}
    solution = optimize.minimize(
        lambda w: 0.5 * w @ w, start, jac=lambda w: w, constraints=constraint, method="SLSQP", options={"ftol": 1e-14}
    )
    assert find_margin(patterns, targets).margin == pytest.approx(1 / np.linalg.norm(solution.x), rel=1e-6)


@given(
    patterns=arrays(np.float64, (7, 2), elements=st.floats(-5, 5, width=16)),
    targets=arrays(np.int8, 7, elements=st.integers(0, 1)),
)
def test_no_line_has_a_larger_margin(patterns, targets):
    found, line = find_margin(patterns, targets), separating_line(patterns, targets)
    assert (found.margin > 0) == line.is_separable
    if line.is_separable:
        assert margin_of(line.weights, patterns, targets) <= found.margin * (1 + 1e-9)
        assert margin_of(found.direction, patterns, targets) == pytest.approx(found.margin)


def test_the_bound_does_not_depend_on_the_coding_from_zero_weights():
    gate = GATES["AND"]
    assert novikoff_bound(gate.patterns, 2 * gate.targets - 1, "minus_one_one") == pytest.approx(51)


def test_initial_weights_on_the_wrong_side_raise_the_bound():
    gate = GATES["AND"]
    assert novikoff_bound(gate.patterns, gate.targets, initial=[3.0, -2.0, -2.0]) > 51


@pytest.mark.parametrize("initial", [[3.0, -2.0, -2.0], [0.0, 0.5, 0.0], [-3.0, 2.0, 2.0]])
def test_at_the_bound_both_sides_of_novikoffs_inequality_meet(initial):
    gate, start = GATES["AND"], np.array(initial)
    updates = novikoff_bound(gate.patterns, gate.targets, initial=initial)
    direction, margin, radius = find_margin(gate.patterns, gate.targets)
    assert start @ direction + updates * margin >= 0
    assert (start @ direction + updates * margin) ** 2 == pytest.approx(start @ start + updates * radius**2, rel=1e-9)
