"""Bands on curves."""

import numpy as np
import pytest
from scipy import stats

from nnjax.statistics.bands import interquartile_mean, quartile_band


def test_known_interquartile_mean() -> None:
    assert interquartile_mean([1, 2, 3, 4, 5, 6, 7, 100]) == 4.5


@pytest.mark.parametrize("n", range(1, 14))
def test_the_interquartile_mean_is_scipys(n: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    assert interquartile_mean(values) == pytest.approx(stats.trim_mean(values, 0.25), rel=1e-15)


def test_band_holds_the_middle_half_of_the_runs() -> None:
    curves = np.random.default_rng(1).normal(size=(41, 7))
    band = quartile_band(curves)
    assert np.mean((curves >= band.low) & (curves <= band.high), axis=0) == pytest.approx(np.full(7, 21 / 41))
    np.testing.assert_array_equal(band.median, np.median(curves, axis=0))


def test_no_run_has_no_band() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        quartile_band(np.empty((0, 5)))
