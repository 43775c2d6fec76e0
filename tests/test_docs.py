"""The documentation says what the program does."""

import importlib.util
import re
from pathlib import Path

from nnjax.results.columns import CURVES, FINALS
from nnjax.sweep import schema

ROOT = Path(__file__).parents[1]


def test_the_glossary_is_current():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert (ROOT / "docs" / "glossary.md").read_text() == generate.glossary()


def test_every_number_of_the_journal_is_in_the_glossary():
    assert {column.name for column in CURVES} == set(schema.CURVES)
    assert set(schema.FINALS) <= {column.name for column in FINALS}


def test_links_between_documents_lead_somewhere():
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_the_study_of_the_readme_is_valid(tmp_path):
    from nnjax.sweep.study import load_study

    text = re.search(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)
    (tmp_path / "readme.toml").write_text(text)
    assert len(load_study(tmp_path / "readme.toml").claims) == 1
