"""Adjusted p-values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from nnjax.statistics.multiplicity import benjamini_hochberg, holm, selected_level

P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20)


def test_holm_known_answer() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(P_VALUES)
def test_benjamini_hochberg_equals_scipy_and_is_milder_than_holm(p: list[float]) -> None:
    q = benjamini_hochberg(p)
    np.testing.assert_allclose(q, false_discovery_control(p), rtol=1e-12, atol=np.finfo(float).tiny)
    assert (q <= holm(p) + 1e-12).all()


@given(P_VALUES)
def test_both_equal_statsmodels_bit_for_bit(p: list[float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gc.collect", lambda: 0)  # statsmodels calls it for each list of p-values
        theirs = [multipletests(p, method=method)[1] for method in ("holm", "fdr_bh")]
    for adjusted, wanted in zip((holm(p), benjamini_hochberg(p)), theirs, strict=True):
        np.testing.assert_array_equal(adjusted, wanted)


def test_no_comparison_needs_no_adjustment() -> None:
    assert holm([]).size == benjamini_hochberg([]).size == 0


@pytest.mark.parametrize("p", [[1.1], [-0.1], [np.nan], [[0.1]]])
def test_not_a_p_value_is_an_error(p: list[float]) -> None:
    with pytest.raises(ValueError, match="p-values"):
        holm(p)


def test_selected_intervals_are_wider_when_few_were_selected() -> None:
    assert selected_level(0.05, 1, 100) == pytest.approx(0.9995)
    assert selected_level(0.05, 100, 100) == pytest.approx(0.95)
    with pytest.raises(ValueError, match="selected"):
        selected_level(0.05, 0, 100)
