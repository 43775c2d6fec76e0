"""How often the interval misses the truth, in the exact model and end to end through real splits."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedKFold

from nnjax.statistics.interval import PairedInterval, bonferroni_level, paired_interval

DrawTables = Callable[[int, float, int], NDArray[np.float64]]
ROWS, INPUTS, SPLITS = 442, 10, 20


def intervals(tables: NDArray[np.float64], level: float = 0.95) -> list[PairedInterval]:
    return [paired_interval(d, 331, 111, level) for d in tables]


def misses(found: list[PairedInterval]) -> float:
    return float(np.mean([interval.low > 0.0 or interval.high < 0.0 for interval in found]))


def plain_misses(found: list[PairedInterval]) -> float:
    return float(np.mean([interval.low_plain > 0.0 or interval.high_plain < 0.0 for interval in found]))


@pytest.mark.parametrize("n_splits", [5, 20, 100])
def test_nominal_misses_in_the_exact_model(draw_tables: DrawTables, n_splits: int) -> None:
    tables = draw_tables(n_splits, 111 / 442, n_splits)
    assert misses(intervals(tables)) == pytest.approx(0.05, abs=0.007)
    assert misses(intervals(tables, bonferroni_level(0.05, 8))) == pytest.approx(0.006, abs=0.0025)


def test_misses_where_the_true_correlation_differs(draw_tables: DrawTables) -> None:
    weak, strong = (intervals(draw_tables(SPLITS, rho, 3)) for rho in (0.07, 0.35))
    assert misses(weak) == pytest.approx(0.002, abs=0.002)
    assert plain_misses(weak) == pytest.approx(0.20, abs=0.015)
    assert misses(strong) == pytest.approx(0.11, abs=0.012)


def split_masks(seed: int) -> NDArray[np.bool_]:
    """Whether a row is a test row, [J, N]."""
    folds = RepeatedKFold(n_splits=4, n_repeats=SPLITS // 4, random_state=seed)
    masks = np.zeros((SPLITS, ROWS), dtype=np.bool_)
    for mask, (_, test) in zip(masks, folds.split(np.zeros(ROWS)), strict=True):
        mask[test] = True
    return masks


def least_squares_r2(x: NDArray[np.float64], y: NDArray[np.float64], test: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Test R² of least squares in every split, all at once by the normal equations; x [N, D] or [J, N, D], y [N]."""
    x = np.concatenate([x, np.ones((*x.shape[:-1], 1))], axis=-1)
    x_train = x * ~test[..., None]
    gram = x_train.mT @ x + 1e-9 * np.eye(x.shape[-1])
    weights = np.linalg.solve(gram, (x_train.mT @ y)[..., None])
    residual = y - (x @ weights)[..., 0]
    mean_test = (test @ y)[:, None] / test.sum(axis=1, keepdims=True)
    ratio = np.sum(residual**2, axis=1, where=test) / np.sum((y - mean_test) ** 2, axis=1, where=test)
    return np.asarray(1.0 - ratio)


def fresh_table(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A table with R² about 0.5."""
    x = rng.standard_normal((ROWS, INPUTS))
    return x, x.sum(axis=1) / np.sqrt(INPUTS) + rng.standard_normal(ROWS)


def twins(seed: int) -> NDArray[np.float64]:
    """The same inputs with 5 noise columns against 5 other noise columns: equal in truth, not on one table."""
    rng = np.random.default_rng(seed)
    (x, y), noise, masks = fresh_table(rng), rng.standard_normal((2, ROWS, 5)), split_masks(seed)
    a, b = (least_squares_r2(np.concatenate([x, columns], axis=1), y, masks) for columns in noise)
    return a - b


def same_net_other_seeds(seed: int, is_nested: bool) -> NDArray[np.float64]:
    """A/A: one learner (read-out of random hidden units), arms differing in seeds only; nested or one list reused."""
    rng = np.random.default_rng(seed)
    (x, y), masks = fresh_table(rng), split_masks(seed)
    hidden = rng.standard_normal((2, SPLITS if is_nested else 1, INPUTS, 8)) / np.sqrt(INPUTS)
    a, b = (least_squares_r2(np.tanh(x @ weights), y, masks) for weights in hidden)
    return a - b


def test_twins_fool_the_plain_t_but_not_the_corrected() -> None:
    found = intervals(np.array([twins(seed) for seed in range(400)]))
    assert 0.12 <= plain_misses(found) <= 0.26
    assert misses(found) <= 0.02


def test_nested_seeds_keep_even_the_plain_t_right() -> None:
    found = intervals(np.array([same_net_other_seeds(seed, is_nested=True) for seed in range(400)]))
    assert plain_misses(found) == pytest.approx(0.05, abs=0.033)  # three standard errors of 400 tables
    assert misses(found) <= 0.005


def test_one_seed_list_reused_in_all_splits_fools_the_plain_t() -> None:
    found = intervals(np.array([same_net_other_seeds(seed, is_nested=False) for seed in range(200)]))
    assert plain_misses(found) > 0.5
