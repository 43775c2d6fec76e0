"""Every command that a message tells people to type exists, and mends what it is told for."""

import ast
import functools
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.studies import SMALL
from mlflow.tracking import MlflowClient

from nnjax.cli import main, make_parser
from nnjax.sweep.compilation_cache import cache_folder
from nnjax.sweep.space import Space

PACKAGE = Path(__file__).parents[1] / "nnjax"
COMMANDS = make_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (PACKAGE.parent / "Makefile").read_text("utf-8")))
WORDS = (
    r"--(?:port|sample|budget|resource|other-kernels) \S+|--?[a-z][\w-]*|[A-Z]+=?\S*|\{\}\S*|\w+=\S+|[0-9a-f]{6,}|"
    r"[\w/-]*[./]\w\S*"
)
QUOTED = re.compile(rf"\bnnjax ({'|'.join(COMMANDS)})\b((?: (?:{WORDS}))*)")
"""A command and its words: a placeholder in capitals, an option, a path; prose begins with anything else."""

MAKE = re.compile(r"(?:^|`|; |then )make ([a-z-]+)\b(?= STUDY|,|`|$)")
OPTIONS = re.compile(r"(?<![\w-])(--[a-z][a-z-]+)")
OTHERS_OPTIONS = {"--nthreads", "--upgrade", "--", "--scheduler-file", "--host", "--dashboard-address"}
"""Of `dask` and `pip`."""


@functools.cache
def texts() -> list[tuple[str, str]]:
    """Every file's texts, read once."""
    return list(read_texts())


def read_texts() -> Iterator[tuple[str, str]]:
    """Every text that the package may print, a value put in by the program as {}."""
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        pieces = {id(each) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for each in node.values}
        pieces |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield path.name, "".join(str(each.value) if isinstance(each, ast.Constant) else "{}"
                                         for each in node.values)  # fmt: skip
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
                yield path.name, node.value


def quoted_commands(text: str) -> list[list[str]]:
    """The commands of nnjax that a text tells people to type, as words; "nnjax run" alone is a name."""
    return [
        [name, *shlex.split(words.rstrip(".;:,`"))] for name, words in QUOTED.findall(text) if words or name != "run"
    ]


def test_every_command_that_is_quoted_can_be_typed() -> None:
    parser, count = make_parser(), 0
    for file, text in texts():
        for words in quoted_commands(text):
            count += 1
            try:
                parser.parse_args([word.replace("{}", "x") for word in words])
            except SystemExit:
                pytest.fail(f"{file}: nnjax {shlex.join(words)}")
        for target in MAKE.findall(text):
            count += 1
            assert target in TARGETS, f"{file}: make {target}"
    assert count > 30


def test_every_option_that_is_quoted_exists() -> None:
    known = {"--help", "--home"} | OTHERS_OPTIONS
    known |= {option for parser in COMMANDS.values() for option in parser._option_string_actions}
    for file, text in texts():
        if "nnjax" in text or "give" in text:
            assert not set(OPTIONS.findall(text)) - known, f"{file}: {text}"


def write_nothing(space: Space, home: Path, *_: object) -> Path:
    """A page that takes no time: no remedy here is about it."""
    page = home / "reports" / space.study.name / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("")
    return page


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a finished sweep in it and its store."""
    home = tmp_path_factory.mktemp("finished") / "home"
    home.mkdir()
    (home / "small.toml").write_text(SMALL.replace("[1, 2]", "[1]"))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setattr("nnjax.report.write.write_report", write_nothing)
        assert main(["sweep", str(home / "small.toml"), "--executor", "serial", "--home", str(home)]) == 0
    shutil.rmtree(home / "reports")
    return home


@pytest.fixture
def home(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that home, used once, as its owner does."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("nnjax.report.write.write_report", write_nothing)
    copy = Path(shutil.copytree(finished, tmp_path / "home"))
    typed(copy, "sync", "STUDY")
    return copy


def typed(home: Path, *words: str) -> int:
    """What the command ends with; STUDY stands for the study."""
    return main([word.replace("STUDY", str(home / "small.toml")) for word in words] + ["--home", str(home)])


def half_a_journal_file(home: Path) -> None:
    path = next(home.glob("journal/[!.]*.parquet"))
    path.write_bytes(path.read_bytes()[:-1])


def half_a_compiled_program(home: Path) -> None:
    cache_folder(home).mkdir(parents=True, exist_ok=True)
    (cache_folder(home) / "half-cache").write_bytes(b"")


def a_password_in_a_record(home: Path) -> None:
    path = next(home.glob("journal/sweeps/*.json"))
    told = '"command_line": "nnjax sweep --tracking-uri http://me:s3cret@host '
    path.write_text(path.read_text("utf-8").replace('"command_line": "', told))


def artifacts_of_another_home(home: Path) -> None:
    elsewhere = home.with_name("elsewhere")
    shutil.copytree(home, elsewhere)
    shutil.rmtree(home)
    elsewhere.rename(home.with_name("moved"))


def deleted_runs(home: Path) -> None:
    client = MlflowClient(f"sqlite:///{home / 'mlflow.db'}")
    for run in client.search_runs(["1"], max_results=2):
        client.delete_run(run.info.run_id)


def a_deleted_experiment(home: Path) -> None:
    MlflowClient(f"sqlite:///{home / 'mlflow.db'}").delete_experiment("1")


SERVERS = ("ui", "server")
"""They end when they are told to."""

ILLNESSES: dict[Callable[[Path], None], str] = {
    half_a_journal_file: "doctor",
    half_a_compiled_program: "doctor",
    a_password_in_a_record: "doctor",
    artifacts_of_another_home: "doctor",
    deleted_runs: "audit STUDY --sample 1",
    a_deleted_experiment: "audit STUDY --sample 1",
}
"""What breaks a home -> the command that says so."""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's own
@pytest.mark.filterwarnings("ignore::nnjax.sweep.journal.journal.JournalWarning")
@pytest.mark.parametrize("illness", ILLNESSES, ids=lambda each: each.__name__)
def test_what_the_remedy_says_mends_it(
    illness: Callable[[Path], None], home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if illness is half_a_compiled_program:  # the caches are shared by all workers
        monkeypatch.setenv("XDG_CACHE_HOME", str(home / "caches"))
    examine = ILLNESSES[illness].split()
    illness(home)
    home = home if home.exists() else home.with_name("moved")
    capsys.readouterr()
    assert typed(home, *examine) == 1
    for _ in range(3):
        told = capsys.readouterr()
        for words in quoted_commands(told.out + told.err) or [["sweep", "STUDY", "--home", str(home)]]:
            assert words[-2:] == ["--home", str(home)]
            if words[0] not in SERVERS:
                assert main([word.replace("STUDY", str(home / "small.toml")) for word in words]) == 0, words
        for path in re.findall(r"remove (/\S+[^\s;,])", told.out):
            for each in Path("/").glob(path.removeprefix("/")):
                each.unlink()
        capsys.readouterr()
        if typed(home, *examine) == 0:
            return
    pytest.fail(capsys.readouterr().out)
