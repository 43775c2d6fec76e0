"""What docs/lecture.md says can be done is done here: its Python, its commands, its paths and its tests."""

import ast
import doctest
import re
from pathlib import Path

import pytest
from fakes.command import nnjax

from nnjax.cli import main, make_parser

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lecture.md").read_text()
STUDIES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "experiments" / "lecture").glob("*.toml"))
ROWS = re.findall(r"^\| (\d+) \| (.+) \| (.+) \| (.+) \|$", PAGE[PAGE.index("## Where everything is") :], re.MULTILINE)


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


COMMANDS = list(dict.fromkeys(line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()))
SWEEPS = [command.split()[2] for command in COMMANDS if command.startswith("nnjax sweep ")]


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python_does_what_the_page_says(number):
    text = blocks("python")[number]
    example = doctest.DocTestParser().get_doctest(text, {}, f"lecture.md, example {number + 1}", None, 0)
    assert doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(example).failed == 0


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("nnjax ")])
def test_commands_parse(command):
    assert make_parser().parse_args(command.split()[1:]).command


def test_targets_exist():
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {command.split()[1] for command in COMMANDS if command.startswith("make ")} <= set(targets)


def test_every_study_of_the_lecture_is_on_the_page_and_the_reverse():
    assert sorted(SWEEPS) == STUDIES
    assert set(re.findall(r"experiments/lecture/[\w-]+\.toml", PAGE)) == set(STUDIES)


@pytest.mark.parametrize("study", SWEEPS)
def test_studies_can_be_planned(study, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert main(["plan", study, "--home", str(tmp_path)]) == 0
    assert "to train" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("study", SWEEPS)
def test_studies_run_from_end_to_end(study, tmp_path):
    shorter = ["--set", "replicates.splits=4", "--set", "epochs=2", "--executor", "serial"]
    ran = nnjax("sweep", study, *shorter, home=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "reports" / Path(study).stem / "index.html").exists()


@pytest.mark.slow
def test_the_quiz_writes_the_page_that_is_promised(tmp_path):
    ran = nnjax("quiz", home=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "reports" / "quiz" / "index.html").exists()


def test_the_table_has_every_row():
    assert [int(number) for number, *_ in ROWS] == list(range(1, 21))


@pytest.mark.parametrize("row", ROWS, ids=[number for number, *_ in ROWS])
def test_places_and_tests_of_a_row_exist(row):
    places = [place for place in re.findall(r"`([^`]+)`", row[2]) if "/" in place]
    tests = re.findall(r"`(tests/[^`]+)::(\w+)`", row[3])
    assert places
    assert tests
    assert [place for place in places if not (ROOT / place).exists()] == []
    for path, name in tests:
        functions = [node.name for node in ast.parse((ROOT / path).read_text()).body if hasattr(node, "name")]
        assert name in functions, f"{path}::{name}"


def test_pictures_exist_and_are_small():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", PAGE)
    assert len(pictures) == 4
    assert all((ROOT / "docs" / picture).exists() for picture in pictures)
    assert sum(path.stat().st_size for path in (ROOT / "docs" / "pictures").rglob("*.svg")) < 1_500_000
