"""The report where people meet it: inside MLflow's artifact viewer, a sandboxed frame, in a real browser."""

import socket
import sqlite3
from contextlib import closing

import pytest
from fakes.command import nnjax

from nnjax.tracking.address import run_link
from nnjax.tracking.names import REPORT
from nnjax.tracking.server import running_server

pytestmark = pytest.mark.slow

PATIENCE = 120_000
"""Milliseconds."""

STUDY = """
question = "Does depth matter?"
[data]
name = "diabetes"
[replicates]
splits = 4
[studied]
activation = ["relu", "tanh"]
depth = [1, 2]
[fixed]
width = 8
epochs = 5
batch_size = "full"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a small sweep, tracked, its report attached."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "small.toml").write_text(STUDY)
    done = nnjax("sweep", folder / "small.toml", home=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_report_and_the_pages_beside_it_work_inside_mlflow_s_viewer(home, chromium):
    with closing(sqlite3.connect(home / "mlflow.db")) as store:
        query = "SELECT r.experiment_id, r.run_uuid FROM runs r JOIN tags t USING (run_uuid) WHERE t.value = 'sweep'"
        ((experiment, run),) = store.execute(query).fetchall()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    uri = f"sqlite:///{home / 'mlflow.db'}"
    with (
        running_server(uri, home, port=port) as server,
        closing(chromium.new_context(reduced_motion="reduce")) as context,
    ):
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server}/{run_link(experiment, run, REPORT)}")
        frame = page.wait_for_selector("iframe[sandbox]").content_frame()
        assert frame.inner_text("h1") == "Does depth matter?"
        frame.click("nav a[data-jump=scores]")
        assert abs(frame.evaluate("document.getElementById('scores').getBoundingClientRect().top")) < 5
        frame.click("#theme")
        assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
        page.goto("about:blank")
        page.goto(f"{server}/{run_link(experiment, run, REPORT.replace('index', 'cells'))}")
        frame = page.wait_for_selector("iframe[sandbox]").content_frame()
        frame.wait_for_selector("#cell-view:not([hidden])")
        frame.locator("#grid [data-cell]").first.click()
        assert frame.locator("#cell-runs tbody tr").count() == 4
        assert frame.locator("#cell-panels path.run").count() > 8
