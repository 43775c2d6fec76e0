"""A secret in every place where one can stand: afterwards it is in no file, no line, and no list of processes."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest
from fakes.command import nnjax
from fakes.studies import write_small
from fakes.training import FAKE

from nnjax.cli import main
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space
from nnjax.tracking.server import running_server

SECRET = "s3cret-of-mine"
PAGE = f"as on http://me:{SECRET}@lecture.example/page?token={SECRET}"

VARIABLES = {
    "MLFLOW_TRACKING_USERNAME": "me",
    "MLFLOW_TRACKING_PASSWORD": SECRET,
    "PGPASSWORD": SECRET,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "http_proxy": f"http://me:{SECRET}@127.0.0.1:9",
    "https_proxy": f"http://me:{SECRET}@127.0.0.1:9",
    "no_proxy": "127.0.0.1",
}
"""What a person's shell may hold besides the tracking URI."""


def places_of(secret: str, folder: Path) -> list[str]:
    """The files below a folder in which a text stands; a Parquet file is unpacked first."""

    def content(file: Path) -> bytes:
        if file.suffix == ".parquet":
            return repr(pq.ParquetFile(file).read().to_pydict()).encode()
        return file.read_bytes()

    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(file) for file in files if secret.encode() in content(file) or secret in str(file)]


def query_uri(file: Path) -> str:
    """A SQLite file by an address that carries a secret; SQLite takes no notice of it."""
    return f"sqlite:///file:{file}?uri=true&token={SECRET}"


def write_study(folder: Path) -> Path:
    """The small study, with an address in its text whose password nobody should have written there."""
    path = write_small(folder)
    path.write_text(f'lecture = "{PAGE}"\n{path.read_text()}')
    return path


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


def test_what_mlflow_is_told_and_what_is_kept_and_said_holds_no_secret(
    tmp_path: Path,
    empty_database: Path,
    variables: None,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The commands in this process, without training: their files and lines are those of the real ones."""

    def write_page(space: Space, home: Path, *_: object) -> Path:
        page = home / "reports" / space.study.name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"{space.study}")
        return page

    monkeypatch.setattr("mlflow.store.db.utils.MAX_RETRY_COUNT", 1)  # else it waits for minutes
    monkeypatch.setattr("nnjax.sweep.runner.Engine", lambda: FAKE)
    monkeypatch.setattr("nnjax.report.write.write_report", write_page)
    home, store = tmp_path / "home", tmp_path / "mlflow.db"
    store.write_bytes(empty_database.read_bytes())
    study, uri = str(write_study(tmp_path / "home")), query_uri(store)
    common = [study, "--home", str(home), "--set", f"expected={PAGE}"]
    dead = ["sync", *common, "--tracking-uri"]
    expected = {
        ("plan", *common): 0,
        ("sweep", *common, "--executor", "serial", "--tracking-uri", uri): 0,
        ("sync", *common, "--tracking-uri", uri): 0,
        (*dead, f"http://me:{SECRET}@127.0.0.1:1"): 2,
        (*dead, f"http://me:{SECRET}"): 2,
        (*dead, f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/db?sslpassword={SECRET}"): 2,
        (*dead, f"mysql://me:{SECRET}/x@127.0.0.1:1/db"): 2,
        (*dead, f"file:///tmp/runs?token={SECRET}"): 2,
        (*dead, query_uri(tmp_path)): 2,
        ("sweep", *common, "--address", f"tcp:/me:{SECRET}@127.0.0.1:1"): 2,
    }
    for typed, code in expected.items():
        monkeypatch.setattr("sys.argv", ["nnjax", *typed])
        assert main(typed) == code, (typed, capfd.readouterr())
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err
    assert "http://…@127.0.0.1:1" in said.err and "runs written" in said.out
    study_file = Path(study)
    assert SECRET in study_file.read_text()
    study_file.unlink()  # a person's own
    assert not places_of(SECRET, tmp_path)
    assert (
        list(home.rglob("journal/sweeps/*.json"))
        and "lecture.example" in (home / "reports/small/index.html").read_text()
    )


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port that nobody listens on, held so that nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


Typed = Callable[..., str]


@pytest.fixture
def typed(tmp_path: Path, variables: None) -> Typed:
    """Types a command in a process of its own, and gives what it said; the exit code is the expected one."""

    def call(code: int, *arguments: object) -> str:
        done = nnjax(*arguments, home=tmp_path / "home")
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return call


@pytest.mark.slow
def test_no_command_writes_or_says_a_secret(
    tmp_path: Path, server: str, typed: Typed, dead_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, study = tmp_path / "home", write_study(tmp_path / "person")
    uri = server.replace("//", f"//me:{SECRET}@")
    changed = [study, "--set", f"expected={PAGE}"]
    told = [*changed, "--tracking-uri", uri]
    said = [
        typed(0, "plan", *changed),
        typed(0, "sweep", *told),
        typed(0, "sync", *told),
        typed(0, "report", *changed),
        typed(0, "audit", *told, "--sample", 1),
        typed(1, "doctor", "--tracking-uri", uri, "--address", f"tcp://me:{SECRET}@127.0.0.1:{dead_port}"),
        typed(0, "results", *changed, "--out", home / "runs.csv"),
        typed(0, "run", next(iter(Journal(home).run_ids()))),
        typed(1, "sweep", study, "--tracking-uri", f"http://me:{SECRET}@127.0.0.1:{dead_port}"),
        typed(1, "sweep", study, "--tracking-uri", f"postgresql+psycopg://me:{SECRET}@127.0.0.1:{dead_port}/db"),
        typed(2, "sweep", study, "--tracking-uri", f"mysql://me:{SECRET}@127.0.0.1/db"),
        typed(2, "sweep", study, "--tracking-url", f"http://me:{SECRET}@127.0.0.1"),
        typed(2, "sweep", *changed, "--set", "epochs=4", "--address", f"tcp://me:{SECRET}@127.0.0.1:{dead_port}"),
    ]
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", f"{SECRET}\r")  # of a file with Windows' line ends
    monkeypatch.delenv("MLFLOW_TRACKING_USERNAME")
    said.append(typed(2, "sync", *changed, "--tracking-uri", server))
    assert [words for words in said if SECRET in words] == []
    assert places_of(SECRET, home) == []
    assert places_of(SECRET, next(iter(server_homes(server)))) == []


def server_homes(server: str) -> set[Path]:
    """Folders in which the processes of a server work."""
    port = server.rpartition(":")[2]
    return {
        Path(process.cwd())
        for process in psutil.Process().children(recursive=True)
        if f"port {port}" in " ".join(process.cmdline())
    }


@pytest.mark.slow
def test_no_list_of_processes_shows_the_secret_of_a_store(tmp_path: Path, empty_database: Path, free_port: int) -> None:
    (tmp_path / "mlflow.db").write_bytes(empty_database.read_bytes())
    with running_server(query_uri(tmp_path / "mlflow.db"), tmp_path, port=free_port + 1):
        seen = [" ".join(process.cmdline()) for process in psutil.Process().children(recursive=True)]
    assert any("mlflow" in words for words in seen)
    assert [words for words in seen if SECRET in words] == []
