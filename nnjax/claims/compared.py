"""What a claim compares, split by split: numbers, or what is known of those that are censored."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.claims.target import target_times
from nnjax.judged import USUAL, Judged
from nnjax.metrics import EPOCHS_TO_TARGET, METRICS
from nnjax.statistics.censoring import Bounds
from nnjax.statistics.components import VarianceComponents, variance_components
from nnjax.statistics.convergence import log2_bounds
from nnjax.statistics.interval import seed_averaged_differences


class Reached(NamedTuple):
    """How many runs of an arm reach the target, of all that were trained."""

    reached: int
    runs: int


class Compared(NamedTuple):
    """What a claim compares.

    Attributes:
        by_split: Difference of the arms, or the quantity of the one, seeds averaged [J].
        components: Variance between seeds and between splits; None with one seed a split, or where seeds do not pair.
        reached: Of each arm, for a claim on the epochs to the target; else empty.
    """

    by_split: Bounds
    components: VarianceComponents | None
    reached: tuple[Reached, ...]


def compare_arms(
    metric: str, arms: Sequence[pd.DataFrame], splits: Sequence[int], judged: Judged | None = None
) -> Compared:
    """The numbers of a claim: of A alone, or differences of A and B such that a positive one favours A.

    Args:
        metric: What is compared.
        arms: The runs of arm A, and of B where there is one: one cell a split.
        splits: All splits that were planned.
        judged: What the study is judged by, whose scores the runs have; None for what the metric's task usually is.
    """
    judged = judged or USUAL.get(METRICS[metric].task)
    values = [_by_split_and_seed(arm, metric, splits, judged) for arm in arms]
    if len(values) == 2 and METRICS[metric].better == "lower":
        values.reverse()
    reached = tuple(_reached(arm) for arm in arms) if metric == EPOCHS_TO_TARGET else ()
    return Compared(_averaged(values), _components(values), reached)


def _averaged(values: Sequence[Bounds]) -> Bounds:
    """Seeds averaged; the difference is least where the first is least and the second greatest."""
    if len(values) == 1:
        return Bounds(values[0].least.mean(axis=1), values[0].greatest.mean(axis=1))
    (least, greatest), (least_other, greatest_other) = values
    return Bounds(seed_averaged_differences(least, greatest_other), seed_averaged_differences(greatest, least_other))


def _components(values: Sequence[Bounds]) -> VarianceComponents | None:
    """Variance of the known filling between seeds and splits, where seeds pair up."""
    if any(part.least.shape != values[0].least.shape for part in values) or values[0].least.shape[1] < 2:
        return None
    first, *others = values
    known = (first.minus(others[0]) if others else first).filling
    return None if known is None else variance_components(known)


def _by_split_and_seed(runs: pd.DataFrame, metric: str, splits: Sequence[int], judged: Judged | None) -> Bounds:
    """The metric [J, S], NaN where there is none; epochs to target and passes as log₂."""
    is_race = metric == EPOCHS_TO_TARGET
    numbers = log2_bounds(target_times(runs), runs["epochs"]) if is_race else _known(runs, metric, judged)
    return Bounds(*(_wide(runs, part, splits) for part in numbers))


def _known(runs: pd.DataFrame, metric: str, judged: Judged | None) -> Bounds:
    usual = USUAL.get(METRICS[metric].task)
    if judged and metric in judged.scores:  # a run that diverged has the worst
        numbers = judged.sign * runs[judged.column(metric)].to_numpy(dtype=float)
    elif usual and metric in usual.scores:  # there, too, where the study is judged by another measure
        numbers = runs[usual.beside[metric]].to_numpy(dtype=float)
    else:
        numbers = runs[metric].to_numpy(dtype=float)
    numbers = np.log2(np.maximum(numbers, 1.0)) if METRICS[metric].counts else numbers
    return Bounds(numbers, numbers)


def _wide(runs: pd.DataFrame, numbers: NDArray[np.float64], splits: Sequence[int]) -> NDArray[np.float64]:
    table = pd.DataFrame({"split": runs["split"], "seed_index": runs["seed_index"]}).assign(number=numbers)
    wide = table.pivot(index="split", columns="seed_index", values="number").reindex(pd.Index(splits))
    return wide.to_numpy(dtype=float) if wide.shape[1] else np.full((len(splits), 1), np.nan)


def _reached(runs: pd.DataFrame) -> Reached:
    times = target_times(runs)
    return Reached(int((times <= runs["epochs"]).sum()), int((~np.isnan(times)).sum()))
