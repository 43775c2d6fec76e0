"""Every preparation on offer travels without anything that its reader would be asked to trust."""

import io
import zipfile
from itertools import product

import numpy as np
import pytest
import skops.io
from fakes.mixed import mixed_table
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from nnjax.data.fitted import fit_preparation
from nnjax.data.preparation import (
    DATE_COLUMNS,
    MISSING_VALUES,
    SKEWED_COLUMNS,
    WORD_COLUMNS,
    Preparation,
    codes_of,
    is_of_words,
)
from nnjax.data.prepared import Learnt
from nnjax.data.splits import Split
from nnjax.data.target_scale import TARGET_SCALES, scale_target
from nnjax.model.skops_file import write_skops

SPLIT = Split(np.arange(80), np.arange(80, 100), np.arange(100, 120), "ab" * 32)
WAYS = [
    Preparation(missing, words, rare, dates, skewed)
    for (missing, skewed), words, rare, dates in product(
        zip(MISSING_VALUES[1:], [*SKEWED_COLUMNS, SKEWED_COLUMNS[0]], strict=True),
        WORD_COLUMNS,
        (0.0, 0.1),
        DATE_COLUMNS[2:],
    )
]


def from_file(transformer):
    """It, written and read again without trust."""
    content = write_skops([Learnt("t", ("x",), transformer)])
    assert skops.io.get_untrusted_types(data=content) == []
    return skops.io.loads(content, trusted=[])["t"]["transformer"]


def same_from_file(transformer, values):
    made, expected = (np.asarray(each.transform(values)) for each in (from_file(transformer), transformer))
    return made.shape == expected.shape and np.array_equal(made, expected, equal_nan=True)


def values_for(learnt, table, way):
    """The raw columns that a transformer was shown; words as their numbers, gaps among them as in the preparation."""
    columns = {each.name: each for each in table.columns}
    codes = [codes_of(columns[name], way) if is_of_words(columns[name]) else columns[name].values for name in learnt]
    values = np.column_stack(codes)
    return values, np.where(np.isnan(values), 1.0, values)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_every_preparation_comes_back_without_being_trusted(tmp_path, way):
    classes = ("no", "yes", "so")[: 2 + bool(way.rare_words)]
    table = mixed_table(tmp_path, classes=classes)
    learnt = fit_preparation(table, SPLIT, "softmax", way, ()).transformers
    path = tmp_path / "p.skops"
    path.write_bytes(write_skops(learnt))
    back = skops.io.load(path)
    assert skops.io.get_untrusted_types(file=path) == []
    assert list(back) == [each.name for each in learnt] and learnt
    for each in learnt:
        assert back[each.name]["columns"] == list(each.columns)
        for values in values_for(each.columns, table, way)[not each.name.endswith("_fill") :]:
            made, expected = (one.transform(values) for one in (back[each.name]["transformer"], each.transformer))
            assert np.array_equal(np.asarray(made), np.asarray(expected), equal_nan=True)


@pytest.mark.parametrize("level", TARGET_SCALES[1:])
def test_every_scale_of_a_target_comes_back_without_being_trusted(level):
    target = np.exp(np.random.default_rng(0).standard_normal((120, 2)))
    scaled, own = scale_target(level, target, SPLIT)
    back = from_file(own.transformer)
    assert np.array_equal(back.transform(target), scaled)
    assert np.array_equal(back.inverse_transform(scaled), own.transformer.inverse_transform(scaled))


@pytest.mark.parametrize("strategy", ["median", "mean", "most_frequent"])
def test_an_imputer_fills_what_it_filled(strategy):
    rng = np.random.default_rng(0)
    values = np.where(rng.random((50, 4)) < 0.3, np.nan, rng.integers(0, 9, (50, 4)) / 3)
    values[:, 3] = np.nan
    imputer = SimpleImputer(strategy=strategy, keep_empty_features=True).fit(values)
    assert same_from_file(imputer, np.vstack([values, np.full((1, 4), np.nan)]))


def test_equal_objects_are_the_same_bytes():
    def make():
        values = np.random.default_rng(0).random((9, 2))
        scalers = [Learnt(name, ("x", "y"), StandardScaler().fit(values)) for name in "ab"]
        return [Learnt("c", ("x", "y"), SimpleImputer().fit(values)), *scalers]

    contents = {write_skops(make()) for _ in range(5)}
    assert len(contents) == 1
    names = zipfile.ZipFile(io.BytesIO(contents.pop())).namelist()
    assert "schema.json" in names and len(set(names)) == len(names)


def doubled(values):
    return 2 * values


def test_an_own_function_is_not_written():
    with pytest.raises(ValueError, match=r"not trusted by skops: .*doubled"):
        write_skops([Learnt("t", ("x",), FunctionTransformer(doubled).fit(np.ones((2, 1))))])
