"""Words are what they are written as; what may be meant as something else is told, or refused."""

import pyarrow as pa
import pytest
from fakes.own_tables import ROWS, X, Y, read, refused, written

CODES = ["01", "1", "10", "001"] * 3


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
@pytest.mark.parametrize("code", ["01", "-007", "+01", "00", "007.5", "01e2"])
def test_a_zero_in_front_makes_a_code_of_a_number(tmp_path, ending, code):
    path = written(tmp_path, f"table.{ending}", x=[code, "1", "7"] * 4, y=Y)
    table = read(path)
    assert table.feature_names == tuple(f"x = {word}" for word in sorted([code, "1", "7"]))
    (remark,) = table.remarks
    assert remark.startswith(f"Column 'x' is read as 3 different words, but '{code}' in row 1 begins with a zero")
    classes = read(written(tmp_path, f"other.{ending}", x=X, y=[code, "1", "7"] * 4), task="classification")
    assert classes.class_names == tuple(sorted([code, "1", "7"]))


def test_the_code_is_shown_that_begins_with_a_zero(tmp_path):
    (remark,) = read(written(tmp_path, x=["8", "1", "007"] * 4, y=Y)).remarks
    assert remark.endswith("but '007' in row 3 begins with a zero, as a code does, not a number.")


@pytest.mark.parametrize("zero", ["0", "-0", "0.5", ".05", "0e5", "-0.0", "1e05", "10"])
def test_a_zero_that_is_the_number_is_none(tmp_path, zero):
    table = read(written(tmp_path, x=[zero, *range(1, ROWS)], y=Y))
    assert table.features[:, 0].tolist() == [float(zero), *map(float, range(1, ROWS))]
    assert table.remarks == ()


def test_codes_of_which_each_row_has_another(tmp_path):
    codes = [f"{n:05}" for n in range(30)]
    message = refused(written(tmp_path, x=codes, y=list(range(30))))
    assert message.startswith("features: column 'x' has 30 different words, such as '00000'; leave it out")
    assert "begins with a zero" in message
    assert "row 2 '1,5'" in refused(written(tmp_path, x=["01", "1,5", "2,5"] * 4, y=Y)), "a decimal comma is no code"


def test_codes_of_two_digits_are_no_hours(tmp_path):
    assert read(written(tmp_path, x=["07", "12"] * 6, y=Y)).feature_names == ("x = 12",)


def test_numbers_of_base_16_are_not_guessed(tmp_path):
    said = refused(written(tmp_path, x=["0xFFFFFFFFFFFFFFFF", *map(hex, range(1, ROWS))], y=Y))
    assert said.startswith("features: column 'x' holds numbers or dates as words, in row 1 '0xFFFFFFFFFFFFFFFF'")


QUANTITIES = [
    "${}",
    "€{}",
    "<{}",
    ">{}",
    "({})",
    "−{}",
    "≤{}",
    "~{}",
    "±{}",
    "{} kg",
    "{}°C",
    "{}k",
    "CHF {}",
    "US${}",
    "EUR{}",
]
QUANTITIES += ["{}:30", "{}/2", "{}–10", "1_{}", "1\u202f{}", "#{}", "½{}"]


@pytest.mark.parametrize("form", QUANTITIES)
def test_a_quantity_that_is_read_as_words_is_told(tmp_path, form):
    cells = [form.format(number) for number in (5, 6, 7, 8)] * 3
    table = read(written(tmp_path, x=cells, y=Y))
    assert table.feature_names == tuple(f"x = {word}" for word in sorted(set(cells)))
    (remark,) = table.remarks
    assert f"{cells[0]!r} in row 1 may be meant as a number" in remark
    target = read(written(tmp_path, x=X, y=cells))
    assert (target.task, len(target.remarks)) == ("classification", 1), "classes that nobody asked for"
    assert read(written(tmp_path, x=X, y=cells), task="classification").remarks == ()


def test_a_name_with_a_digit_among_names_is_a_name(tmp_path):
    names = ["9E", *["AA", "UA", "DL"] * 4]
    assert read(written(tmp_path, x=names, y=range(13))).remarks == ()
    assert read(written(tmp_path, x=["9E", "<5", *names[2:]], y=range(13))).remarks != ()


def test_a_column_half_of_question_marks_is_told(tmp_path):
    table = read(written(tmp_path, x=[*"???????", 1, 2, 3, 4, 5], y=Y))
    (remark,) = table.remarks
    assert "'?' in row 1 may stand for a missing value, '1' in row 8 may be meant as a number" in remark


@pytest.mark.parametrize("sign", ["?", "-", "--", "...", "—", "#DIV/0!", "#REF!"])
def test_a_sign_among_words_may_be_a_gap(tmp_path, sign):
    table = read(written(tmp_path, x=["red", "blue", sign] * 4, y=Y))
    assert f"{sign!r} in row 3 may stand for a missing value" in table.remarks[0]


@pytest.mark.parametrize(
    "words", [["red", "blue"], ["+", "-"], ["stage 1", "stage 2"], ["T1", "T2a"], ["yes", "no"], ["größe", "x y"]]
)
def test_words_are_nothing_to_be_told_of(tmp_path, words):
    assert read(written(tmp_path, x=words * 6, y=Y)).remarks == ()


@pytest.mark.parametrize("kind", [pa.string_view(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_text_is_text_in_every_form_that_arrow_has(tmp_path, kind):
    words = pa.array(["red", "blue", "red"] * 4)
    table = read(
        written(
            tmp_path,
            "table.parquet",
            x=words.dictionary_encode() if pa.types.is_dictionary(kind) else words.cast(kind),
            y=Y,
        )
    )
    assert table.features[:3, 0].tolist() == [1.0, 0.0, 1.0]
    assert table.digest == read(written(tmp_path, "other.parquet", x=words, y=Y)).digest
