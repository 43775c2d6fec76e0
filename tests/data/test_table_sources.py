"""A source's text and its parameters: one way to write each, and a sentence for each that is wrong."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.data.tables import TABLES, TableSource, load_table, parse_source, source_problem

SOURCES = st.builds(
    TableSource,
    st.sampled_from([*TABLES, "unknown"]),
    rows=st.none() | st.integers(0, 10**6),
    noise=st.none() | st.floats(0, 1e6),
    seed=st.none() | st.integers(0, 2**32),
    polynomial_degree=st.integers(1, 6),
)


@given(SOURCES)
def test_text_is_read_back(source: TableSource) -> None:
    assert parse_source(source.text()) == source
    assert parse_source(source.text()).text() == source.text()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (TableSource("diabetes"), "diabetes"),
        (TableSource("diabetes", polynomial_degree=2), "diabetes(polynomial_degree=2)"),
        (TableSource("moons", rows=200, noise=0.2, seed=0), "moons(noise=0.2, rows=200, seed=0)"),
        (TableSource("xor", noise=0), "xor(noise=0)"),
        (TableSource("xor", noise=0.0), "xor(noise=0)"),
    ],
)
def test_text(source: TableSource, text: str) -> None:
    assert source.text() == text


def test_blanks_and_order_do_not_matter() -> None:
    assert parse_source(" moons ( rows = 200,noise=.2 ) ") == TableSource("moons", rows=200, noise=0.2)
    assert parse_source("moons()") == TableSource("moons")


@pytest.mark.parametrize(
    "text", ["", "moons(", "moons(rows)", "moons(rows=1, rows=2)", "moons(colour=1)", "moons(rows=0.5)", "two moons"]
)
def test_a_text_that_names_no_source(text: str) -> None:
    with pytest.raises(ValueError, match="cannot read the data set"):
        parse_source(text)


@pytest.mark.parametrize("name", TABLES)
def test_defaults_written_out_give_the_same_numbers(name: str) -> None:
    written = TableSource(name, **TABLES[name].defaults)
    assert source_problem(written) is None
    assert load_table(written).digest == load_table(name).digest and load_table(written).name == written.text()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("parameter", ["rows", "noise", "seed"])
def test_every_table_takes_its_parameters_and_no_other(name: str, parameter: str) -> None:
    source = TableSource(name, **{parameter: 40})
    if parameter in TABLES[name].defaults:
        assert source_problem(source) is None
        assert load_table(source).digest != load_table(name).digest
    else:
        assert f"{name} takes no {parameter}" in (source_problem(source) or "")
        with pytest.raises(ValueError, match=f"takes no {parameter}"):
            load_table(source)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (TableSource("moon"), "there is no data set moon"),
        (TableSource("moons", rows=1), "rows of moons must be a whole number from 2 to 100000, not 1"),
        (TableSource("xor", rows=3), "from 4 to"),
        (TableSource("moons", rows=True), "not True"),
        (TableSource("moons", noise=-0.1), "noise of moons must be a number from 0"),
        (TableSource("moons", noise=float("nan")), "not nan"),
        (TableSource("moons", seed=2**32), "seed of moons"),
        (TableSource("moons", polynomial_degree=6), "polynomial_degree must be a whole number from 1 to 5"),
        (TableSource("digits", polynomial_degree=3), "polynomial_degree 3 makes 47904 features"),
        (TableSource("friedman_1", rows=100_000, polynomial_degree=4), "at most 200"),
    ],
)
def test_what_is_wrong_is_said(source: TableSource, sentence: str) -> None:
    found = source_problem(source) or ""
    assert sentence in found
    with pytest.raises(ValueError, match=re.escape(found)):
        load_table(source)


def test_a_table_is_read_once_a_process() -> None:
    assert load_table("moons(rows=50, seed=0)") is load_table(TableSource("moons", rows=50, seed=0))


@pytest.mark.parametrize("name", [name for name in TABLES if "seed" in TABLES[name].defaults])
def test_a_seed_is_one_draw(name: str) -> None:
    draws = [TABLES[name].read(**{**TABLES[name].defaults, "noise": 0.1, "seed": seed}) for seed in (1, 1, 2)]
    assert np.array_equal(draws[0].features, draws[1].features)
    assert not np.array_equal(draws[0].features, draws[2].features)
