"""The documentation says what the program does."""

import importlib.util
import re
from pathlib import Path

import pytest

from nnjax.data.tables import TABLES
from nnjax.metrics import CURVES, FINALS
from nnjax.sweep.study.factors import FACTORS

ROOT = Path(__file__).parents[1]


def generated():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    return generate.DOCUMENTS


@pytest.mark.parametrize("name", ["glossary.md", "factors.md", "study.md", "data.md", "surroundings.md", "commands.md"])
def test_generated_documents_are_current(name):
    assert (ROOT / "docs" / name).read_text() == generated()[name]()


def test_every_factor_and_every_data_set_is_documented():
    assert all(f"| `{name}` |" in (ROOT / "docs" / "factors.md").read_text() for name in FACTORS)
    assert all(f"| `{name}` |" in (ROOT / "docs" / "data.md").read_text() for name in TABLES)


def test_every_row_of_the_glossary_has_four_cells():
    rows = [line for line in (ROOT / "docs" / "glossary.md").read_text().splitlines() if line.startswith("|")]
    assert len(rows) > len(CURVES) + len(FINALS)
    assert [row for row in rows if len(re.split(r"(?<!\\)\|", row)) != 6] == []


def test_links_between_documents_lead_somewhere():
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_study_of_the_readme_is_valid(tmp_path):
    from nnjax.sweep.study.study import load_study

    text = re.search(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    (tmp_path / "readme.toml").write_text(text)
    assert len(load_study(tmp_path / "readme.toml").claims) == 1


ADDING = re.findall(r"^\| (an? [^|]+) \| ([^|]+) \| `([^`]+)` \|$", (ROOT / "docs" / "adding.md").read_text(), re.M)


@pytest.mark.parametrize(("what", "files", "example"), ADDING, ids=[what for what, _, _ in ADDING])
def test_what_is_added_stands_where_the_page_says_and_nowhere_else(what: str, files: str, example: str) -> None:
    named = set(re.findall(r"`((?:nnjax|tests)/[\w/.]+)`", files))
    assert all((ROOT / file).is_file() for file in named)
    beside = set(re.findall(r"`(\w+\.py)`", files))
    assert all(any((ROOT / file).with_name(short).is_file() for file in named) for short in beside)
    word = re.compile(rf"\b{example}\b")
    package = {file for file in named if file.startswith("nnjax/") and file.endswith(".py")}
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "nnjax").rglob("*.py") if word.search(path.read_text())}
    assert there == package
    assert all(word.search((ROOT / file).read_text()) for file in named if file.startswith("tests/"))
