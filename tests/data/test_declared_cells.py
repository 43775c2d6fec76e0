"""Cells of a known kind mean what the reader of whole tables makes of them, alone or among others."""

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from fakes.table_mutations import COLUMN_CHANGES, PREPARED_CHANGES, dates, write_columnar, write_text

from nnjax.data import own_table
from nnjax.data.declared_cells import UNKNOWN_WORD, CellError, declared_cells, type_problem
from nnjax.data.own_column import read_column
from nnjax.data.own_error import OwnTableError


def cells(kind, *written, words=(), is_text=True):
    """The cells of a column of one block."""
    texts = [each.encode() if isinstance(each, str) else each for each in written]
    column = pa.array(texts, pa.binary()) if is_text else pa.array(list(written))
    return declared_cells(pa.chunked_array([column]), kind, words, is_text).tolist()


def refused(kind, *written, **other):
    """Place and problem of the cell that is refused."""
    with pytest.raises(CellError) as error:
        cells(kind, *written, **other)
    return error.value.row, error.value.problem


def columns_of(path):
    """Every column that the reader of whole tables takes, gaps or not, with what the file has of it."""
    try:
        with own_table._open(path) as content:
            read = []
            for name in content.names:
                try:
                    read.append((read_column(content, name, "target"), content.column(name), content.is_text))
                except OwnTableError:
                    continue
            return read
    except OwnTableError:
        return []


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("seeds", [range(25), pytest.param(range(100, 1500), marks=pytest.mark.slow)], ids=len)
def test_known_kinds_are_read_as_the_reader_guesses_them(seeds, ending, tmp_path):
    found = Counter()
    for seed in seeds:
        draw, path = random.Random(f"declared {ending} {seed}"), tmp_path / f"table.{ending}"
        changes = draw.choice([COLUMN_CHANGES, [*PREPARED_CHANGES, *[dates] * 9]])
        write_text(path, draw, changes) if ending == "csv" else write_columnar(path, draw, changes)
        for column, written, is_text in columns_of(path):
            if not is_text and (problem := type_problem(column.kind, written.type)):
                assert "binary" in str(written.type) or np.isnan(column.values).all(), problem
                continue
            whole = declared_cells(written, column.kind, column.words, is_text)
            np.testing.assert_allclose(whole, column.values, rtol=0, atol=1e-6 if column.kind == "dates" else 0)
            for row in draw.sample(range(len(written)), 3):
                alone = declared_cells(written.slice(row, 1), column.kind, column.words, is_text)
                np.testing.assert_array_equal(alone, whole[row : row + 1])
            found[column.kind] += 1
    kinds = {"numbers", "words", "true or false", "dates"}
    assert {*found} == kinds or (len(seeds) < 100 and ending == "parquet" and {*found} == kinds - {"dates"})


def test_words_that_look_like_numbers_stay_words():
    assert cells("words", "1", "007", " 1", "NA", " ", "2", words=("007", "1")) == pytest.approx(
        [1, 0, UNKNOWN_WORD, np.nan, np.nan, UNKNOWN_WORD], nan_ok=True
    )


def test_numbers_are_never_codes():
    assert refused("numbers", "1", "2.5", "007") == (2, "'007' is a code, no number")
    assert refused("numbers", "1", "0x1F")[0] == 1
    assert refused("numbers", *["1"] * 777, "1,5", *["2"] * 99) == (777, "'1,5' is no number")
    assert refused("numbers", "9007199254740993")[1].endswith("cannot hold exactly")
    assert refused("numbers", "1", "-inf") == (1, "-inf lies beyond 1e+150")
    assert refused("numbers", "1", b"\xff") == (1, "is not UTF-8 text")


def test_true_and_false_may_be_numbers():
    assert cells("true or false", "1", "TRUE", "false") == [1, 1, 0]
    assert cells("true or false", 1.0, 0.0, is_text=False) == [1, 0]
    assert refused("true or false", "1", "yes") == (1, "'yes' is neither true nor false")
    assert refused("true or false", 1, 2, is_text=False) == (1, "2 is neither true nor false")


def test_a_moment_means_the_same_beside_any_other():
    noon = 1_577_880_000
    assert cells("dates", "2020-01-01", "2020-01-01 12:00", "2020-01-01T12:00:00.5", "2020-01-01T12:00Z", "") == (
        pytest.approx([noon - 43_200, noon, noon + 0.5, noon, np.nan], nan_ok=True)
    )
    assert cells("dates", "2020-01-01 14:00+02:00", "2020-01-01 14:00") == [noon, noon + 7200]
    assert refused("dates", "2020-01-01", "2020-01-01 12:00Z", "1.5.2020") == (2, "'1.5.2020' is no date")
    assert refused("dates", "2020-01-01", "12:30")[0] == 1


def test_a_column_of_another_type_is_known_by_that():
    assert type_problem("words", pa.dictionary(pa.int8(), pa.string())) == ""
    assert type_problem("dates", pa.null()) == ""
    assert type_problem("numbers", pa.bool_()) == "holds bool where the model has numbers"
    assert type_problem("numbers", pa.string()) == "holds string where the model has numbers"
    assert type_problem("dates", pa.int64()) == "holds int64 where the model has dates"


def test_a_block_without_a_value_has_gaps():
    for kind in (pa.int64(), pa.decimal128(38, 2), pa.string(), pa.null(), pa.date32()):
        column = pa.chunked_array([pa.nulls(2, kind)])
        assert np.isnan(declared_cells(column, "numbers", (), is_text=False)).all()
