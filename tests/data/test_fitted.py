"""A preparation in JSON, applied by the file that rides along, makes the very inputs that training sees."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from fakes.mixed import mixed_table
from fakes.own_tables import written

from nnjax.data.fitted import fit_preparation
from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.preparation import AS_THEY_ARE, Preparation, table_columns
from nnjax.data.prepared import prepare, prepare_and_scale
from nnjax.data.scaling import fit_scaling
from nnjax.data.splits import SplitPlan, all_rows, make_splits
from nnjax.data.tables import load_table
from nnjax.model.standalone import PreparedRows

LEVELS = [
    *product(("median", "most_frequent"), ("one_hot", "target", "ordinal"), (0.0, 0.1), ("elapsed",), ("log",)),
    *product(("mean", "own_level"), ("one_hot",), (0.0,), ("parts",), ("quantile", "as_is")),
    ("most_frequent", "target", 0.1, "parts", "quantile"),
]
WAYS = [Preparation(*levels) for levels in LEVELS]
PLAN = SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 0)


def rows_of(table, document):
    """What the standalone file makes of a table, and its raw columns."""
    columns = [{"name": each.name, "kind": each.kind, "words": list(each.words)} for each in table_columns(table)]
    return PreparedRows(json.loads(json.dumps(document)), columns), np.column_stack(
        [each.values for each in table_columns(table)]
    )


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize(("classes", "degree"), [((), 1), (("no", "yes"), 1), (("a", "b", "c"), 2)])
def test_inputs_are_those_of_training(tmp_path, way, classes, degree):
    table = replace(mixed_table(tmp_path, classes=classes), polynomial_degree=degree)
    split, output = make_splits(120, PLAN, table.labels)[0], "softmax" if classes else "identity"
    prepared, raw = rows_of(table, fit_preparation(table, split, output, way, ()).document)
    scaled, made = prepare_and_scale(table, split, output, way, ()), prepare(table, way, split)
    scaling = fit_scaling(made, split, output)
    for part in ("validation", "test"):
        rows = getattr(split, part)
        found = prepared.inputs(raw[rows])
        exact = (made.features[rows] - scaling.x_mean) / scaling.x_scale
        assert np.allclose(found, exact, rtol=1e-12, atol=1e-12)
        assert np.allclose(found, getattr(scaled, f"x_{part}"), rtol=2e-7, atol=1e-12)


@pytest.mark.parametrize("target_scale", ["as_is", "log", "quantile"])
@pytest.mark.parametrize("output", ["identity", "exponential"])
def test_the_way_back_is_that_of_training(target_scale, output):
    table = load_table("linnerud")
    split = make_splits(len(table.target), PLAN)[0]
    prepared, raw = rows_of(table, fit_preparation(table, split, output, AS_THEY_ARE, (), target_scale).document)
    scaled = prepare_and_scale(table, split, output, AS_THEY_ARE, (), target_scale)
    assert np.allclose(prepared.inputs(raw[split.test]), scaled.x_test, rtol=2e-7, atol=1e-12)
    assert prepared.inputs(np.full((1, 3), -1e140)).tolist() == [[-1e30] * 3], "no row lies further out"
    outputs = np.random.default_rng(0).normal(size=(500, 3)) * [1, 3, 10]
    assert np.allclose(prepared.own_unit(outputs), scaled.in_own_unit(outputs), rtol=1e-12, atol=1e-12)


def test_words_that_are_zeros_and_ones_without_being_asked_for(tmp_path):
    path = written(
        tmp_path, two=["a", "b"] * 10, three=["x", "y", "y", "z"] * 5, is_new=["true", "false"] * 10,
        x=list(range(20)), y=[n % 7 for n in range(20)],
    )  # fmt: skip
    table = read_own_table(FileSource(path, ("y",), polynomial_degree=2))
    split = make_splits(20, PLAN)[0]
    learnt = fit_preparation(table, split, "identity", AS_THEY_ARE, ())
    prepared, raw = rows_of(table, learnt.document)
    scaled = prepare_and_scale(table, split, "identity", AS_THEY_ARE, ())
    assert np.allclose(prepared.inputs(raw[split.test]), scaled.x_test, rtol=2e-7, atol=1e-12)
    assert [rule.get("unseen") for rule in learnt.document["columns"]] == [None] * 4
    assert all(rule.get("missing", rule.get("fill")) is None for rule in learnt.document["columns"])


def test_columns_that_vary_by_rounding_alone_are_only_centred(tmp_path):
    path = written(tmp_path, sums=[0.1 + 0.2, 0.3] * 10, x=list(range(20)), y=[n % 7 for n in range(20)])
    table = read_own_table(FileSource(path, ("y",)))
    split = all_rows(20)
    scales = [
        fit_preparation(table, split, "identity", AS_THEY_ARE, each).document["x_scale"][0] for each in ((), (0,))
    ]
    assert scales[0] < 1e-16 and scales[1] == 1.0


@pytest.mark.parametrize("word_columns", ["one_hot", "target", "ordinal"])
@pytest.mark.parametrize("rare_words", [0.0, 0.05, 0.2])
@pytest.mark.parametrize("classes", [(), ("no", "yes"), ("a", "b", "c")], ids=len)
def test_all_rows_can_be_learnt_of(tmp_path, word_columns, rare_words, classes):
    """A word that no row has is a rare one, or has the mean of all; where neither exists, it is refused."""
    table, split = mixed_table(tmp_path, classes=classes), all_rows(120)
    way = Preparation("median", word_columns, rare_words, "elapsed")
    learnt = fit_preparation(table, split, "softmax" if classes else "identity", way, ())
    city = learnt.document["columns"][2]
    counts = np.bincount(table.columns[2].values[~np.isnan(table.columns[2].values)].astype(int))
    rarest = city["encoding"][counts.argmin()]
    if rare_words and counts.min() < rare_words * 120:
        assert (
            city["unseen_as"] == "rare"
            and city["unseen"] == rarest
            and city["unseen"] not in [city["encoding"][counts.argmax()]]
        )
    elif word_columns == "target":
        shares = [table.target.mean()] if len(classes) < 3 else np.bincount(table.labels) / 120
        assert city["unseen"] == pytest.approx(shares) and city["unseen_as"] == "mean of the target"
    else:
        assert rare_words == 0 and city["unseen"] is city["unseen_as"] is None
    assert learnt.document["columns"][4]["unseen"] is None, "true and false are all there is"
    assert learnt.document["columns"][4]["missing"] is not None


def test_no_rare_word_in_training_leaves_nothing_of_an_unseen_one(tmp_path):
    path = written(tmp_path, word=["a", "b", "c"] * 10, y=[n % 7 for n in range(30)])
    table = read_own_table(FileSource(path, ("y",)))
    found = {
        way: fit_preparation(table, all_rows(30), "identity", Preparation("refuse", way, 0.1), ()).document
        for way in ("one_hot", "ordinal")
    }
    assert found["one_hot"]["columns"][0]["unseen"] == [0.0] * 4, "a column that no row was in has learnt nothing"
    assert [found[way]["columns"][0]["unseen_as"] for way in found] == ["none of the known", "after the last"]
    assert found["ordinal"]["columns"][0]["unseen"] == [3.0]


def test_where_only_the_gap_is_rare_an_unseen_word_is_as_rare(tmp_path):
    path = written(tmp_path, word=[*["a", "b", "c"] * 10, "", ""], y=[n % 7 for n in range(32)])
    table = read_own_table(FileSource(path, ("y",)))
    for way in ("one_hot", "ordinal", "target"):
        rule = fit_preparation(table, all_rows(32), "identity", Preparation("median", way, 0.1), ()).document[
            "columns"
        ][0]
        assert rule["unseen"] == rule["missing"] and rule["unseen"] not in rule["encoding"], way


@pytest.mark.parametrize("level", ["quantile", "log"])
def test_numbers_next_to_nothing_and_columns_that_training_rows_lack(tmp_path, level):
    below = -np.exp(np.arange(5)) if level == "quantile" else np.zeros(5)
    x = [*below, *np.zeros(13), 1e-300, 1e-290, *np.exp(np.arange(20) / 2.0)]
    late = [*[""] * 30, *range(10)]
    dates = [*[""] * 30, *[f"2020-01-{day:02}" for day in range(1, 11)]]
    table = read_own_table(
        FileSource(written(tmp_path, x=x, late=late, day=dates, y=[n % 7 for n in range(40)]), ("y",))
    )
    split = replace(all_rows(40), train=np.arange(30), validation=np.arange(30, 35), test=np.arange(35, 40))
    way = Preparation("most_frequent", date_columns="elapsed", skewed_columns=level)
    document = fit_preparation(table, split, "identity", way, ()).document
    prepared, raw = rows_of(table, document)
    assert [rule["fill"] for rule in document["columns"]][1:] == [0.0, 0.0]
    for part in ("validation", "test"):
        rows = getattr(split, part)
        expected = getattr(prepare_and_scale(table, split, "identity", way, ()), f"x_{part}")
        assert np.allclose(prepared.inputs(raw[rows]), expected, rtol=2e-7, atol=1e-12)
    assert document["columns"][0]["curve"] is not None
    tiny = prepared.inputs(np.column_stack([[0.0, 1e-300, -1e-300, 1e-290], np.zeros((4, 2))]))
    assert (tiny == tiny[0]).all(), "what is smaller than the least number is 0 to a curve"


FILLED = {
    "refuse": [None, None, None],
    "median": [7.0, 2.5, None],
    "mean": [8.0, 4.0, None],
    "most_frequent": [7.0, 1.0, 0.0],
    "own_level": [None, 2.5, None],
}


@pytest.mark.parametrize("level", FILLED)
def test_gaps_are_filled_where_the_level_fills_them(tmp_path, level):
    """In the order: a column without gaps, one with gaps, dates without gaps."""
    has_gap = level != "refuse"
    columns = {
        "whole": [7.0] * 7 + [9.4] * 5 + [7.0] * has_gap,
        "gap": [*[1.0, 1.0, 4.0, 10.0] * 3, *[""] * has_gap],
        "day": [*["1970-01-01"] * (2 + has_gap), *[f"1970-01-{day:02}" for day in range(2, 12)]],
    }
    y = [n % 5 for n in range(12 + has_gap)]
    table = read_own_table(FileSource(written(tmp_path, **columns, y=y), ("y",)))
    way = Preparation(level, date_columns="elapsed")
    rules = fit_preparation(table, all_rows(len(y)), "identity", way, ()).document["columns"]
    expected = list(FILLED[level])
    expected[0] = {"mean": np.mean(columns["whole"])}.get(level, expected[0])
    assert [rule["fill"] for rule in rules] == pytest.approx(expected)
    assert [rule.get("indicator") for rule in rules] == [False, has_gap, None]


def test_what_was_learnt_is_named(tmp_path):
    table = mixed_table(tmp_path)
    way = Preparation("median", "target", 0.1, "elapsed", "quantile")
    learnt = fit_preparation(table, all_rows(120), "identity", way, (), "quantile").transformers
    assert {(each.name, each.columns, type(each.transformer).__name__) for each in learnt} == {
        ("numbers_fill", ("money", "size"), "SimpleImputer"),
        ("numbers_curve", ("money",), "QuantileTransformer"),
        ("words", ("city", "new"), "OrdinalEncoder"),
        ("words_by_target", ("city", "new"), "TargetEncoder"),
        ("target_curve", ("y",), "QuantileTransformer"),
    }
