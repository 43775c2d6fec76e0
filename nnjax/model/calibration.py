"""What the fold networks say of rows that they have not seen: the scores that intervals and sets are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnjax.model.coverage import true_scores, units_of
from nnjax.model.standalone import Model
from nnjax.model.weights_file import Arrays
from nnjax.statistics.conformal import canonical_level, conformal_rank, exact_level, fewest_units, proven_level
from nnjax.sweep.space import Space


@dataclass(frozen=True)
class Calibration:
    """What intervals are made of, or why there are none.

    Attributes:
        arrays: fold_<k>.rows, .units and .scores.
        intervals: Level, units, what is proven; None without intervals.
        why_not: Why there are none; empty where there are.
    """

    arrays: Arrays = field(default_factory=dict)
    intervals: dict[str, Any] | None = None
    why_not: str = ""


def first_repeat(space: Space) -> range:
    """Numbers of the splits of the first repeat."""
    return range(space.study.split_plan.folds)


def no_intervals_why(space: Space, level: Fraction, tested: Sequence[int]) -> str:
    """Why a study's splits, of which those tested have a network, give no intervals at a level; empty where they do."""
    method, order = space.study.replicates.method, space.table.arrangement
    if order is not None and order.role == "order":
        return f"rows along time are not exchangeable, which intervals rest on; {method} gives none"
    splits = [space.splits[number] for number in first_repeat(space)]
    tests = np.bincount(np.concatenate([split.test for split in splits]), minlength=len(space.table.target))
    if not (tests == 1).all():
        return f"the test rows of {method} do not hold every row once; repeated_k_fold's and group_k_fold's do"
    if lost := [number for number in first_repeat(space) if number not in tested]:
        return f"every run of split {lost[0]} diverged, so nobody knows how far off it is"
    units = units_of(space)
    count = len(np.unique(units))
    if conformal_rank(level, count) is None:
        kind = "rows" if space.table.groups is None else "groups"
        needed = f"it takes {fewest_units(level):,}; ask `nnjax fit STUDY` for less by --level"
        return f"at {canonical_level(level)}, {count:,} {kind} are too few: {needed}"
    return ""


def score_folds(space: Space, tested: Model, columns: NDArray[np.float64], level: str) -> Calibration:
    """Scores of every row by the networks of the fold that held it out, and the level that is proven with them.

    The model has networks of all splits, and reads the table's raw columns; the level is told as it was written.
    """
    exact = exact_level(level)
    if why := no_intervals_why(space, exact, [*tested.folds]):
        return Calibration(why_not=why)
    units, arrays = units_of(space), Arrays()
    for fold in first_repeat(space):
        rows = space.splits[fold].test.astype(np.int64)
        predicted = tested.fold(fold, columns[rows])
        arrays |= {
            f"fold_{fold}.rows": rows,
            f"fold_{fold}.units": units[rows],
            f"fold_{fold}.scores": true_scores(space, predicted, rows),
        }
    counts = [len(np.unique(arrays[f"fold_{fold}.units"])) for fold in first_repeat(space)]
    proven = _proven(space, exact, counts)
    intervals = {
        "level": level,
        "units": "rows" if space.table.groups is None else "groups",
        "count": sum(counts),
        "proven": None if proven is None else float(proven),
        "dealt_by_size": is_dealt_by_size(space),
    }
    return Calibration(arrays, intervals)


def is_dealt_by_size(space: Space) -> bool:
    """Whether groups of unequal size were dealt to folds so that these have like numbers of rows."""
    sizes = np.unique(units_of(space), return_counts=True)[1]
    return space.study.split_plan.folds < len(sizes) and len(np.unique(sizes)) > 1


def _proven(space: Space, level: Fraction, counts: Sequence[int]) -> Fraction | None:
    """What is proven for folds that were dealt as the study's are: classes balanced, and groups by their rows."""
    if space.study.replicates.method == "predefined":
        return None
    return proven_level(
        level,
        counts,
        grouped=space.table.groups is not None,
        dealt_by_size=is_dealt_by_size(space),
        classes_dealt=len(space.table.class_names),
    )
