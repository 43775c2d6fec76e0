"""Every number is declared once, and whoever computes, keeps, compares or shows numbers takes it from there."""

import numpy as np
import pytest

from nnjax.judged import USUAL, compared_by
from nnjax.metrics import CURVES, FINALS, JUDGED, MEASURES, METRICS, TASKS, judged, names
from nnjax.results.columns import RESULT_COLUMNS
from nnjax.sweep.journal.journal import NOT_MEASURED
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA
from nnjax.tracking.names import TOLD, fit_curves
from nnjax.training.class_scores import score_classes
from nnjax.training.finals import score

COMPUTED = {
    "regression": score(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.5, 3.0])),
    "classification": score_classes(np.array([0, 1, 1]), np.array([[0.8, 0.2], [0.4, 0.6], [0.7, 0.3]])),
}
"""Task -> what the engine makes of targets and predictions."""


def test_every_name_stands_for_one_thing_and_is_explained():
    entries = (*RESULT_COLUMNS, *CURVES)
    assert len(set(names(entries))) == len(entries)
    assert [each.name for each in entries if not each.meaning.endswith(".") or len(each.meaning) < 10] == []


def names_of(measures):
    return [each.name for each in measures]


@pytest.mark.parametrize("task", TASKS)
def test_what_is_declared_is_what_is_computed(task):
    computed = COMPUTED[task]._asdict()
    declared = [each for each in MEASURES if each.task == task and not each.is_of_predictions]
    assert names_of(declared) == list(computed)
    assert all(each.lowest <= computed[each.name] <= each.highest for each in declared)


@pytest.mark.parametrize("task", TASKS)
def test_a_task_has_its_own_numbers_and_those_of_both(task):
    own = set(names(compared_by(USUAL[task])))
    assert {judged(part, task) for part in ("validation", "test", "last_validation", "last_test")} <= own
    assert set(METRICS) - own == {name for name, metric in METRICS.items() if metric.task not in ("", task)}
    assert {curve.name for curve in CURVES if curve.task == task} <= set(fit_curves(task)) <= set(names(CURVES))


def test_of_each_measure_runs_are_chosen_by_every_name_says_rows_and_epoch():
    for task, measure in JUDGED.items():
        for name in (judged(part, task) for part in ("validation", "test", "last_validation", "last_test")):
            metric = METRICS[name]
            assert (metric.epoch == "last") == name.startswith("last_")
            assert metric.is_on_test_rows == ("test" in name)
            assert USUAL[task].column(name) == name.replace(measure.name, "score")


def test_what_a_study_or_predictions_know_is_in_no_journal_and_all_else_is():
    of_study = {final.name for final in FINALS if final.is_of_study or final.is_of_predictions}
    assert set(names(FINALS)) - set(JOURNAL_SCHEMA.names) == of_study


def test_what_a_task_does_not_have_may_be_left_out_of_a_row():
    of_tasks = (each for each in (*METRICS.values(), *CURVES) if each.task and each.name in JOURNAL_SCHEMA.names)
    assert {each.name for each in of_tasks} <= set(NOT_MEASURED)


@pytest.mark.parametrize("task", TASKS)
def test_mlflow_is_told_in_the_order_of_the_results_but_for_the_target(task):
    told = [name for name in TOLD if name in names(compared_by(USUAL[task]))]
    place = told.index("function_evaluations")
    told[place - 1], told[place] = told[place], told[place - 1]
    assert told == names(compared_by(USUAL[task]))
