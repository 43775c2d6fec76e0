"""A sweep of which nothing is left to do does nothing; whatever was touched since, it looks at everything."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fakes.studies import write_small
from fakes.training import FAKE

from nnjax import up_to_date
from nnjax.claims.declared import claim_level
from nnjax.claims.kept_forecasts import kept_forecasts
from nnjax.pipeline import SweepOptions, sweep_study
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study
from nnjax.sweep_report import MARK, find_report
from nnjax.tracking.address import sqlite_uri
from nnjax.up_to_date import NOTES, find_swept

pytestmark = pytest.mark.filterwarnings("default::sqlalchemy.exc.SADeprecationWarning")  # MLflow's own


def write_page(space: Space, home: Path, *_: object) -> Path:
    page = home / "reports" / space.study.name / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(f"{len(space.runs)} runs")
    (home / "reports" / "index.html").write_text("reports")
    return page


def sweep(space, home):
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nnjax.sweep.runner.Engine", lambda: FAKE)
        patch.setattr("nnjax.report.write.write_report", write_page)
        options = SweepOptions("serial", tracking_uri=sqlite_uri(home / "mlflow.db"))
        return sweep_study(space, home, options, say=said.append), said


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A home after a sweep, a copy of it, its study, and what the sweep came to."""
    home = tmp_path_factory.mktemp("done") / "home"
    space = expand(load_study(write_small(home)))
    outcome, said = sweep(space, home)
    assert said[0].startswith("Trained 16 of 16 runs, 0 were in the journal")
    copy = shutil.copytree(home, home.with_name("copy"))
    return home, copy, space, outcome


@pytest.fixture
def home(done):
    """The home as the sweep left it, put back afterwards."""
    home, copy, *_ = done
    yield home
    added = [path for path in home.rglob("*") if not (copy / path.relative_to(home)).exists()]
    for path in [path for path in added if path.is_file() or path.is_symlink()]:
        path.unlink()
    shutil.copytree(copy, home, dirs_exist_ok=True)  # into the same files: MLflow keeps its own open


def files(home):
    return {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}


def test_a_sweep_called_again_touches_nothing_and_says_the_same(done, home):
    space, first = done[2:]
    before = files(home)
    again, said = sweep(space, home)
    assert files(home) == before
    assert said[-2:] == [
        "All 16 runs are in the journal already: nothing to train.",
        "MLflow: 0 runs written, 21 were there. The report is up to date.",
    ]
    assert (again.report, again.tracking_uri, again.deep_link) == (first.report, first.tracking_uri, first.deep_link)
    assert (again.summary.planned, again.summary.reused, again.summary.trained) == (16, 16, 0)


def in_store(statement):
    def change(home):
        with closing(sqlite3.connect(home / "mlflow.db")) as store, store:
            assert store.execute(statement).rowcount > 0

    return change


def appended(*parts):
    def change(home):
        path = next(home.glob("/".join(parts)))
        path.write_bytes(path.read_bytes() + b" ")

    return change


def put(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def removed(pattern):
    return lambda home: next(path for path in home.glob(pattern) if path.is_file()).unlink()


CHANGES = {
    "a run deleted in MLflow": in_store("UPDATE runs SET lifecycle_stage = 'deleted' WHERE rowid = 3"),
    "a run gone from MLflow": in_store("DELETE FROM runs WHERE rowid = 3"),
    "a tag": in_store("UPDATE tags SET value = 'x' WHERE key = 'nnjax.kind' AND value = 'cell'"),
    "a param": in_store("UPDATE params SET value = '7' WHERE key = 'depth'"),
    "a number": in_store("UPDATE latest_metrics SET value = value + 1e-9 WHERE key = 'test_r2'"),
    "the experiment": in_store("UPDATE experiments SET lifecycle_stage = 'deleted' WHERE name = 'nnjax/small'"),
    "a view": in_store("DELETE FROM experiment_tags WHERE key LIKE '%leaderboard%'"),
    "an artifact": removed("mlartifacts/**/artifacts/**/*"),
    "the store": lambda home: (home / "mlflow.db").write_bytes(b""),
    "a page": appended("reports", "small", "index.html"),
    "a page gone": removed("reports/small/index.html"),
    "runs": removed("journal/*.parquet"),
    "a flipped byte of the journal": appended("journal", "*.parquet"),
    "the sweep's record": appended("journal", "sweeps", "*.json"),
    "an audit": lambda home: put(home / "journal" / "audits" / next(home.glob(f"{NOTES}/*")).name, b"{}"),
    "a calibration": lambda home: put(home / "reports" / "calibration.json", b"\xff\xfe"),
    "a baseline": lambda home: put(home / "journal" / "baselines" / "x.csv", b"x"),
    "a claim's lock": lambda home: put(home / "journal" / "claims" / "other.json", b"{}"),
    "no index": lambda home: (home / "reports" / "index.html").unlink(),
    "a file behind a link": lambda home: (home / "reports" / "small" / "figures").symlink_to(home / "journal"),
    "the note": removed(f"{NOTES}/*.json"),
    "half a note": lambda home: next((home / NOTES).glob("*.json")).write_text('{"seen": '),
    "a note of another kind": lambda home: next((home / NOTES).glob("*.json")).write_text("[]"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_was_touched_is_seen(done, home, change):
    uri = sqlite_uri(home / "mlflow.db")
    assert find_swept(done[2], home, uri) is not None
    change(home)
    assert find_swept(done[2], home, uri) is None


def test_a_store_that_another_program_writes_to_is_looked_at_in_full(done, home):
    with closing(sqlite3.connect(home / "mlflow.db")) as store:
        store.execute("BEGIN EXCLUSIVE")
        assert find_swept(done[2], home, sqlite_uri(home / "mlflow.db")) is None


@pytest.mark.parametrize("change", ["question='Which?'", "replicates.splits=8"])
def test_another_study_is_not_taken_for_it(done, home, change):
    other = expand(load_study(done[2].study.path, [change]))
    assert find_swept(other, home, sqlite_uri(home / "mlflow.db")) is None


def test_another_version_of_anything_installed_is_seen(done, home, monkeypatch, tmp_path):
    (tmp_path / "jax-9.9.9.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert find_swept(done[2], home, sqlite_uri(home / "mlflow.db")) is None


def test_a_store_elsewhere_is_asked_each_time(done, home):
    assert find_swept(done[2], home, "http://127.0.0.1:9") is None


def test_a_page_past_its_mark_is_no_report_of_this_sweep(done, home):
    page = home / "reports" / "small" / "index.html"
    later = page.with_name(MARK).stat().st_mtime_ns + 1
    os.utime(page, ns=(later, later))
    _, said = sweep(done[2], home)
    assert "MLflow: 0 runs written, 21 were there." in said and find_report(done[2], home) == page.parent


@pytest.mark.parametrize("part", ["calibration", "package"])
def test_what_changes_while_the_report_is_made_is_not_taken_for_seen(done, home, monkeypatch, part):
    hashes = iter(range(100))
    real = up_to_date.read_hashes
    monkeypatch.setattr(up_to_date, "read_hashes", lambda *given: real(*given) | {part: str(next(hashes))})
    next((home / NOTES).glob("*.json")).unlink()
    outcome, _ = sweep(done[2], home)
    assert outcome.problems == () and not list((home / NOTES).glob("*.json"))


def test_another_study_of_the_home_does_not_undo_it(done, home):
    uri, path = sqlite_uri(home / "mlflow.db"), done[2].study.path
    other = expand(load_study(path, ['name="other"', "depth=[1]", "width=5"]))
    for _ in range(2):
        for space in (done[2], other):
            assert sweep(space, home)[0].problems == ()
    assert find_swept(done[2], home, uri) and find_swept(other, home, uri)


def test_what_was_touched_is_mended(done, home):
    CHANGES["an artifact"](home)
    CHANGES["a page gone"](home)
    outcome, said = sweep(done[2], home)
    assert outcome.problems == () and (home / "reports" / "small" / "index.html").exists()
    assert find_swept(done[2], home, sqlite_uri(home / "mlflow.db")) is not None
    assert "MLflow: 0 runs written, 21 were there." in said


def test_what_its_claims_can_find_is_kept_for_a_plan(home, done):
    level = claim_level(done[2].study.claims)

    def compute():
        raise AssertionError("it was not kept")

    assert kept_forecasts(done[2], home, level, compute).keys() == {claim.name for claim in done[2].study.claims}
