"""The variance budget and its advice."""

import numpy as np
import pytest

from nnjax.statistics.variance import advise_replicates, variance_budget


def simulate(cell: float, split: float, interaction: float, seed: float, shape: tuple[int, int, int]) -> np.ndarray:
    """Scores [C, J, S] with these standard deviations."""
    random = np.random.default_rng(4)
    cells, splits, _ = shape
    return (
        cell * random.standard_normal((cells, 1, 1))
        + split * random.standard_normal((1, splits, 1))
        + interaction * random.standard_normal((cells, splits, 1))
        + seed * random.standard_normal(shape)
    )


def test_a_budget_finds_the_parts_that_went_in() -> None:
    budget = variance_budget(simulate(0.3, 0.2, 0.1, 0.15, (300, 300, 4)))
    found = np.sqrt([budget.cell, budget.split, budget.interaction, budget.seed])
    np.testing.assert_allclose(found, [0.3, 0.2, 0.1, 0.15], rtol=0.12)
    assert budget.rest == pytest.approx(budget.interaction + budget.seed)


def test_one_seed_a_split_leaves_seed_and_interaction_together() -> None:
    budget = variance_budget(simulate(0.3, 0.2, 0.1, 0.15, (300, 300, 1)))
    assert budget.seed is None and budget.interaction is None
    assert np.sqrt(budget.rest) == pytest.approx(np.hypot(0.1, 0.15), rel=0.02)


def test_pairing_gain_is_the_ratio_of_the_variances_of_differences() -> None:
    scores = simulate(0.0, 0.3, 0.1, 0.0, (2, 4000, 1))[:, :, 0]
    paired = (scores[0] - scores[1]).var()
    unpaired = (scores[0] - np.roll(scores[1], 1)).var()
    assert variance_budget(scores[:, :, None]).pairing_gain == pytest.approx(unpaired / paired, rel=0.1)


def test_runs_that_agree_gain_infinitely_by_pairing() -> None:
    scores = np.array([[0.25, 0.5], [0.5, 0.75]])[:, :, None]
    assert variance_budget(scores).pairing_gain == np.inf


@pytest.mark.parametrize(
    ("interaction", "seed", "best"), [(0.1, 0.0, "splits"), (0.0, 0.1, "seeds"), (0.03, 0.1, "seeds")]
)
def test_the_advice_is_what_shrinks_the_interval_most(interaction: float, seed: float, best: str) -> None:
    advice = advise_replicates(variance_budget(simulate(0.3, 0.2, interaction, seed, (50, 20, 3))), 331, 111)
    assert advice.best == best
    assert advice.with_seeds is not None
    assert min(advice.with_splits, advice.with_seeds) < advice.now


def test_without_a_second_seed_nobody_knows() -> None:
    advice = advise_replicates(variance_budget(simulate(0.3, 0.2, 0.1, 0.1, (50, 20, 1))), 331, 111)
    assert advice.best == "unknown" and advice.with_seeds is None


@pytest.mark.parametrize(
    "scores", [np.zeros((1, 5, 1)), np.zeros((5, 1, 2)), np.full((3, 3, 1), np.nan), np.zeros((3, 3))]
)
def test_a_budget_needs_cells_and_splits(scores: np.ndarray) -> None:
    with pytest.raises(ValueError, match="at least 2 cells"):
        variance_budget(scores)
