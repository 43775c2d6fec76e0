"""What a study is judged by: its key `metric`, checked, and what a run that diverged counts as in it."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from nnjax.data.tables import Table
from nnjax.judged import USUAL, Judged
from nnjax.metrics import MEASURES
from nnjax.sweep.study.checks import Draft
from nnjax.sweep.study.errors import Fault, show_value
from nnjax.sweep.study.split_checks import split_name
from nnjax.sweep.study.values import ON_VALIDATION_ROWS
from nnjax.training.class_measures import ClassPredictions, measure_classes
from nnjax.training.number_measures import NumberPredictions, measure_numbers

AS_A_CONSTANT = 2.0
"""Where nothing bounds a measure, the worst that counts is so many times that of a constant prediction."""


def judged_by(metric: str, table: Table) -> Judged:
    """The measure of a study's key `metric` on its table; the task's usual one if that is empty.

    The worst is the lowest that there is, as of accuracies; of errors the highest; where nothing bounds them, twice
    that of a constant, the mean of the target or the shares of the classes. (R² is clipped at −1, where the squared
    error is twice that of a constant.)
    """
    usual = USUAL[table.task]
    if not metric or metric == usual.measure.name:
        return usual
    measure = next(each for each in MEASURES if each.name == metric)
    if measure.better == "higher":
        return Judged(measure, measure.lowest)
    if metric == "brier" and len(table.class_names) == 2:
        return Judged(measure, 1.0)
    if math.isfinite(measure.highest):
        return Judged(measure, measure.highest)
    return Judged(measure, AS_A_CONSTANT * _of_a_constant(metric, table))


def _of_a_constant(metric: str, table: Table) -> float:
    weights = None if table.weights is None else table.weights.values
    if table.labels is not None:
        shares = np.bincount(table.labels, weights, len(table.class_names))
        said = np.broadcast_to(shares / shares.sum(), (1, len(table.labels), len(shares)))
        return float(measure_classes(ClassPredictions(table.labels, said, weights), (metric,))[metric][0])
    mean = np.average(table.target, axis=0, weights=weights)
    said = np.broadcast_to(mean, (1, *table.target.shape))
    return float(measure_numbers(NumberPredictions(table.target, said, weights), (metric,))[metric][0])


def name_metric(raw: dict[str, Any]) -> None:
    """Let claims without a metric of their own be about the study's."""
    metric, claims = raw.get("metric"), raw.get("claims")
    if not isinstance(metric, str) or metric not in {each.name for each in MEASURES} or not isinstance(claims, list):
        return
    for claim in claims:
        if isinstance(claim, dict) and claim.get("kind") != "all":
            claim.setdefault("metric", f"test_{metric}")


def check_metric(draft: Draft) -> Iterator[Fault]:
    """The data set's task has the measure, and it is defined there; a threshold decides between two classes."""
    metric, task = draft.file.metric, draft.table.task
    if draft.file.decision_threshold == ON_VALIDATION_ROWS and len(draft.table.class_names) != 2:
        value = show_value(draft.file.decision_threshold)
        problem = f"{draft.file.data.title} has not two classes, between which a threshold decides"
        yield Fault("decision_threshold", value, problem, "remove decision_threshold")
    if metric is None:
        return
    value = show_value(metric)
    known = [each.name for each in MEASURES if each.task == task and each.name != "pinball_loss"]
    if metric == "pinball_loss" and task == "regression":
        problem = "baselines predict no quantile, and have none"
        remedy = 'remove metric; where a cell has loss = "quantile", claims may have metric = "test_pinball_loss"'
        yield Fault("metric", value, problem, remedy)
    elif metric not in known:
        problem = f"{draft.file.data.title} is for {task}, which has no {metric}"
        yield Fault("metric", value, problem, f"measures: {', '.join(known)}")
    elif metric == "poisson_deviance" and bool((draft.table.target < 0).any()):
        yield Fault("metric", value, "the target has numbers below 0, of which there is none", "remove metric")
    elif lacking := _lacking_class(draft, metric):
        yield Fault("metric", value, f"does not exist for {lacking}", 'write metric = "balanced_accuracy", or "f1"')


def _lacking_class(draft: Draft, metric: str) -> str:
    """The first validation or test rows that lack a class which the measure needs, and which; empty if none do."""
    needs = next(each.needs_every_class for each in MEASURES if each.name == metric)
    names, labels = draft.table.class_names, draft.table.labels
    if labels is None or not needs:
        return ""
    for place, split in enumerate(draft.splits):
        for part, rows in (("validation", split.validation), ("test", split.test)):
            missing = np.setdiff1d(np.arange(len(names)), labels[rows])
            if len(missing):
                none = f"have none of class {show_value(names[int(missing[0])])}"
                return f"the {part} rows of {split_name(draft, place)}, which {none}"
    return ""
