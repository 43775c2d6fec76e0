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
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_study_of_the_readme_is_valid(tmp_path):
    from nnjax.sweep.study.study import load_study

    text = re.search(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    (tmp_path / "readme.toml").write_text(text)
    assert len(load_study(tmp_path / "readme.toml").claims) == 1


TABLE_PAGES = sorted((ROOT / "docs" / "tables").glob("*.md"))
each_page = pytest.mark.parametrize("page", TABLE_PAGES, ids=lambda page: page.stem)
PRINTS = {
    "dates": "Rows that follow one another by column 'day' are alike",
    "groups": "40 groups by column 'person'",
    "rare-class": "of the rows have the class 'ran'",
    "time-order": "Comparisons are exploratory",
}
"""Page -> what `nnjax plan` says of its table, as the page promises."""


def made(page, folder):
    """The command at the end of a page, in a folder in which its table was made and its study written."""
    text = page.read_text()
    exec(compile(re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1), page.name, "exec"), {})
    _, *words = re.search(r"\n\n    (nnjax .*)\n$", text).group(1).split()
    (folder / words[1]).write_text(re.search(r"```toml\n(.*?)```", text, re.DOTALL).group(1))
    return words


@each_page
def test_a_page_on_a_kind_of_table_has_a_study_that_can_be_planned(page, tmp_path, monkeypatch, capsys):
    from nnjax.cli import main

    monkeypatch.chdir(tmp_path)
    assert len(page.read_text().splitlines()) <= 60
    assert main(["plan", *made(page, tmp_path)[1:], "--home", str(tmp_path)]) == 0
    assert PRINTS.get(page.stem, "runs") in capsys.readouterr().out


@pytest.mark.slow
@each_page
def test_the_command_of_a_page_on_a_kind_of_table_does_what_the_page_says(page, tmp_path, monkeypatch):
    from nnjax.cli import main

    monkeypatch.chdir(tmp_path)
    assert main([*made(page, tmp_path), "--home", str(tmp_path)]) == 0
    assert len([*tmp_path.glob("reports/*/index.html")]) == 1


def test_every_kind_of_table_is_named_where_tables_are_explained():
    text = (ROOT / "docs" / "data.md").read_text()
    assert all(f"](tables/{page.name})" in text for page in TABLE_PAGES)


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
