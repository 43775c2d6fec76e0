"""The splits of a search: their rows, and what an interval of a mean over them is worth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnjax.data.arrangement import Arrangement
from nnjax.data.known_intervals import (
    ALONG_TIME,
    FOR_EACH_GROUP,
    FOR_FOLDS,
    FOR_GROUPS,
    FOR_SHARES,
    OF_MADE_FOLDS,
    KnownInterval,
)

_KNOWN: dict[str, KnownInterval] = {
    **dict.fromkeys(("KFold", "StratifiedKFold", "RepeatedKFold", "RepeatedStratifiedKFold", "LeaveOneOut"), FOR_FOLDS),
    **dict.fromkeys(("ShuffleSplit", "StratifiedShuffleSplit"), FOR_SHARES),
    **dict.fromkeys(("GroupKFold", "StratifiedGroupKFold"), FOR_GROUPS),
    "LeaveOneGroupOut": FOR_EACH_GROUP,
    "TimeSeriesSplit": ALONG_TIME,
    **dict.fromkeys(("PredefinedSplit", "a list of splits"), OF_MADE_FOLDS),
}
"""scikit-learn's splitters -> what is known of intervals over their splits; of others nothing is."""

_IN_ORDER = (
    "The splitter did not shuffle: the folds are blocks of rows in the order of the table. The intervals hold only if "
    "that order means nothing: no time, no persons, no sorting."
)


@dataclass(frozen=True)
class SearchSplits:
    """The splits of a search, as the correction of an interval counts them.

    Attributes:
        method: The splitter's name.
        n_splits: Number of splits J.
        n_train: Mean number of training rows, rounded down.
        n_test: Mean number of test rows, rounded up: both roundings make intervals wider.
        known: What is known of intervals over such splits, with its source.
        doubt: Why nobody knows whether they hold; empty where they are known to.
        caution: On what condition they hold; empty without one.
        folds: Splits of one repeat; 0 for a splitter without repeats.
    """

    method: str
    n_splits: int
    n_train: int
    n_test: int
    known: str
    doubt: str = ""
    caution: str = ""
    folds: int = 0

    @property
    def sizes(self) -> tuple[int, int]:
        """Training and test rows: what the corrected interval takes."""
        return self.n_train, self.n_test


def judge_splits(cv: Any, rows: Sequence[Sequence[int]], groups: Any = None) -> SearchSplits:
    """The splits that a search was scored on.

    Args:
        cv: The splitter, as scikit-learn's `check_cv` makes it of whatever a search is given.
        rows: Number of training and of test rows of every split [J].
        groups: The group of every row, where the splitter was given them.

    >>> from sklearn.model_selection import KFold, TimeSeriesSplit
    >>> judge_splits(KFold(2), [(353, 89), (354, 88)]).sizes
    (353, 89)
    >>> judge_splits(TimeSeriesSplit(2), [(10, 5), (15, 5)]).doubt
    'no interval is known to hold for test blocks along time'
    """
    method = _method(cv)
    known = _KNOWN.get(method, _of_unknown(method))
    n_train, n_test = (float(side) for side in np.mean(rows, axis=0))
    return SearchSplits(
        method=method,
        n_splits=len(rows),
        n_train=math.floor(n_train),
        n_test=math.ceil(n_test),
        known=known.words,
        doubt=_doubt(known, method, groups),
        caution=_IN_ORDER if _is_in_order(cv, method) else "",
        folds=_folds(cv, method, len(rows)),
    )


def _method(cv: Any) -> str:
    name = type(cv).__name__
    return "a list of splits" if name == "_CVIterableWrapper" else name


def _of_unknown(method: str) -> KnownInterval:
    return KnownInterval(
        f"nobody has looked at {method}", unknown=f"no interval is known to hold for the splits of {method}"
    )


def _doubt(known: KnownInterval, method: str, groups: Any) -> str:
    if not known.fewest:
        return known.unknown
    if groups is None:
        return f"intervals of {method} are known to hold from {known.fewest} groups of equal size on"
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    return known.doubt(method, Arrangement("groups", "groups", codes.astype(np.int64)))


def _is_in_order(cv: Any, method: str) -> bool:
    """Whether the folds follow the rows: scikit-learn's default."""
    is_shuffled = getattr(cv, "shuffle", False)
    return method in ("KFold", "StratifiedKFold") and not is_shuffled


def _folds(cv: Any, method: str, n_splits: int) -> int:
    if _KNOWN.get(method) is not FOR_FOLDS or method == "LeaveOneOut":
        return 0
    return n_splits // int(getattr(cv, "n_repeats", 1))
