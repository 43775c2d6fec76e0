"""Answers worked out by hand, or by another program, once: what, the numbers, and how the house computes them."""

from collections.abc import Callable, Sequence

import numpy as np

from nnjax.statistics.bands import interquartile_mean
from nnjax.statistics.components import variance_components
from nnjax.statistics.convergence import restricted_mean
from nnjax.statistics.effects import grid_shares
from nnjax.statistics.interval import paired_interval, practical_probabilities
from nnjax.statistics.multiplicity import holm

DIFFERENCES = (0.02, 0.05, -0.01, 0.03, 0.04)


def _interval() -> list[float]:
    interval = paired_interval(DIFFERENCES, 331, 111)
    return [interval.estimate, interval.standard_error, interval.p_value, interval.low, interval.high, interval.p_plain]


def _probabilities() -> tuple[float, float, float]:
    return practical_probabilities(paired_interval(DIFFERENCES, 331, 111), 0.02)


def _components() -> list[float]:
    found = variance_components([[0.1, 0.2], [0.3, 0.5], [0.2, 0.2]])
    return [found.seed, found.split]


KnownAnswer = tuple[str, tuple[float, ...], Callable[[], Sequence[float]]]

KNOWN_ANSWERS: tuple[KnownAnswer, ...] = (
    (
        "mean, standard error, p, interval, plain p of five differences",
        (0.026, 0.0168444, 0.197575, -0.020768, 0.072768, 0.064986),
        _interval,
    ),
    ("P(Δ < −0.02), within, P(Δ > 0.02)", (0.026198, 0.343644, 0.630158), _probabilities),
    ("variance of seeds and of splits", (0.0083333, 0.0133333), _components),
    (
        "shares of two factors and their interaction",
        (0.272727, 0.590909, 0.136364),
        lambda: list(grid_shares([[0, 1, 2], [1, 2, 6]]).values()),
    ),
    ("restricted mean of 5, 10, never, 20 within 50", (21.25,), lambda: [restricted_mean([5, 10, np.nan, 20], 50)]),
    ("p adjusted by Holm", (0.03, 0.06, 0.06, 0.02), lambda: list(holm([0.01, 0.04, 0.03, 0.005]))),
    ("interquartile mean of 1 … 7, 100", (4.5,), lambda: [float(interquartile_mean([1, 2, 3, 4, 5, 6, 7, 100]))]),
)
