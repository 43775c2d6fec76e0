"""The studies of public tables: each is named by the script that makes its table, and says where that comes from."""

import re
import tomllib
from pathlib import Path

import pytest

from nnjax.sweep.study.tables import StudyFile

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
PATHS = sorted((BENCHMARKS / "tables").glob("*.toml"))
SCRIPT = (BENCHMARKS / "public_tables.py").read_text()


def test_every_table_has_a_study() -> None:
    (listed,) = re.findall(r"for each in \(([\w, ]+)\)\}\n", SCRIPT)
    assert sorted(listed.split(", ")) == [path.stem for path in PATHS]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_study_is_sound_and_says_where_its_table_comes_from(path: Path) -> None:
    text = path.read_text()
    study = StudyFile.model_validate(tomllib.loads(text))
    assert study.data.file is not None and Path(study.data.file).name.startswith(f"{path.stem}.")
    assert re.search(r"^#   table    .*\((CC0|BSD-3|MIT|GPL-2 or later|public domain)\)", text, re.MULTILINE)
    assert f"#   run it   python benchmarks/public_tables.py --only {path.stem}\n" in text
