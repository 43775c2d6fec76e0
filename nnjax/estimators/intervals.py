"""Every candidate of a search beside the one that it chose, with corrected intervals."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray

from nnjax.claims.declared import ALPHA
from nnjax.data.streams import stream
from nnjax.statistics.tied import DRAWS, TiedBest, tied_best

SplitScores = Float[NDArray[np.float64], "C J"]
"""Test scores of candidates × splits, higher is better."""

_DRAWS = 200_000
"""Draws for a critical value, at most; a quantile of t with few degrees of freedom asks for many."""

_NUMBERS = 4_000_000
"""Numbers drawn for it, unless that would be fewer than `DRAWS` of each candidate."""

_NO_SPREAD = 1e-12
"""Standard deviation of differences, as a share of the scores, that is rounding."""


def split_scores(cv_results: Mapping[str, Any], metric: str = "score") -> SplitScores:
    """Test scores of a search, [C, J]; NaN where a fit failed.

    Args:
        cv_results: As scikit-learn's searches keep them.
        metric: "score", or a scorer's name where there are many.

    Raises:
        ValueError: If there are fewer than two splits.
    """
    columns: list[NDArray[np.float64]] = []
    while (name := f"split{len(columns)}_test_{metric}") in cv_results:
        columns.append(np.asarray(cv_results[name], dtype=np.float64))
    if len(columns) < 2:
        raise ValueError(f"{len(columns)} split: an interval needs two splits or more; give the search another cv")
    return np.stack(columns, axis=1)


def is_complete(scores: SplitScores) -> NDArray[np.bool_]:
    """Whether a candidate has a finite score in every split [C]: only such a one could be chosen."""
    return np.asarray(np.isfinite(scores).all(axis=1))


def candidate_intervals(
    cv_results: Mapping[str, Any], best: int, sizes: tuple[int, int], metric: str = "score", alpha: float = ALPHA
) -> pd.DataFrame:
    """How far each candidate lies behind the chosen one, with an interval that bears the choice.

    The corrected resampled t of each difference, over the splits, at the critical value of the largest of all of them
    (`nnjax.statistics.tied`), both ends at 1 - alpha / 2. Were the best named beforehand, all rows would hold together
    with probability 1 - alpha. It was chosen by the very scores that it is compared on, and so looks too good (winner's
    curse): then that is not so. What holds still, in simulations of 4 to 96 candidates and 2 to 20 splits with alpha =
    0.05: each row is right in 94 to 99 of 100 searches, and the truly best candidate is among the tied in 94 to 100.

    Args:
        cv_results: As scikit-learn's searches keep them.
        best: Index of the chosen candidate.
        sizes: Training and test rows of a split.
        metric: "score", or a scorer's name where there are many.
        alpha: Probability of an error, as above.

    Returns:
        One row a candidate, in the order of `cv_results`: params, mean_test_score, difference (the best's mean minus
        its own), low and high of that, is_tied, failed_splits. Where a split failed there is no mean, and no
        comparison. A difference that is the same in all splits has no interval: it is open at both ends.

    Raises:
        ValueError: If there are fewer than two splits.

    Source: Nadeau & Bengio (2003), Machine Learning 52; Hsu (1984), Annals of Statistics 12; Gupta (1965),
    Technometrics 7, for the set that holds the best.

    >>> results = {"params": [{"alpha": 1}, {"alpha": 2}], "split0_test_score": [0.5, 0.2]}
    >>> results |= {"split1_test_score": [0.6, 0.31], "split2_test_score": [0.7, 0.4]}
    >>> candidate_intervals(results, 0, (20, 10))[["difference", "low", "high", "is_tied"]].round(2).values.tolist()
    [[0.0, 0.0, 0.0, True], [0.3, 0.27, 0.32, False]]
    """
    scores = split_scores(cv_results, metric)
    usable = is_complete(scores)
    table = pd.DataFrame({"params": pd.Series(list(cv_results["params"]), dtype=object)})
    table["mean_test_score"] = np.where(usable, scores.mean(axis=1), np.nan)
    table[["difference", "low", "high"]] = _differences(scores, best, sizes, alpha)
    table["is_tied"] = (table["low"] <= 0).to_numpy()
    table["failed_splits"] = (~np.isfinite(scores)).sum(axis=1)
    return table.rename_axis("candidate")


def _differences(
    scores: SplitScores, best: int, sizes: tuple[int, int], alpha: float
) -> Float[NDArray[np.float64], "C 3"]:
    """Mean, low and high of the best minus each candidate; NaN where either lacks a score."""
    found = np.full((len(scores), 3), np.nan)
    usable = np.flatnonzero(is_complete(scores))
    if best not in usable:
        return found
    place = int(np.searchsorted(usable, best))
    tied = _beside(scores[usable], place, sizes, alpha)
    ends = tied.differences - tied.half_widths, tied.differences + tied.half_widths
    found[usable] = np.stack([tied.differences, *ends], axis=1)
    for other in usable:
        if are_alike_everywhere(scores[best], scores[other]):
            found[other] = 0.0
        elif not has_spread(scores[best], scores[other]):
            found[other, 1:] = -np.inf, np.inf
    return found


def _beside(scores: SplitScores, best: int, sizes: tuple[int, int], alpha: float) -> TiedBest:
    """All beside one, each end of an interval at 1 - alpha / 2; the same scores have the same draws."""
    draws = min(_DRAWS, max(DRAWS, _NUMBERS // len(scores)))
    return tied_best(scores, best, *sizes, stream(0, "tied_best"), level=1 - alpha / 2, draws=draws)


def has_spread(first: Float[NDArray[np.float64], " J"], second: Float[NDArray[np.float64], " J"]) -> bool:
    """Whether the difference of two candidates varies over the splits.

    Scores of few test rows repeat by chance; an interval of no width would be sure of what is luck.
    """
    rounding = _NO_SPREAD * float(np.abs([first, second]).max())
    return bool(np.std(np.subtract(first, second), ddof=1) > rounding)


def are_alike_everywhere(first: Float[NDArray[np.float64], " J"], second: Float[NDArray[np.float64], " J"]) -> bool:
    """Whether two candidates have the same score in every split, but for rounding."""
    return bool(np.allclose(first, second, rtol=_NO_SPREAD, atol=0))


class ChosenScore(NamedTuple):
    """The chosen candidate's mean score, and where its expected score may lie."""

    estimate: float
    low: float
    high: float


def chosen_score(scores: SplitScores, best: int, sizes: tuple[int, int], alpha: float = ALPHA) -> ChosenScore | None:
    """The chosen candidate's score with an interval that bears the choice: all C candidates' intervals at once.

    The estimate stays too good on average: it was chosen for being high. None where it lacks a score.
    """
    usable = np.flatnonzero(is_complete(scores))
    if best not in usable:
        return None
    # Against a score that is zero in every split, each difference is the candidate's own score.
    beside_zero = np.vstack([np.zeros(scores.shape[1]), -scores[usable]])
    tied = _beside(beside_zero, 0, sizes, alpha)
    place = 1 + int(np.searchsorted(usable, best))
    estimate, half_width = float(tied.differences[place]), float(tied.half_widths[place])
    return ChosenScore(estimate, estimate - half_width, estimate + half_width)


def tied_params(intervals: pd.DataFrame, best: int) -> list[dict[str, Any]]:
    """Params of the candidates that cannot be told apart from the best, that one first, the others by their mean."""
    tied = intervals[intervals["is_tied"]].sort_values("mean_test_score", ascending=False, kind="stable")
    order = sorted(tied.index, key=lambda candidate: candidate != best)
    return [dict(intervals["params"][candidate]) for candidate in order]
