"""Learners whose difference is known to be zero, scored on real splits of fresh tables."""

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedKFold

ROWS, INPUTS, TWIN_SPLITS = 442, 10, 20
NOISE_COLUMNS, HIDDEN_UNITS = 5, 8


def mask_test_rows(seed: int) -> NDArray[np.bool_]:
    """Whether a row is a test row, [J, N]: five times four folds."""
    folds = RepeatedKFold(n_splits=4, n_repeats=TWIN_SPLITS // 4, random_state=seed)
    masks = np.zeros((TWIN_SPLITS, ROWS), dtype=np.bool_)
    for mask, (_, test) in zip(masks, folds.split(np.zeros(ROWS)), strict=True):
        mask[test] = True
    return masks


def least_squares_r2(
    x: NDArray[np.float64], y: NDArray[np.float64], test: NDArray[np.bool_], train: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Test R² of least squares in every split [J], all at once by the normal equations.

    Inputs are [N, D], or [J, N, D] where each split has its own; targets [N], test rows [J, N]. All other rows train,
    unless it is said which.
    """
    x = np.concatenate([x, np.ones((*x.shape[:-1], 1))], axis=-1)
    x_train = x * (~test if train is None else train)[..., None]
    gram = x_train.mT @ x + 1e-9 * np.eye(x.shape[-1])
    weights = np.linalg.solve(gram, (x_train.mT @ y)[..., None])
    residual = y - (x @ weights)[..., 0]
    mean_test = (test @ y)[:, None] / test.sum(axis=1, keepdims=True)
    ratio = np.sum(residual**2, axis=1, where=test) / np.sum((y - mean_test) ** 2, axis=1, where=test)
    return np.asarray(1.0 - ratio)


def fresh_table(generator: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Inputs [N, D] and target [N] of a table with an R² near one half."""
    x = generator.standard_normal((ROWS, INPUTS))
    return x, x.sum(axis=1) / np.sqrt(INPUTS) + generator.standard_normal(ROWS)


def twin_differences(seed: int) -> NDArray[np.float64]:
    """The same inputs with five noise columns against five other ones: equal in truth, not on one table; [J]."""
    generator = np.random.default_rng(seed)
    (x, y), noise = fresh_table(generator), generator.standard_normal((2, ROWS, NOISE_COLUMNS))
    masks = mask_test_rows(seed)
    a, b = (least_squares_r2(np.concatenate([x, columns], axis=1), y, masks) for columns in noise)
    return np.asarray(a - b)


def seed_differences(seed: int, is_nested: bool) -> NDArray[np.float64]:
    """One learner twice, random hidden units read out, with other seeds: fresh in every split, or one list; [J]."""
    generator = np.random.default_rng(seed)
    (x, y), masks = fresh_table(generator), mask_test_rows(seed)
    draws = TWIN_SPLITS if is_nested else 1
    hidden = generator.standard_normal((2, draws, INPUTS, HIDDEN_UNITS)) / np.sqrt(INPUTS)
    a, b = (least_squares_r2(np.tanh(x @ weights), y, masks) for weights in hidden)
    return np.asarray(a - b)
