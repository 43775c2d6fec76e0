import json

import pandas as pd
import pytest
from PIL import Image

from nnjax.tracking import names
from nnjax.tracking.artifacts import SweepFiles, send_artifacts, write_files
from nnjax.tracking.client_calls import find_run
from nnjax.tracking.store import open_store


@pytest.fixture
def report_dir(tmp_path):
    """A report of one page and one figure."""
    folder = tmp_path / "report"
    (folder / "figures").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>Report</h1>")
    Image.new("RGB", (900, 900)).save(folder / "figures" / "convergence.png")
    return folder


@pytest.fixture
def files(description, tables, report_dir):
    return SweepFiles(description, tables.results, tables.cells, report_dir, 1_700_000_000_000)


@pytest.fixture
def sent(destination, files):
    """Client and run, the files sent once."""
    client = open_store(destination.uri, destination.home, "made-up", {}).client
    run_id = client.create_run("1").info.run_id
    assert send_artifacts(client, find_run(client, run_id), files) == 7
    return client, run_id


def listed(client, run_id, folder=None):
    return sorted(
        path
        for info in client.list_artifacts(run_id, folder)
        for path in (listed(client, run_id, info.path) if info.is_dir else [info.path])
    )


def test_all_files_arrive_where_mlflow_looks_for_them(sent):
    paths = listed(*sent)
    assert {"environment.json", "results.csv", "study.toml", "report/index.html", "tables/best_cells.json"} < set(paths)
    full, small = [path for path in paths if path.startswith("images/")]
    assert small.endswith(".webp") or full.endswith(".webp")
    assert all(path.startswith("images/report~convergence+step+0+timestamp+1700000000000+") for path in (full, small))


def test_the_table_is_in_mlflow_s_form_and_the_cards_are_known(sent):
    client, run_id = sent
    table = pd.read_json(client.download_artifacts(run_id, "tables/best_cells.json"), orient="split")
    assert table["validation_r2"].is_monotonic_decreasing
    assert client.get_run(run_id).data.tags[names.LOGGED_IMAGES] == "True"


def test_the_same_files_are_not_sent_again(sent, files):
    client, run_id = sent
    assert send_artifacts(client, find_run(client, run_id), files) == 0


def test_a_new_report_replaces_the_old_one_and_nothing_else_is_sent(sent, files, report_dir):
    client, run_id = sent
    (report_dir / "index.html").write_text("<h1>Better</h1>")
    before = listed(client, run_id)
    assert send_artifacts(client, find_run(client, run_id), files) == 1
    assert listed(client, run_id) == before


def test_without_a_report_an_earlier_one_stays(sent, description, tables):
    client, run_id = sent
    without = SweepFiles(description, tables.results, tables.cells, None, 1_700_000_000_000)
    assert send_artifacts(client, find_run(client, run_id), without) == 0
    assert "report/index.html" in listed(client, run_id)


def test_a_spoilt_memory_of_what_was_sent_only_costs_time(sent, files):
    client, run_id = sent
    client.set_tag(run_id, names.ARTIFACTS, "no json")
    assert send_artifacts(client, find_run(client, run_id), files) == 7


def test_cards_are_small_pictures(tmp_path, files):
    folder = tmp_path / "artifacts"
    folder.mkdir()
    write_files(folder, files)
    (small,) = (folder / "images").glob("*.webp")
    with Image.open(small) as picture:
        assert max(picture.size) == 512
    assert json.loads((folder / "environment.json").read_text()) == {"python": "3.11"}
