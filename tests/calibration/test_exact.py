"""The exact model."""

import numpy as np
import pytest

from nnjax.calibration.exact import OVERLAP, simulate_differences, true_miss_rate


def test_splits_of_a_table_correlate_as_asked() -> None:
    drawn = simulate_differences(40_000, 2, 0.3, np.random.default_rng(1))
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(0.3, abs=0.015)


@pytest.mark.parametrize("n_splits", [5, 20, 100])
def test_the_corrected_interval_is_exact_at_the_overlap(n_splits: int) -> None:
    assert true_miss_rate(n_splits, OVERLAP) == pytest.approx(0.05, abs=1e-3)
    assert true_miss_rate(n_splits, 0.0, is_corrected=False) == pytest.approx(0.05)
