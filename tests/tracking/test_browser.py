"""MLflow's own pages in a real browser: the views that the sync prepared, and the report inside its sandboxed frame."""

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


def test_the_link_opens_the_leaderboard_with_the_best_cell_on_top(page, link, tables_with_curves):
    page.goto(link)
    found(page, ".ag-center-cols-container .ag-row", 10)
    first = found(page, ".ag-pinned-left-cols-container .ag-row[row-index='0']", 1).first
    assert tables_with_curves.cells["cell"].iloc[0] in first.inner_text()
    assert "validation_r2" in page.locator(".ag-header").first.inner_text()


def test_the_view_of_a_factor_draws_a_line_and_a_band_for_every_level(page, link):
    page.goto("about:blank")
    page.goto(f"{link.replace('nnjax-leaderboard', 'nnjax-activation')}&compareRunsMode=CHART")
    assert found(page, ".js-plotly-plot .scatterlayer .trace", 4).count() >= 2 * 2
    assert "Group: relu" in page.inner_text("body")
