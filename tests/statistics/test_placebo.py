"""The placebo factor."""

import numpy as np
import pytest

from nnjax.statistics.placebo import placebo_rates

SPREAD = {"cell": 0.2, "split": 0.3, "seed": 0.1}


def runs(cells: int, splits: int, seeds: int, seed: int = 3) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (
        SPREAD["cell"] * random.standard_normal((cells, 1, 1))
        + SPREAD["split"] * random.standard_normal((1, splits, 1))
        + SPREAD["seed"] * random.standard_normal((cells, splits, seeds))
    )


@pytest.mark.parametrize("shape", [(40, 20, 1), (4, 20, 4), (1, 20, 6)])
def test_a_label_without_meaning_rarely_seems_to_matter(shape: tuple[int, int, int]) -> None:
    rates = placebo_rates(runs(*shape), 331, 111, 0.02, np.random.default_rng(5))
    assert rates.plain == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 1000))
    assert rates.corrected <= 0.005
    assert rates.supported <= rates.corrected
    assert rates.is_within_cells == (shape[2] > 1)


def test_an_interval_that_is_too_narrow_shows() -> None:
    rates = placebo_rates(runs(40, 20, 1), 331, 111, 0.02, np.random.default_rng(5), level=0.5)
    assert rates.plain == pytest.approx(0.5, abs=0.07)
    assert rates.corrected > 0.05


@pytest.mark.parametrize(
    "scores", [np.zeros((1, 5, 1)), np.zeros((4, 1, 2)), np.full((4, 4, 2), np.nan), np.zeros((4, 4))]
)
def test_nothing_to_divide_is_an_error(scores: np.ndarray) -> None:
    with pytest.raises(ValueError, match="two cells or seeds"):
        placebo_rates(scores, 331, 111, 0.02, np.random.default_rng(1))
