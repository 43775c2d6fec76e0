"""The whole path in one call: what follows the training."""

import subprocess
import sys
from pathlib import Path

import pytest

from nnjax.pipeline import SweepOptions, sweep_study
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study
from nnjax.tracking.errors import TrackingError


@pytest.fixture(autouse=True)
def quick_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes no time."""

    def write(space: Space, home: Path, *_: object) -> Path:
        page = home / "reports" / space.study.name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"{len(space.runs)} runs")
        return page

    monkeypatch.setattr("nnjax.report.write.write_report", write)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("htp://server:5000", "no tracking URI"),
        ("mlruns", "no tracking URI"),
        ("mysql://me:s3cret@server/runs", "driver MySQLdb is not installed"),
        ("postgresql+psycopg2://me:s3cret@server/runs", "driver psycopg2 is not installed"),
    ],
)
def test_a_store_that_can_keep_nothing_is_known_before_anything_is_trained(
    uri: str, message: str, tmp_path: Path
) -> None:
    from fakes.studies import write_small

    home, space = tmp_path / "home", expand(load_study(write_small(tmp_path)))
    with pytest.raises(TrackingError, match=message):
        sweep_study(space, home, SweepOptions(tracking_uri=uri))
    assert not home.exists()


@pytest.mark.parametrize(
    "error",
    [
        KeyError("a tag that somebody has removed"),
        ModuleNotFoundError("No module named 'boto3'"),
        RuntimeError("two lines\nat http://me:s3cret@server:5000"),
    ],
)
def test_whatever_goes_wrong_with_mlflow_costs_only_itself(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fakes.studies import swept

    def fail(*_: object) -> None:
        raise error

    space = swept(tmp_path)
    monkeypatch.setattr("nnjax.tracking.study_sync.prepare_sync", fail)
    outcome = sweep_study(space, tmp_path, SweepOptions(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db"))
    assert outcome.report is not None and outcome.report.is_file() and outcome.tracking_uri == ""
    (problem,) = outcome.problems
    assert type(error).__name__ in problem and "nnjax sync STUDY" in problem
    assert "\n" not in problem and "s3cret" not in problem


def test_the_head_of_a_sweep_imports_nothing_that_takes_long() -> None:
    slow = {"jax", "optax", "scipy", "pandas", "sklearn", "mlflow", "pyarrow.compute"}
    program = f"import sys, nnjax.cli, nnjax.pipeline; sys.exit(not {slow}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_report_needs_no_mlflow() -> None:
    program = "import sys, nnjax.pipeline, nnjax.report.write; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
