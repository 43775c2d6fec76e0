"""How strongly the columns of a table go together: numbers by rank, words by what they share; and groups of those."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnjax.data.column import WORD_KIND, Column
from nnjax.data.streams import some_rows
from nnjax.statistics.association import ranks_with_ties

STRONG = 0.7
"""Strength from which on two columns are taken together: one can stand in for the other."""

MOST_COMPARED = 5_000
"""Rows that strengths are taken from, drawn at random: its standard error at 0.7 is 0.007."""

_Floats = NDArray[np.float64]


def related_groups(columns: Sequence[Column], seed: int) -> tuple[tuple[int, ...], ...]:
    """Places of the columns that go together beyond `STRONG`, directly or through others; each group two or more.

    >>> x = np.arange(9.0)
    >>> related_groups([Column("a", "numbers", x), Column("b", "numbers", x % 2), Column("c", "numbers", -x)], seed=5)
    ((0, 2),)
    """
    values = np.column_stack([column.values for column in columns])
    values = values[some_rows(len(values), MOST_COMPARED, seed, "related")]
    is_strong = strengths(values, [column.kind == WORD_KIND for column in columns]) > STRONG
    groups: list[set[int]] = []
    for place in range(len(columns)):
        together = {place, *np.flatnonzero(is_strong[place]).tolist()}
        joined = [group for group in groups if group & together]
        groups = [group for group in groups if not group & together] + [together.union(*joined)]
    return tuple(sorted(tuple(sorted(group)) for group in groups if len(group) > 1))


def strengths(values: _Floats, is_words: Sequence[bool]) -> _Floats:
    """Strength of each pair of columns, 0 … 1 [C, C], the diagonal 0; rows that lack either are left out of a pair.

    Two columns of numbers: |Spearman's rank correlation|, a row's rank being that among all rows with a number. Words
    and numbers: the correlation ratio of those ranks. Words and words: Cramér's V. The last two are corrected for what
    chance gives to many different words.

    Args:
        values: Numbers, seconds or codes of words, NaN for a gap [N, C].
        is_words: Which columns hold codes of words.

    Source: Spearman 1904; Kelley 1935 (ε², the corrected correlation ratio); Bergsma 2013 (the corrected V).

    >>> strengths(np.array([[0.0, 5.0], [1.0, 7.0], [2.0, 6.0]]), [False, False]).round(3).tolist()
    [[0.0, 0.5], [0.5, 0.0]]
    """
    words, numbers = (np.flatnonzero(np.equal(is_words, wanted)) for wanted in (True, False))
    ranks = np.full(values.shape, np.nan)
    for place in numbers:
        is_there = ~np.isnan(values[:, place])
        ranks[is_there, place] = ranks_with_ties(values[is_there, place])
    found = np.zeros((values.shape[1],) * 2)
    found[np.ix_(numbers, numbers)] = np.abs(_correlations(ranks[:, numbers]))
    for place in words:
        for other in range(values.shape[1]):
            if is_words[other] and other <= place:
                continue
            one = cramers_v if is_words[other] else correlation_ratio
            beside = values[:, other] if is_words[other] else ranks[:, other]
            found[place, other] = found[other, place] = one(values[:, place], beside)
    np.fill_diagonal(found, 0.0)
    return found


def _correlations(values: _Floats) -> _Floats:
    """Pearson's correlation of each pair of columns over the rows that have both; 0 where one is constant there."""
    known = np.isfinite(values).astype(np.float64)
    center = np.nanmean(np.where(known.any(axis=0), values, 0.0), axis=0) if values.size else np.zeros(0)
    held = np.where(known > 0, values - center, 0.0)
    rows = np.maximum(known.T @ known, 1.0)
    sums, squares = held.T @ known, held.T**2 @ known
    covariance = held.T @ held / rows - sums / rows * (sums / rows).T
    variance = np.maximum(squares / rows - (sums / rows) ** 2, 0.0)
    length = np.sqrt(variance * variance.T)
    is_varied = length > 1e-9 * np.maximum(squares / rows, 1.0)
    found = np.divide(covariance, length, out=np.zeros_like(length), where=is_varied)
    return np.asarray(np.clip(found, -1.0, 1.0))


def correlation_ratio(words: _Floats, numbers: _Floats) -> float:
    """√ of the share of the numbers' variance that lies between words, corrected: 1 − (1 − η²)(n − 1)/(n − k).

    >>> correlation_ratio(np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 1.0, 4.0, 4.0]))
    1.0
    """
    codes, values = _both(words, numbers)
    if len(values) < 3 or np.ptp(values) == 0:
        return 0.0
    _, place, count = np.unique(codes, return_inverse=True, return_counts=True)
    n, k = len(values), len(count)
    if not 1 < k < n:
        return 0.0
    mean = np.bincount(place, values) / count
    within = float(np.square(values - mean[place]).sum() / np.square(values - values.mean()).sum())
    return float(np.sqrt(max(0.0, 1.0 - within * (n - 1) / (n - k))))


def cramers_v(words: _Floats, others: _Floats) -> float:
    """Cramér's V of two columns of codes, corrected for its bias.

    >>> round(cramers_v(np.arange(300.0) % 3, 2 - np.arange(300.0) % 3), 6)
    1.0
    """
    first, second = _both(words, others)
    n = len(first)
    if n < 3:
        return 0.0
    (place, rows), (other, columns) = (
        np.unique(each, return_inverse=True, return_counts=True)[1:] for each in (first, second)
    )
    pairs, count = np.unique(place * len(columns) + other, return_counts=True)
    expected = rows[pairs // len(columns)] * columns[pairs % len(columns)]
    phi = float(np.sum(count.astype(np.float64) ** 2 / expected)) - 1.0
    r, k = len(rows), len(columns)
    fewer = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1.0
    phi = max(0.0, phi - (r - 1) * (k - 1) / (n - 1))
    return float(min(1.0, np.sqrt(phi / fewer))) if fewer > 0 else 0.0


def _both(first: _Floats, second: _Floats) -> tuple[_Floats, _Floats]:
    is_there = ~(np.isnan(first) | np.isnan(second))
    return first[is_there], second[is_there]
