import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.metrics import judged
from nnjax.tracking import views
from nnjax.tracking.layout import lay_out
from nnjax.tracking.views import RUNS_PAGE, encode_view, prepared_views, shown_replicates, view_tags


def decode_view(value):
    """What `encode_view` packed: name, createdAt and the state as a dictionary."""
    content = json.loads(value)
    packed = base64.b64decode(content["state"].removeprefix("deflate;"))
    return content | {"state": json.loads(zlib.decompress(packed))}


@pytest.fixture(scope="module")
def prepared(description):
    return {view.key: view for view in prepared_views(description, has_run_curves=True)}


def test_there_is_a_view_for_every_studied_factor_and_the_leaderboard_comes_first(prepared):
    assert list(prepared) == [
        "nnjax-leaderboard",
        "nnjax-activation",
        "nnjax-depth",
        "nnjax-batch_size",
        "nnjax-vanishing-gradient",
        "nnjax-all-factors",
    ]


def test_a_tag_decodes_to_the_view(prepared):
    view = prepared["nnjax-activation"]
    content = decode_view(encode_view(view, 17))
    assert (content["name"], content["createdAt"]) == ("2 activation", 17)
    assert content["state"] == views.view_state(view)
    assert content["state"]["groupBy"]["groupByKeys"] == [{"mode": "param", "groupByData": "activation"}]


def test_every_chart_stands_under_a_heading_of_its_view(prepared):
    for view in prepared.values():
        state = views.view_state(view)
        headings = {section["uuid"] for section in state["compareRunSections"]}
        assert {chart["metricSectionId"] for chart in state["compareRunCharts"]} <= headings
        assert len({chart["uuid"] for chart in state["compareRunCharts"]}) == len(state["compareRunCharts"])


def test_sorting_is_by_a_metric_or_mlflow_would_nest_the_rows(prepared):
    assert all(views.view_state(view)["orderByKey"].startswith("metrics.") for view in prepared.values())


def test_the_menu_lists_the_newest_first_so_the_leaderboard_is_newest(description):
    created = [decode_view(value)["createdAt"] for value in view_tags(description, True, 1000).values()]
    assert created == sorted(created, reverse=True)


def test_the_same_sweep_has_the_same_tags(description):
    assert view_tags(description, False, 5) == view_tags(description, False, 5)


def test_without_curves_of_runs_a_factor_is_compared_by_cells(description):
    (view,) = [view for view in prepared_views(description, False) if view.key == "nnjax-depth"]
    assert view.group_by is None
    assert view.conditions["tags.`nnjax.kind`"] == "cell"


def test_depth_1_alone_has_no_vanishing_gradient(describe):
    flat = describe(factors={"activation": ("a", "b"), "depth": ("1",)}, setting={"activation": "a", "depth": "1"})
    assert "nnjax-vanishing-gradient" not in [view.key for view in prepared_views(flat, False)]


def test_a_wide_study_pins_nuisance_factors_until_a_page_holds_it(describe):
    levels = tuple(str(level) for level in range(9))
    factors = {"activation": levels, "depth": levels, "l2": levels}
    wide = describe(factors=factors, setting=dict.fromkeys(factors, "4"), studied=("activation", "depth"))
    view = prepared_views(wide, False)[-1]
    assert view.conditions["params.`l2`"] == "4"
    assert list(view.params) == ["activation", "depth"]


def test_a_view_too_long_for_a_tag_is_refused(prepared, monkeypatch):
    monkeypatch.setattr(views, "TAG_LIMIT", 100)
    with pytest.raises(ValueError, match="a tag has 100"):
        encode_view(prepared["nnjax-leaderboard"], 0)


def test_every_metric_of_the_views_is_told(sweep):
    prepared = {view.key: view for view in prepared_views(sweep.description, has_run_curves=True)}
    layout = lay_out(sweep.description, sweep.tables, {})
    told = {point.key for run in (*layout.cells, *layout.runs) for point in run.points}
    not_made_up = {"grad_ratio", "dead"}
    assert {metric for view in prepared.values() for metric in (*view.scores, *view.metrics)} <= told | not_made_up
    charts = [chart for view in prepared.values() for section in view.sections for chart in section.charts]
    assert {chart["metricKey"] for chart in charts if "metricKey" in chart} <= told
    assert {axis["key"] for chart in charts for axis in (chart.get("xaxis"), chart.get("yaxis")) if axis} <= told
    assert all(set(chart["selectedMetrics"]) <= told for chart in charts if "selectedMetrics" in chart)


def test_the_leaderboard_is_sorted_by_the_validation_rows(sweep):
    leaderboard = prepared_views(sweep.description, has_run_curves=True)[0]
    order = views.view_state(leaderboard)["orderByKey"]
    assert (
        order
        == {"regression": "metrics.`validation_r2`", "classification": "metrics.`validation_accuracy`"}[sweep.task]
    )


def test_tables_begin_with_scores_and_a_column_stands_there_once(sweep):
    for view in prepared_views(sweep.description, has_run_curves=False):
        columns = views.view_state(view)["columnOrder"]
        assert f"metrics.`{judged('test', sweep.task)}`" in columns[:2]
        assert len(columns) == len(set(columns))


def axes(view):
    """What the parallel coordinates of a view have as axes."""
    [chart] = [chart for section in view.sections for chart in section.charts if chart["type"] == "PARALLEL"]
    return [*chart["selectedParams"], *chart["selectedMetrics"]]


def test_every_cell_has_all_axes_of_all_factors_or_mlflow_would_leave_it_out(sweep):
    found = axes(prepared_views(sweep.description, has_run_curves=True)[-1])
    for cell in lay_out(sweep.description, sweep.tables, {}).cells:
        assert set(found) <= {*cell.params, *(point.key for point in cell.points)}
    assert found[:4] == ["activation", "depth", "batch_size", "l2"]


@pytest.mark.parametrize(
    ("levels", "is_axis"),
    [
        (("64", "128"), True),
        (("none", "64"), False),
        (("64", "64-32"), False),
        (("64-32", "32-64"), True),
        (tuple(f"word {number}" for number in range(31)), False),
        (tuple(map(str, range(31))), True),
    ],
)
def test_an_axis_of_which_mlflow_would_leave_levels_out_is_none(levels, is_axis, describe):
    factors = {"activation": ("a", "b"), "hidden_layer_sizes": levels}
    study = describe(factors=factors, setting={"activation": "a", "hidden_layer_sizes": levels[0]})
    assert ("hidden_layer_sizes" in axes(prepared_views(study, False)[-1])) == is_axis


def test_views_hold_at_most_a_page(prepared, describe, tables_with_curves):
    layout = lay_out(describe("main"), tables_with_curves, {})
    for view in (view for view in prepared.values() if view.group_by):
        wanted = view.conditions["tags.`nnjax.reference`"].strip("%")
        rows = [run for run in layout.runs if wanted in run.tags.get("nnjax.reference", "")]
        assert {run.params[view.group_by] for run in rows} == set(view.levels)
        assert len(rows) <= 100


@given(st.integers(1, 500))
def test_a_comparison_fits_on_a_page_if_it_can(levels):
    assert shown_replicates(levels) >= 1
    assert levels > RUNS_PAGE or levels * shown_replicates(levels) <= RUNS_PAGE
