"""A study as text: what is written reads back as the same study."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.sweep.study.study import load_study
from nnjax.sweep.study.text import SECTIONS, write_study_text

STUDIES = sorted(Path("experiments").rglob("*.toml"))

NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
PLAIN = st.one_of(
    st.text(max_size=12), st.integers(-(2**40), 2**40), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
CONTENT = st.fixed_dictionaries(
    {"question": st.text(max_size=30)},
    optional={
        **{name: st.dictionaries(NAMES, VALUES, min_size=1, max_size=4) for name in SECTIONS},
        "claims": st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), min_size=1, max_size=3),
    },
)


@given(CONTENT)
def test_tables_come_back_as_they_were(tables):
    text = write_study_text(tables, ["Why it is asked."])
    assert tomllib.loads(text) == tables
    assert text.startswith("# Why it is asked.\n\nquestion = ")


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_study_of_the_house_is_the_same_study_again(path, tmp_path):
    again = tmp_path / path.name
    again.write_text(write_study_text(tomllib.loads(path.read_text())))
    for table in path.parent.glob("*.csv"):
        (tmp_path / table.name).symlink_to(table.resolve())
    assert load_study(again).digest() == load_study(path).digest()


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        (np.int64(3), 3),
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.array([1, 2]), [1, 2]),
    ],
)
def test_numbers_of_numpy_are_numbers(number, plain):
    tables = {"studied": {"depth": [number]}, "fixed": {"width": number}, "claims": [{"a": {"depth": number}}]}
    expected = {"studied": {"depth": [plain]}, "fixed": {"width": plain}, "claims": [{"a": {"depth": plain}}]}
    assert tomllib.loads(write_study_text(tables)) == expected
