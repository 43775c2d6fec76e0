"""Power: published table, simulation, the fewest splits."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nnjax.statistics.components import VarianceComponents
from nnjax.statistics.interval import bonferroni_level, paired_interval
from nnjax.statistics.power import (
    MOST_REPLICATES,
    Design,
    detectable_difference,
    half_width,
    replicates_for_half_width,
    splits_for_half_width,
)

TABLE = {
    5: (2.03, 3.85, 2.75, 4.87),
    10: (1.49, 2.34, 2.08, 2.99),
    20: (1.30, 1.91, 1.83, 2.47),
    40: (1.21, 1.74, 1.72, 2.26),
    100: (1.17, 1.64, 1.66, 2.14),
    1000: (1.14, 1.59, 1.63, 2.08),
}


@pytest.mark.parametrize("n", TABLE)
def test_known_half_widths_and_detectable_differences(n: int) -> None:
    levels = [bonferroni_level(0.05, m) for m in (1, 8)]
    widths = [half_width(1.0, n, 331, 111, level) for level in levels]
    detectable = [detectable_difference(1.0, n, 331, 111, level) for level in levels]
    assert widths + detectable == pytest.approx(TABLE[n], abs=0.006)


def test_infinitely_many_splits_are_the_limit() -> None:
    assert detectable_difference(1.0, math.inf, 331, 111, 0.95) == pytest.approx(
        detectable_difference(1.0, 1e6, 331, 111, 0.95), abs=1e-5
    )


@pytest.mark.parametrize(("n", "m"), [(5, 1), (20, 1), (20, 8)])
def test_detectable_difference_is_detected_as_often_as_it_says(
    draw_tables: Callable[[int, float, int], NDArray[np.float64]], n: int, m: int
) -> None:
    level = bonferroni_level(0.05, m)
    true = detectable_difference(1.0, n, 331, 111, level)
    tables = true + draw_tables(n, 111 / 442, n + m)
    detected = np.mean([paired_interval(d, 331, 111, level).low > 0.0 for d in tables])
    assert detected == pytest.approx(0.8, abs=0.015)


@given(st.floats(1.2, 50.0))
def test_fewest_splits_are_enough_and_one_less_is_not(width: float) -> None:
    n = splits_for_half_width(width, 1.0, 331, 111, 0.95)
    assert n is not None
    assert half_width(1.0, n, 331, 111, 0.95) < width
    assert n == 2 or half_width(1.0, n - 1, 331, 111, 0.95) >= width


def test_below_the_limit_of_the_table_no_number_of_splits_helps() -> None:
    assert splits_for_half_width(1.13, 1.0, 331, 111, 0.95) is None
    assert splits_for_half_width(1e-6, 1.0, 0, 0, 0.95) is None


def test_equality_can_be_certified_only_below_a_spread() -> None:
    assert half_width(0.0154, 20, 331, 111, 0.95) == pytest.approx(0.02, abs=5e-5)
    assert half_width(0.0105, 20, 331, 111, bonferroni_level(0.05, 8)) == pytest.approx(0.02, abs=5e-5)


def test_misuse_is_an_error() -> None:
    with pytest.raises(ValueError, match="power"):
        detectable_difference(1.0, 20, 331, 111, 0.95, power=1.0)
    with pytest.raises(ValueError, match="2 splits"):
        half_width(1.0, 1, 331, 111, 0.95)


@given(st.floats(0.005, 0.05), st.floats(1e-6, 0.01), st.floats(1e-6, 0.001), st.integers(1, 5), st.integers(1, 6))
def test_only_whole_repeats_that_can_be_afforded_are_proposed(
    width: float, seed: float, split: float, repeats: int, folds: int
) -> None:
    today = VarianceComponents(seed, split, max(2, repeats * folds), 2)
    design = replicates_for_half_width(width, today, 331, 111, 0.99, folds)
    if design is None:
        return
    assert design.splits % folds == 0 and design.runs <= MOST_REPLICATES
    assert design.splits >= today.n_splits and design.seeds >= today.n_seeds
    spread = math.sqrt(today.of_split_mean(design.seeds))
    assert half_width(spread, design.splits, 331, 111, 0.99) < width


@pytest.mark.parametrize("seeds", [256, 257, 1000])
def test_of_more_seeds_than_are_proposed_no_design_is(seeds: int) -> None:
    today = VarianceComponents(0.002, 0.0001, 4, seeds)
    design = replicates_for_half_width(0.02, today, 331, 111, 0.95)
    assert design is None if seeds > 256 else design is None or design.seeds == 256


def test_what_never_varies_is_narrow_enough_as_it_is() -> None:
    assert replicates_for_half_width(0.02, VarianceComponents(0.0, 0.0, 4, 2), 331, 111, 0.95) == Design(4, 2)
