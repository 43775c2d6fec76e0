import dataclasses
import math

import pytest

from nnjax.metrics import judged
from nnjax.tracking import names
from nnjax.tracking.layout import lay_out

COLORS = {"relu": "#0072b2", "logistic": "#d55e00"}


@pytest.fixture(scope="module")
def layout(description, tables):
    return lay_out(description, tables, COLORS)


def test_runs_hang_under_their_cells_and_cells_under_the_sweep(layout):
    cells = {cell.identity for cell in layout.cells}
    assert len(cells) == 16
    assert {run.parent for run in layout.runs} == cells
    assert {cell.parent for cell in layout.cells} == {layout.sweep.identity}


def test_every_run_has_an_identity_of_its_own(layout):
    assert len({run.identity for run in layout.runs}) == len(layout.runs) == 48


def test_only_finite_numbers_are_told_and_none_of_another_task(sweep):
    layout = lay_out(sweep.description, sweep.tables, COLORS)
    points = [point for run in (*layout.cells, *layout.runs) for point in run.points]
    assert all(math.isfinite(point.value) for point in points)
    told = {point.key for point in points}
    other = "accuracy" if sweep.task == "regression" else "r2"
    assert not [key for key in told if other in key]
    assert {judged("test", sweep.task), "fit/validation_loss", "function_evaluations"} <= told


def test_the_sweep_says_its_target_and_its_changes(sweep):
    description = dataclasses.replace(sweep.description, overrides=("epochs=5", 'activation=["relu"]'))
    params = lay_out(description, sweep.tables, COLORS).sweep.params
    assert params[judged("target", sweep.task)] == "0.4"
    assert params["overrides"] == "epochs=5 'activation=[\"relu\"]'"


def test_what_a_study_fixes_apart_from_the_default_is_a_param(sweep, layout):
    assert {run.params["dropout"] for run in lay_out(sweep.description, sweep.tables, COLORS).runs} == {"0.5"}
    assert not any("dropout" in run.params for run in layout.runs)


@pytest.mark.parametrize(("commit", "dirty"), [("c0ffee", None), ("c0ffee+", "true")])
def test_a_changed_checkout_is_told_as_such(describe, tables, commit, dirty):
    tags = lay_out(describe(commit=commit), tables, COLORS).sweep.tags
    assert (tags[names.COMMIT], tags.get(names.COMMIT_IS_DIRTY)) == ("c0ffee", dirty)


def test_a_diverged_run_has_failed_and_says_when(layout):
    (diverged,) = [run for run in layout.runs if run.status == "FAILED"]
    finals = {point.key: point.value for point in diverged.points}
    assert diverged.tags[names.STATUS] == "diverged"
    assert finals["diverged_epoch"] == 5
    assert "test_r2" not in finals


def test_a_cell_counts_its_diverged_runs(layout):
    counts = {point.value for cell in layout.cells for point in cell.points if point.key == "diverged"}
    assert counts == {0.0, 1.0}


def test_params_are_text_in_the_study_s_order_with_the_full_batch_as_a_number(layout):
    run = layout.runs[-1]
    assert list(run.params)[:4] == ["activation", "depth", "batch_size", "l2"]
    assert run.params["batch_size"] == "265"
    assert {"split", "seed"} <= set(run.params)
    assert not {"split", "seed"} & set(layout.cells[0].params)


def test_finals_stand_at_step_0_and_curves_spread_over_the_run(layout):
    cell = layout.cells[0]
    curve = [point for point in cell.points if point.key == "fit/validation_r2"]
    assert {point.step for point in cell.points if "/" not in point.key} == {0}
    assert (curve[0].timestamp, curve[-1].timestamp) == (cell.start, cell.end)
    assert len(curve) == 25


def test_single_runs_have_no_curves_unless_asked_for(layout, describe, tables_with_curves):
    assert not any("/" in point.key for run in layout.runs for point in run.points)
    told = lay_out(describe("main"), tables_with_curves, COLORS)
    assert all(any("/" in point.key for point in run.points) for run in told.runs)


def test_reference_curves_are_those_of_runs_that_a_view_shows(describe, tables_with_curves):
    told = lay_out(describe("reference"), tables_with_curves, COLORS)
    with_curves = {run.identity for run in told.runs if any("/" in point.key for point in run.points)}
    assert with_curves == {run.identity for run in told.runs if names.REFERENCE in run.tags}
    assert len(with_curves) == 5 * 3


def test_a_cell_that_lacks_a_run_waits(description, tables):
    results = tables.results.copy()
    results.loc[5, "status"] = "missing"
    layout = lay_out(description, dataclasses.replace(tables, results=results), COLORS)
    assert (len(layout.cells), len(layout.runs), layout.waiting) == (15, 45, 1)


def test_the_activation_has_its_colour(layout):
    assert {(run.params["activation"], run.tags[names.RUN_COLOR]) for run in layout.runs} == set(COLORS.items())
