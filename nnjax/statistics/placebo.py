"""The placebo: a label without meaning, analysed like a factor, again and again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnjax.statistics.interval import paired_interval
from nnjax.statistics.verdict import Verdict, judge

RELABELLINGS = 1_000


@dataclass(frozen=True)
class PlaceboRates:
    """Shares of the relabellings in which a label without meaning seemed to matter."""

    corrected: float
    """The corrected interval leaves out zero."""
    plain: float
    """The plain t interval leaves out zero."""
    supported: float
    """The verdict on "a beats b" is: supported."""
    relabellings: int
    """How many there were: the standard error of a share p is sqrt(p (1 - p) / relabellings)."""
    is_within_cells: bool
    """Whether the labels divide the seeds of each cell and split; else the cells of each split."""


def placebo_rates(
    scores: ArrayLike,
    n_train: int,
    n_test: int,
    margin: float,
    generator: np.random.Generator,
    relabellings: int = RELABELLINGS,
    level: float = 0.95,
) -> PlaceboRates:
    """Give runs one of two labels at random and compare the labels, by the code that judges declared claims.

    With two seeds or more the labels divide the seeds of every cell and split; with one they divide the cells of every
    split. They are drawn anew in every split: so the plain t is right, about 5 %, and the corrected interval, made for
    differences that the table itself causes, rarely errs. More than that means that the intervals are too narrow for
    scores distributed like these. How splits of one table depend on each other does not show, nor do runs that are
    counted twice: that is what the twins of `nnjax.calibration` are for.

    Scores of every run are [C, J, S], finite; J >= 2, and C >= 2 or S >= 2.

    Raises:
        ValueError: If nothing can be divided, or numbers are not finite.

    >>> scores = np.random.default_rng(0).normal(size=(6, 10, 1))
    >>> placebo_rates(scores, 331, 111, 0.02, np.random.default_rng(1), 200).corrected
    0.0
    """
    x = np.asarray(scores, dtype=np.float64)
    if x.ndim != 3 or x.shape[1] < 2 or max(x.shape[0], x.shape[2]) < 2 or not np.isfinite(x).all():
        raise ValueError(f"scores of shape {x.shape}: need finite [C, J, S] with two splits, and two cells or seeds")
    is_within = x.shape[2] > 1
    found = [
        paired_interval(_label_differences(x, is_within, generator), n_train, n_test, level)
        for _ in range(relabellings)
    ]
    judged = [judge("beats", interval, margin).verdict is Verdict.SUPPORTED for interval in found]
    return PlaceboRates(
        corrected=float(np.mean([interval.low > 0.0 or interval.high < 0.0 for interval in found])),
        plain=float(np.mean([interval.low_plain > 0.0 or interval.high_plain < 0.0 for interval in found])),
        supported=float(np.mean(judged)),
        relabellings=relabellings,
        is_within_cells=is_within,
    )


def _label_differences(
    scores: NDArray[np.float64], is_within: bool, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Mean of label a minus mean of label b in every split, [J]; an odd one out has no label."""
    axis = 2 if is_within else 0
    shuffled = generator.permuted(scores, axis=axis)
    half = scores.shape[axis] // 2
    a, b = (np.take(shuffled, range(start, start + half), axis=axis) for start in (0, half))
    return np.asarray(a.mean(axis=(0, 2)) - b.mean(axis=(0, 2)))
