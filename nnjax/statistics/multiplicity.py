"""Multiplicity: p-values adjusted for many comparisons."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Holm-adjusted p-values (family-wise error), for readers who want them; verdicts use Bonferroni intervals.

    One a comparison, [M], in the order given.

    Source: Holm (1979), Scandinavian Journal of Statistics 6.

    Raises:
        ValueError: If a p is outside [0, 1] or NaN.

    >>> holm([0.01, 0.04, 0.03, 0.005]).round(6).tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    return _placed(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), order)


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """Benjamini-Hochberg q-values (false discovery rate) of corrected p, for comparisons that nobody declared.

    One a comparison, [M], in the order given.

    Source: Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57.

    Raises:
        ValueError: If a p is outside [0, 1] or NaN.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.005]).round(6).tolist()
    [0.02, 0.04, 0.04, 0.02]
    """
    p = _checked(p_values)
    order = np.argsort(-p, kind="stable")
    return _placed(np.minimum.accumulate(p[order] / (np.arange(p.size, 0, -1) / p.size)), order)


def _checked(p_values: ArrayLike) -> NDArray[np.float64]:
    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not ((p >= 0.0) & (p <= 1.0)).all():
        raise ValueError("p-values: need one axis of numbers in [0, 1]")
    return p


def _placed(adjusted: NDArray[np.float64], order: NDArray[np.int64]) -> NDArray[np.float64]:
    """Adjusted p-values, at most 1, back at the places that their order took them from."""
    placed = np.empty_like(adjusted)
    placed[order] = np.minimum(adjusted, 1.0)
    return placed


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
