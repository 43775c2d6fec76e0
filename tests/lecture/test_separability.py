import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnjax.lecture.gates import GATES, LECTURE_WEIGHTS, fold_threshold
from nnjax.lecture.perceptron import answer, train_perceptron
from nnjax.lecture.separability import separating_line


@pytest.mark.parametrize("name", list(LECTURE_WEIGHTS))
def test_gates_have_the_lectures_line(name):
    found = separating_line(GATES[name].patterns, GATES[name].targets)
    np.testing.assert_allclose(found.weights, 2 * fold_threshold(LECTURE_WEIGHTS[name]), atol=1e-9)
    assert found.is_separable and found.certificate is None and "separates the classes" in found.sentence


def test_xor_has_the_two_diagonals_for_a_proof():
    found = separating_line(GATES["XOR"].patterns, GATES["XOR"].targets)
    assert found.weights is None and not found.is_separable
    np.testing.assert_allclose(found.certificate.upper, [0, 0.5, 0.5, 0])
    np.testing.assert_allclose(found.certificate.lower, [0.5, 0, 0, 0.5])
    assert "1/2·(0, 1) + 1/2·(1, 0) = 1/2·(0, 0) + 1/2·(1, 1) = (0.5, 0.5)" in found.sentence


@given(
    patterns=arrays(np.float64, (6, 2), elements=st.floats(-5, 5, width=16)),
    targets=arrays(np.int8, 6, elements=st.integers(0, 1)),
    scale=st.sampled_from([1e-12, 1.0, 1e9]),
)
def test_there_is_a_line_or_a_proof_never_both(patterns, targets, scale):
    x = patterns * scale
    found = separating_line(x, targets)
    if found.is_separable:
        assert (answer(found.weights, x) == targets).all()
        return
    upper, lower, point = found.certificate
    assert (upper[targets == 0] == 0).all() and (lower[targets == 1] == 0).all()
    assert min(upper.min(), lower.min()) >= 0 and upper.sum() == pytest.approx(1) == lower.sum()
    np.testing.assert_allclose(upper @ x, point, atol=5e-9 * scale)
    np.testing.assert_allclose(lower @ x, point, atol=5e-9 * scale)


@given(
    patterns=arrays(np.float64, (5, 2), elements=st.integers(-2, 2).map(float)),
    targets=arrays(np.int8, 5, elements=st.integers(0, 1)),
)
def test_the_perceptron_converges_exactly_where_a_line_exists(patterns, targets):
    run = train_perceptron(patterns, targets, cycle_limit=3000)
    assert run.is_converged == separating_line(patterns, targets).is_separable


@pytest.mark.parametrize(("n_inputs", "name"), [(1, "No point"), (3, "No plane"), (4, "No hyperplane")])
def test_the_sentence_names_what_does_not_exist(n_inputs, name):
    patterns = np.array([[-1.0], [0.0], [1.0]]) * np.ones(n_inputs)
    found = separating_line(patterns, [1, -1, 1], "minus_one_one")
    assert found.sentence.startswith(name)


def test_one_class_alone_is_separable():
    assert separating_line([[1.0, 2.0]], [1]).is_separable and separating_line([[1.0, 2.0]], [0]).is_separable


def test_shares_that_are_no_simple_fractions_are_written_as_decimals():
    found = separating_line([[0.0], [0.7182818], [1.0]], [0, 1, 0])
    assert "0.2817·(0) + 0.7183·(1)" in found.sentence


def test_classes_that_touch_within_rounding_are_an_error_and_no_guess():
    with pytest.raises(ArithmeticError, match="touch"):
        separating_line([[1.0], [1.0 + 3e-9], [1.0 + 6e-9]], [1, 0, 1])


def test_a_gap_as_small_as_the_numbers_allow_is_found():
    found = separating_line([[0.0], [1e-15]], [0, 1])
    assert found.weights.tolist() == pytest.approx([-1.0, 2e15])
