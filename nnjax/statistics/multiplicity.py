"""Multiplicity: p-values adjusted for many comparisons."""

import gc

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.multitest import multipletests


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Holm-adjusted p-values (family-wise error), for readers who want them; verdicts use Bonferroni intervals.

    One a comparison, [M], in the order given.

    Raises:
        ValueError: If a p is outside [0, 1] or NaN.

    >>> holm([0.01, 0.04, 0.03, 0.005]).round(6).tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    return _adjusted(p_values, "holm")


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """Benjamini-Hochberg q-values (false discovery rate) of corrected p, for comparisons that nobody declared.

    One a comparison, [M], in the order given.

    Raises:
        ValueError: If a p is outside [0, 1] or NaN.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.005]).round(6).tolist()
    [0.02, 0.04, 0.04, 0.02]
    """
    return _adjusted(p_values, "fdr_bh")


def _adjusted(p_values: ArrayLike, method: str) -> NDArray[np.float64]:
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not ((p >= 0.0) & (p <= 1.0)).all():
        raise ValueError("p-values: need one axis of numbers in [0, 1]")
    if not p.size:
        return p
    gc.freeze()  # Holm's method there collects garbage at each call: a tenth of a second beside a report's objects
    try:
        return np.asarray(multipletests(p, method=method)[1], dtype=np.float64)
    finally:
        gc.unfreeze()


def selected_level(q: float, selected: int, total: int) -> float:
    """Level 1 - q·R/M of the intervals of the R comparisons selected out of M by their q-values.

    Source: Benjamini & Yekutieli (2005), false coverage rate.

    Raises:
        ValueError: If q is outside (0, 1) or R outside 1..M.

    >>> selected_level(0.05, 4, 10)
    0.98
    """
    if not 0.0 < q < 1.0 or not 1 <= selected <= total:
        raise ValueError(f"q = {q}, selected = {selected}, total = {total}: need 0 < q < 1 and 1 <= selected <= total")
    return 1.0 - q * selected / total
