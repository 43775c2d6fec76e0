import dataclasses
import math

import pytest

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


def test_only_finite_numbers_are_told(layout):
    assert all(math.isfinite(point.value) for run in (*layout.cells, *layout.runs) for point in run.points)


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
