"""What becomes of every column is known, or refused, before anything is learnt."""

import pytest
from fakes.mixed import CITIES, RARE, mixed_table
from fakes.own_tables import X, Y, read, written

from nnjax.data.own_error import OwnTableError
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.preparation import (
    AS_THEY_ARE,
    Preparation,
    check_preparation,
    preparation_problems,
    prepared_columns,
    prepared_width,
)
from nnjax.data.tables import load_table

N_TRAIN = 72


def names(table, n_train: int = N_TRAIN, **levels) -> list[str]:
    made = prepared_columns(table, Preparation(date_columns="elapsed", **levels), n_train)
    return [name for each in made for name in each.names]


def test_all_problems_of_a_table_are_told_at_once(tmp_path):
    table = mixed_table(tmp_path)
    with pytest.raises(OwnTableError) as error:
        check_preparation(table, AS_THEY_ARE)
    told = [str(each) for each in (error.value, *error.value.rest)]
    assert [each.split("'")[1] for each in told] == ["money", "city", "sold", "new"]
    assert 'or write missing_values = "median" under [fixed]' in told[0]
    assert 'write date_columns = "parts" or "elapsed" under [fixed]' in told[2]


def test_unreadable_columns_are_told_together(tmp_path):
    path = written(tmp_path, a=[*X[:-1], "inf"], b=["1,5", "2,5"] * 6, c=X, y=Y)
    with pytest.raises(OwnTableError) as error:
        read_own_table(FileSource(path, ("y",)))
    told = [error.value, *error.value.rest]
    assert [str(each).split("'")[1] for each in told] == ["a", "b"]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (
            {"missing_values": "median"},
            ["money", "money is missing", "size", *(f"city = {city}" for city in sorted([*CITIES, *RARE])),
             "city = (missing)", "sold (days)", "new = false", "new = true", "new = (missing)"],
        ),
        (
            {"missing_values": "most_frequent"},
            ["money", "money is missing", "size", *(f"city = {city}" for city in sorted([*CITIES, *RARE])),
             "sold (days)", "new = true"],
        ),
        (
            {"missing_values": "most_frequent", "rare_words": 0.2},
            ["money", "money is missing", "size", "city = Basel", "city = Bern", "city = Chur", "city = (rare)",
             "sold (days)", "new = false", "new = true", "new = (rare)"],
        ),
        (
            {"missing_values": "mean", "word_columns": "target"},
            ["money", "money is missing", "size", "city (mean y)", "sold (days)", "new (mean y)"],
        ),
        (
            {"missing_values": "own_level", "word_columns": "ordinal"},
            ["money", "money is missing", "size", "city", "sold (days)", "new"],
        ),
    ],
)  # fmt: skip
def test_names_of_what_columns_become(tmp_path, levels, expected):
    assert names(mixed_table(tmp_path), **levels) == expected


def test_words_by_the_target_of_classes(tmp_path):
    two, three = (mixed_table(tmp_path, classes=classes) for classes in (("no", "yes"), ("a", "b", "c")))
    levels = {"missing_values": "own_level", "word_columns": "target"}
    assert "city (share of yes)" in names(two, **levels) and "city (share of no)" not in names(two, **levels)
    assert [name for name in names(three, **levels) if "city" in name] == [f"city (share of {each})" for each in "abc"]


def test_dates_have_gaps_only_where_the_most_frequent_one_fills_them(tmp_path):
    path = written(tmp_path, when=["2020-01-01", "2020-01-02", ""] * 4, y=Y)
    table = read_own_table(FileSource(path, ("y",)))
    with pytest.raises(OwnTableError, match='dates are filled by missing_values = "most_frequent" only'):
        check_preparation(table, Preparation("median", date_columns="parts"))
    check_preparation(table, Preparation("most_frequent", date_columns="parts"))


def test_many_words_want_a_word_of_the_study(tmp_path):
    path = written(tmp_path, word=[f"w{number}" for number in range(30)], y=[n % 7 for n in range(30)])
    table = read_own_table(FileSource(path, ("y",)))
    with pytest.raises(OwnTableError, match=r"30 different words, such as 'w0'; leave it out of features, or write r"):
        check_preparation(table, AS_THEY_ARE)
    powers = read_own_table(FileSource(path, ("y",), polynomial_degree=5))
    assert len([*preparation_problems(powers, AS_THEY_ARE)]) == 1, "too many features follow from too many words"
    assert len([*preparation_problems(powers, Preparation(rare_words=0.05), 18)]) == 1
    for preparation in (Preparation(rare_words=0.05), Preparation(word_columns="target")):
        check_preparation(table, preparation)
    assert prepared_width(table, Preparation(rare_words=0.05), n_train=18) == 30 + 1, "one of 18 is more than 5 %"
    assert prepared_width(table, Preparation(rare_words=0.05), n_train=24) == 1


def test_several_targets_encode_no_words(tmp_path):
    path = written(tmp_path, word=["a", "b", "c"] * 4, y=Y, z=X)
    table = read_own_table(FileSource(path, ("y", "z")))
    with pytest.raises(OwnTableError, match="2 targets, words can be encoded by one of them"):
        check_preparation(table, Preparation(word_columns="target"))


def test_a_column_that_says_nothing_is_left_out_and_named(tmp_path):
    table = read(written(tmp_path, same=[3] * 12, nothing=[""] * 12, x=X, y=Y))
    assert table.feature_names == ("x",)
    assert table.remarks == (
        "2 columns 'same', 'nothing' are the same in all rows, or empty, and left out: they say nothing.",
    )


def test_widths_without_a_file():
    table = load_table("diabetes")
    assert prepared_width(table, AS_THEY_ARE, 265) == prepared_width(table, Preparation("median"), 265) == 10
