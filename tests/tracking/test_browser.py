import shutil

import pytest

from nnjax.tracking.sync import Destination, sync_tables

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE_SECONDS = 120

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("mlflow-server"),
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="chromium or chromedriver is not installed"),
]

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,1000",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A real browser with a profile of its own."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def link(server, describe, tables_with_curves, tmp_path_factory):
    """The deep link to a sweep told to the server, a study apart from those of other tests."""
    study = describe("reference", study="in-a-browser")
    return sync_tables(study, tables_with_curves, Destination(server, tmp_path_factory.mktemp("home"))).deep_link


def found(browser, selector, count):
    """Elements, once there are enough of them."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.wait import WebDriverWait

    def enough(driver):
        elements = driver.find_elements(By.CSS_SELECTOR, selector)
        return elements if len(elements) >= count else False

    return WebDriverWait(browser, PATIENCE_SECONDS).until(enough)


def test_the_link_opens_the_leaderboard_with_the_best_cell_on_top(browser, link, tables_with_curves):
    browser.get(link)
    found(browser, ".ag-center-cols-container .ag-row", 10)
    (first, *_) = found(browser, ".ag-pinned-left-cols-container .ag-row[row-index='0']", 1)
    assert tables_with_curves.cells["cell"].iloc[0] in first.text
    shown = browser.find_element("css selector", ".ag-header").text
    assert "validation_r2" in shown


def test_the_view_of_a_factor_draws_a_line_and_a_band_for_every_level(browser, link):
    browser.get("about:blank")
    browser.get(f"{link.replace('nnjax-leaderboard', 'nnjax-activation')}&compareRunsMode=CHART")
    traces = found(browser, ".js-plotly-plot .scatterlayer .trace", 4)
    assert len(traces) >= 2 * 2
    assert "Group: relu" in browser.find_element("tag name", "body").text
