import numpy as np
import pytest

from nnjax.lecture.perceptron import answer as perceptron_answer
from nnjax.quiz.perceptrons import ASKED

SEPARABLE = ASKED[:3]


def find(gates, name):
    return next(answer for answer in gates if answer.gate.name == name)


@pytest.mark.parametrize("name", SEPARABLE)
def test_both_codings_learn_the_gate_and_the_second_doubles_the_weights(gates, name):
    answer = find(gates, name)
    zero_one, minus_one_one = answer.runs["zero_one"], answer.runs["minus_one_one"]
    assert perceptron_answer(zero_one.weights, answer.gate.patterns).tolist() == answer.gate.targets.tolist()
    assert minus_one_one.weights.tolist() == (2 * zero_one.weights).tolist()
    assert (minus_one_one.cycles, minus_one_one.updates) == (zero_one.cycles, zero_one.updates)
    assert answer.outcome == "converged" and answer.loop_sentence == ""


@pytest.mark.parametrize("name", SEPARABLE)
def test_a_hundred_orders_converge_within_novikoffs_bound(gates, name):
    answer = find(gates, name)
    assert answer.orders_converged == len(answer.order_updates) == 100
    assert (answer.order_updates <= answer.bound).all() and answer.run.updates <= answer.bound


def test_xor_never_converges_and_says_why(gates):
    answer = find(gates, "XOR")
    assert answer.outcome == "never" and answer.orders_converged == 0 and np.isinf(answer.bound)
    assert answer.separation.certificate.point.tolist() == [0.5, 0.5]
    assert "weights return every cycle" in answer.loop_sentence
