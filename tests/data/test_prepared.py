"""Preparation learns from training rows alone, as scikit-learn's own pipeline does, and alike in every split."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from fakes.mixed import mixed_table
from fakes.own_tables import written
from sklearn import config_context
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, QuantileTransformer

from nnjax.data import prepared
from nnjax.data.arrangement import Arrangement
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.preparation import AS_THEY_ARE, Preparation, prepared_width
from nnjax.data.prepared import INNER_FOLDS, inner_folds, prepare, skewed
from nnjax.data.splits import Split, SplitPlan, make_splits
from nnjax.data.tables import Table, load_table

PLAN = SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 0)
WAYS = [
    Preparation(*levels)
    for levels in [
        *product(("median", "own_level"), ("one_hot", "target", "ordinal"), (0.0, 0.1), ("elapsed",), ("as_is",)),
        ("mean", "one_hot", 0.0, "parts", "log"),
        ("most_frequent", "target", 0.1, "parts", "quantile"),
    ]
]


def splits_of(table: Table) -> tuple[Split, ...]:
    return make_splits(len(table.target), PLAN, table.labels)


def changed_outside(table: Table, split: Split) -> Table:
    """Other numbers, words, dates and gaps in all rows but the training rows; of words the one that is rarest there."""
    outside = np.concatenate([split.validation, split.test])
    draws = np.random.default_rng(1)
    columns = []
    for column in table.columns:
        values = column.values.copy()
        values[outside] = draws.permutation(values[outside])
        if column.kind == "numbers":
            values[outside] = values[outside] * 100 + 1
        elif column.kind != "dates":
            known = values[split.train]
            words, counts = np.unique(known[~np.isnan(known)], return_counts=True)
            values[outside] = words[counts.argmin()]
        if column.kind == "dates":
            values[outside] -= 86_400 * 4_000
        columns.append(replace(column, values=values))
    target = table.target.copy()
    target[outside] = draws.permutation(target[outside])
    return replace(table, columns=tuple(columns), target=target)


def is_same_in_training(table: Table, way: Preparation, split: Split) -> bool:
    """Whether the training rows are what they would be beside other rows.

    Which words have a column is known of all rows; one that only other rows have is zero in these.
    """
    made = [prepare(each, way, split) for each in (table, changed_outside(table, split))]
    before, after = (dict(zip(each.feature_names, each.features[split.train].T, strict=True)) for each in made)
    nothing = np.zeros(len(split.train))
    return all(np.array_equal(before.get(name, nothing), after.get(name, nothing)) for name in {**before, **after})


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("classes", [(), ("no", "yes"), ("a", "b", "c")], ids=len)
def test_rows_outside_teach_nothing(tmp_path, way, classes):
    table = mixed_table(tmp_path, classes=classes)
    for split in splits_of(table)[:2]:
        assert prepare(table, way, split).features.shape == (120, prepared_width(table, way, len(split.train)))
        assert is_same_in_training(table, way, split)


def test_the_defaults_change_nothing():
    table = load_table("diabetes")
    assert prepare(table, AS_THEY_ARE, splits_of(table)[0]) is table
    filled = prepare(table, Preparation("median"), splits_of(table)[0])
    assert np.array_equal(filled.features, table.features) and filled.digest == table.digest


@pytest.mark.parametrize("strategy", ["median", "mean", "most_frequent"])
def test_as_the_pipeline_that_people_write(tmp_path, strategy):
    table = mixed_table(tmp_path)
    split = splits_of(table)[0]
    money, size, city = (column.values for column in table.columns[:3])
    raw = np.column_stack([money, size, np.where(np.isnan(city), 6.0, city)])
    words = OneHotEncoder(categories=[np.arange(7.0)], sparse_output=False)
    if strategy == "most_frequent":
        raw[:, 2] = city
        words = OneHotEncoder(categories=[np.arange(6.0)], sparse_output=False)
    pipeline = ColumnTransformer([
        ("numbers", SimpleImputer(strategy=strategy), [0]),
        ("gaps", MissingIndicator(features="all"), [0]),
        ("plain", "passthrough", [1]),
        ("words", make_pipeline(SimpleImputer(strategy="most_frequent"), words), [2]),
    ])  # fmt: skip
    expected = pipeline.fit(raw[split.train]).transform(raw)
    made = prepare(table, Preparation(strategy, date_columns="elapsed"), split)
    assert np.allclose(made.features[:, : expected.shape[1]], expected, rtol=1e-13)


def test_a_word_by_its_target_never_sees_its_own_row(tmp_path):
    """The mean of a word that one training row has is the mean of all others, shrunk to nothing."""
    rows = 60
    path = written(tmp_path, word=["rare", *["a", "b"] * 29, "b"], x=list(range(rows)), y=[1e6, *range(1, rows)])
    table = read_own_table(FileSource(path, ("y",)))
    split = Split(np.arange(40), np.arange(40, 50), np.arange(50, 60), "ab" * 32)
    encoded = prepare(table, Preparation(word_columns="target"), split).features[:, 0]
    assert encoded[0] < 100, "its own target of a million is not in it"
    assert encoded[[50, 59]].max() < 1e6 / 10


@pytest.mark.parametrize("option", [{"enable_metadata_routing": True}, {"transform_output": "pandas"}], ids=str)
@pytest.mark.parametrize("way", WAYS[-2:], ids=str)
def test_whatever_scikit_learn_was_told_in_this_process(tmp_path, option, way):
    table = mixed_table(tmp_path)
    split = splits_of(table)[0]
    plain = prepare(table, way, split)
    with config_context(**option):
        told = prepare(table, way, split)
    assert np.array_equal(plain.features, told.features) and told.features.dtype == np.float64


def test_a_target_of_few_whole_numbers_is_a_number(tmp_path):
    """scikit-learn would take it for classes, and give each word a column for every one."""
    path = written(tmp_path, word=list("abc") * 20, x=list(range(60)), y=[n % 5 for n in range(60)])
    table = read_own_table(FileSource(path, ("y",)))
    made = prepare(
        table, Preparation(word_columns="target"), Split(np.arange(40), np.arange(40, 50), np.arange(50, 60), "ab" * 32)
    )
    assert (
        made.feature_names == ("word (mean y)", "x") and 0 < made.features[:, 0].min() < made.features[:, 0].max() < 4
    )


def test_what_the_training_rows_lack_has_a_meaning(tmp_path):
    """A column that is empty in the training rows becomes 0 with its flag, a word that they lack counts as rare."""
    x = [*[""] * 30, *range(10)]
    word = [*["a", "b"] * 10, *["c", "d"] * 2, *["a"] * 6, *["z"] * 10]
    path = written(tmp_path, x=x, word=word, y=[n % 9 for n in range(40)])
    table = read_own_table(FileSource(path, ("y",)))
    split = Split(np.arange(24), np.arange(24, 32), np.arange(32, 40), "ab" * 32)
    made = prepare(table, Preparation("median", rare_words=0.1), split)
    assert made.feature_names == ("x", "x is missing", "word = a", "word = b", "word = z", "word = (rare)")
    assert made.features[:24, :2].tolist() == [[0.0, 1.0]] * 24
    assert made.features[-1].tolist() == [9.0, 0.0, 0.0, 0.0, 0.0, 1.0], "no row of the training has z: it is rare"
    assert made.features[20].tolist() == [0.0, 1.0, 0.0, 0.0, 0.0, 1.0]


def test_products_are_formed_of_what_was_prepared(tmp_path):
    table = mixed_table(tmp_path)
    squares = replace(table, polynomial_degree=2)
    way, split = Preparation("median", "ordinal", date_columns="elapsed"), splits_of(table)[0]
    made, plain = prepare(squares, way, split), prepare(table, way, split)
    assert made.features.shape[1] == prepared_width(squares, way, 72) > plain.features.shape[1]
    place = made.feature_names.index("money size")
    assert np.allclose(made.features[:, place], plain.features[:, 0] * plain.features[:, 2])


@pytest.mark.parametrize("labels", [None, np.repeat([0, 1], [55, 8])])
def test_inner_folds_hold_every_row_once_and_every_class(labels):
    folds = inner_folds(63, labels, 7)
    assert sorted(np.concatenate([held for _, held in folds])) == list(range(63))
    for learnt, held in folds:
        assert not set(learnt) & set(held) and len(learnt) + len(held) == 63
        assert labels is None or len(set(labels[learnt])) == 2
    assert len(folds) == INNER_FOLDS


def test_inner_folds_keep_groups_together():
    groups = np.random.default_rng(0).integers(0, 9, 60)
    folds = inner_folds(60, None, 7, groups)
    assert sorted(np.concatenate([held for _, held in folds])) == list(range(60))
    assert len(folds) == INNER_FOLDS and not any(set(groups[learnt]) & set(groups[held]) for learnt, held in folds)
    assert len(inner_folds(60, None, 7, np.zeros(60, dtype=np.int64))) == INNER_FOLDS, "one group is no group"


def test_words_are_encoded_within_groups(tmp_path):
    """Where a word is one person's alone, whole groups leave nothing of it but the mean of all others."""
    people = [number // 4 for number in range(40)]
    path = written(
        tmp_path, word=[f"w{each}" for each in people], x=list(range(40)), y=[100.0 * each for each in people]
    )
    table = read_own_table(FileSource(path, ("y",)))
    codes = np.asarray(people, dtype=np.int64)
    followed = replace(table, arrangement=Arrangement("groups", "person", codes))
    split = Split(np.arange(28), np.arange(28, 32), np.arange(32, 40), "ab" * 32)
    way = Preparation(word_columns="target")
    alone, together = (prepare(each, way, split).features[:28, 0] for each in (table, followed))
    target = table.target[:28, 0]
    assert np.corrcoef(alone, target)[0, 1] > 0.5, "rows of one person tell of each other"
    assert np.corrcoef(together, target)[0, 1] < 0.1


def test_skewed_columns_lose_their_tail(tmp_path):
    table = mixed_table(tmp_path)
    split = splits_of(table)[0]
    level = {"missing_values": "median", "date_columns": "elapsed"}
    plain, log, quantile = (
        prepare(table, Preparation(**level, skewed_columns=each), split).features
        for each in ("as_is", "log", "quantile")
    )
    assert np.allclose(log[:, 0], np.log1p(plain[:, 0]))
    assert np.array_equal(log[:, 2], plain[:, 2]), "sizes are not skewed"
    assert abs(np.median(quantile[split.train, 0])) < 0.1 and quantile[split.train, 0].std() < 2


def test_a_word_that_only_filled_gaps_make_frequent_counts_as_rare(tmp_path):
    """Nine of forty rows have it, too few for a column; with the gaps it is the most frequent word of the training."""
    word = [*["a"] * 9, *["b", "c", "d", "e"] * 4, *[""] * 15]
    path = written(tmp_path, word=word, x=list(range(40)), y=[n % 9 for n in range(40)])
    table = read_own_table(FileSource(path, ("y",)))
    split = Split(np.arange(40)[::-1][:34][::-1].copy(), np.arange(3), np.arange(3, 6), "ab" * 32)
    made = prepare(table, Preparation("most_frequent", rare_words=0.29), split)
    assert made.feature_names == ("word = (rare)", "x") and made.features[:, 0].tolist() == [1.0] * 40


@pytest.mark.parametrize("scale", [1e149, 1.0, 1e-150, 5e-324 * 2**40])
def test_skewness_knows_no_unit(scale):
    numbers = np.exp(np.random.default_rng(0).normal(size=(40, 2)) * [1.0, 0.01]) * [1, 30]
    split = Split(np.arange(30), np.arange(30, 35), np.arange(35, 40), "ab" * 32)
    assert skewed(numbers * (scale / numbers.max()), split, "quantile").tolist() == [True, False]


def learn_of_all(transformer, values, split):
    """What `prepared._learn` must not do."""
    return np.asarray(transformer.set_output(transform="default").fit(values).transform(values), dtype=np.float64)


LEAKS = {
    **{
        f"{level} of {kind}": (Preparation(level, date_columns="elapsed"), SimpleImputer)
        for level, kind in [
            *((level, "numbers") for level in ("median", "mean", "most_frequent", "own_level")),
            *(("most_frequent", kind) for kind in ("words", "true or false", "dates")),
        ]
    },
    "zeros and ones of words": (Preparation("median", rare_words=0.1, date_columns="elapsed"), OneHotEncoder),
    "codes of words": (Preparation("median", "ordinal", 0.1, date_columns="elapsed"), OrdinalEncoder),
    "quantiles of numbers": (
        Preparation("median", date_columns="elapsed", skewed_columns="quantile"),
        QuantileTransformer,
    ),
}
"""Level and kind of column -> a way of preparing, and the transformer that is shown all rows."""


@pytest.mark.parametrize("name", LEAKS)
def test_a_level_that_learns_of_all_rows_is_caught(tmp_path, monkeypatch, name):
    (way, transformer), kind = LEAKS[name], name.partition(" of ")[2]
    table = mixed_table(tmp_path)
    columns = [column for column in table.columns if column.kind == kind]
    if kind == "dates":
        columns = [replace(columns[0], values=np.where(np.arange(120) % 9, columns[0].values, np.nan), gap="is short")]
    split, learn = splits_of(table)[0], prepared._learn
    table = replace(table, columns=tuple(columns))

    def leak(each, values, split):
        return (learn_of_all if isinstance(each, transformer) else learn)(each, values, split)

    assert is_same_in_training(table, way, split)
    monkeypatch.setattr(prepared, "_learn", leak)
    assert not is_same_in_training(table, way, split)
