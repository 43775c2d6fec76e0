import pytest

from nnjax.lecture.gates import GATES, LECTURE_WEIGHTS, fold_threshold
from nnjax.lecture.perceptron import answer

FORMULAS = {
    "AND": lambda a, b: a and b,
    "OR": lambda a, b: a or b,
    "NOT": lambda a: not a,
    "XOR": lambda a, b: a != b,
}


@pytest.mark.parametrize("name", list(GATES))
def test_truth_tables_are_complete_and_true(name):
    gate = GATES[name]
    assert len({tuple(row) for row in gate.patterns}) == len(gate.patterns) == 2 ** gate.patterns.shape[1]
    assert gate.targets.tolist() == [float(FORMULAS[name](*(bool(v) for v in row))) for row in gate.patterns]


@pytest.mark.parametrize("name", list(LECTURE_WEIGHTS))
def test_the_lectures_weights_compute_their_gate(name):
    gate, unit = GATES[name], LECTURE_WEIGHTS[name]
    assert answer(fold_threshold(unit), gate.patterns).tolist() == gate.targets.tolist()
    assert ((gate.patterns @ unit.weights >= unit.threshold) == gate.targets).all()


def test_the_lecture_has_weights_for_every_gate_but_xor():
    assert set(GATES) - set(LECTURE_WEIGHTS) == {"XOR"}
