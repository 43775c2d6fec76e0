"""MLflow's own pages in a real browser: the views that the sync prepared, and the report inside its sandboxed frame."""

from contextlib import closing

import pytest

from nnjax.tracking.sync import Destination, sync_tables

PATIENCE = 120_000
"""Milliseconds."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(chromium):
    """A page as wide as MLflow likes it."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


@pytest.fixture(scope="module")
def link(server, describe, tables_with_curves, tmp_path_factory):
    """The deep link to a sweep told to the server, a study apart from those of other tests."""
    study = describe("reference", study="in-a-browser")
    return sync_tables(study, tables_with_curves, Destination(server, tmp_path_factory.mktemp("home"))).deep_link


def found(page, selector, count):
    """The elements, once there are enough of them."""
    page.locator(selector).nth(count - 1).wait_for(state="attached")
    return page.locator(selector)


@pytest.fixture
def open_view(page, link):
    """Opens a view by the link that was printed, its charts or its table."""

    def open_it(view, mode="CHART"):
        page.goto("about:blank")
        page.goto(link.replace("nnjax-leaderboard", f"nnjax-{view}").replace("CHART", mode))

    return open_it


def test_the_link_opens_charts_of_the_ten_best_cells_with_their_scores(page, open_view, tables_with_curves):
    open_view("leaderboard")
    assert found(page, ".js-plotly-plot .bars .point text", 10).count() == 10
    best = tables_with_curves.cells.iloc[0]
    assert best["cell"] in found(page, ".ag-row[row-index='0']", 1).first.inner_text()
    assert f"{best['test_score']:.2f}" in page.locator(".js-plotly-plot .bars .point text").all_text_contents()


def test_the_first_screen_of_a_new_browser_shows_the_scores_even_beside_mlflow_s_assistant(page, open_view):
    open_view("leaderboard", "TABLE")
    found(page, ".ag-center-cols-container .ag-row", 10)
    found(page, "button[data-assistant-ui]", 1).click()
    found(page, "[data-assistant-ui] textarea", 1)
    seen = page.locator(".ag-center-cols-viewport").first.bounding_box()
    for score in ("validation_r2", "test_r2", "test_r2_low"):
        head = page.locator(f".ag-header-cell[col-id='metrics.`{score}`']").bounding_box()
        assert head["x"] + head["width"] <= seen["x"] + seen["width"]


def test_a_new_browser_stays_under_model_training_and_what_a_person_chooses_stays(chromium, link):
    with closing(chromium.new_context()) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(link)
        found(page, ".ag-row a", 1).first.click()
        page.wait_for_url("**/runs/*")
        found(page, "[data-testid='experiment-observatory-link-runs'] >> text=Runs", 1)
        assert not page.locator("[data-assistant-ui] textarea").count()
        assert not page.locator("text=Evaluation runs").count()
        page.locator("text=GenAI").first.click()
        found(page, "text=Evaluation runs", 1)
        page.reload()
        found(page, "text=Evaluation runs", 1)


def test_all_factors_draw_the_cells_of_depth_1_too(page, open_view):
    open_view("all-factors")
    ticks = found(page, ".parcoords .dimension:nth-child(2) .tick text", 2).all_text_contents()
    assert {"1.0", "4.0"} <= set(ticks)


def test_the_view_of_a_factor_draws_a_line_and_a_band_for_every_level(page, open_view):
    open_view("activation")
    assert found(page, ".js-plotly-plot .scatterlayer .trace", 4).count() >= 2 * 2
    assert "Group: relu" in page.inner_text("body")
