"""Answers made by hand, so that console and page are tested without a training."""

import numpy as np
import pytest

from nnjax.quiz.networks import GRID_POINTS, ActivationAnswer, QuizEffort, Region, share_interval
from nnjax.quiz.page import Answers
from nnjax.quiz.perceptrons import answer_gates
from nnjax.quiz.regression import DiabetesAnswer, quiz_space
from nnjax.statistics.interval import paired_interval

HALF_PLANE = np.tile(np.linspace(0.0, 1.0, GRID_POINTS), (GRID_POINTS, 1))


def network_answer(name, solved, seeds=8, hidden_gradient=0.25):
    is_solved = np.arange(seeds) < solved
    low, high = share_interval(solved, seeds)
    return ActivationAnswer(
        activation=name,
        initializer="glorot",
        parameters=30,
        is_solved=is_solved,
        low=low,
        high=high,
        median_epochs=12.5 if solved else float("nan"),
        hidden_gradient=hidden_gradient,
        dead=0.5 if solved < seeds else float("nan"),
        solved=Region(0, True, HALF_PLANE) if solved else None,
        failed=Region(solved, False, HALF_PLANE.T) if solved < seeds else None,
    )


@pytest.fixture(scope="session")
def gates():
    return answer_gates(orders=100)


@pytest.fixture(scope="session")
def networks():
    return (
        network_answer("identity", 0),
        network_answer("binary_step", 1, hidden_gradient=0.0),
        network_answer("relu", 4),
        network_answer("gelu", 8),
    )


@pytest.fixture(scope="session")
def diabetes():
    network, ridge = np.array([0.41, 0.52, 0.33, 0.45]), np.array([0.44, 0.55, 0.40, 0.43])
    sizes = 331, 111
    return DiabetesAnswer(
        space=quiz_space(("replicates.splits=4",)),
        network=network,
        ridge=ridge,
        interval=paired_interval(network, *sizes),
        ridge_interval=paired_interval(ridge, *sizes),
        difference=paired_interval(network - ridge, *sizes),
        one_split=np.array([0.371, 0.352, 0.389]),
        one_ridge=0.366,
    )


@pytest.fixture(scope="session")
def answers(gates, networks, diabetes):
    return Answers(gates, networks, diabetes, QuizEffort(seeds=8, epochs=40, base_seed=7))
