"""How often the interval misses the truth, in the exact model and end to end through real splits."""

import numpy as np
import pytest

from nnjax.calibration.exact import OVERLAP, count_misses, simulate_differences
from nnjax.calibration.learners import seed_differences, twin_differences
from nnjax.statistics.interval import bonferroni_level

TABLES = 10_000


def draw(n_splits: int, correlation: float, seed: int) -> np.ndarray:
    return simulate_differences(TABLES, n_splits, correlation, np.random.default_rng(seed))


@pytest.mark.parametrize("n_splits", [5, 20, 100])
def test_nominal_misses_in_the_exact_model(n_splits: int) -> None:
    tables = draw(n_splits, OVERLAP, n_splits)
    assert count_misses(tables).corrected == pytest.approx(0.05, abs=0.007)
    assert count_misses(tables, bonferroni_level(0.05, 8)).corrected == pytest.approx(0.006, abs=0.0025)


def test_misses_where_the_true_correlation_differs() -> None:
    weak, strong = (count_misses(draw(20, correlation, 3)) for correlation in (0.07, 0.35))
    assert weak.corrected == pytest.approx(0.002, abs=0.002)
    assert weak.plain == pytest.approx(0.20, abs=0.015)
    assert strong.corrected == pytest.approx(0.11, abs=0.012)


def test_twins_fool_the_plain_t_but_not_the_corrected() -> None:
    misses = count_misses(np.array([twin_differences(seed) for seed in range(400)]))
    assert 0.12 <= misses.plain <= 0.26
    assert misses.corrected <= 0.02


def test_nested_seeds_keep_even_the_plain_t_right() -> None:
    misses = count_misses(np.array([seed_differences(seed, is_nested=True) for seed in range(400)]))
    assert misses.plain == pytest.approx(0.05, abs=0.033)  # three standard errors of 400 tables
    assert misses.corrected <= 0.005


def test_one_seed_list_reused_in_all_splits_fools_the_plain_t() -> None:
    misses = count_misses(np.array([seed_differences(seed, is_nested=False) for seed in range(200)]))
    assert misses.plain > 0.5
