"""The file that rides along with a model: raw rows to predictions, against the engine, scikit-learn and fractions."""

import csv
import json
import math
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fakes.mixed import mixed_rows, mixed_table
from fakes.model_folders import (
    described,
    document_of,
    number_columns,
    plain_preparation,
    random_arrays,
    seal_folder,
    write_folder,
)
from fakes.strict.quick_programs import LITTLE
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from nnjax.data.fitted import fit_preparation
from nnjax.data.preparation import Preparation, table_columns
from nnjax.data.splits import all_rows
from nnjax.model import standalone
from nnjax.model.standalone import FolderError, Model, Ranks, RowsError, class_scores, erf, inverse_normal
from nnjax.network.activations import ACTIVATIONS, ActivationParameters
from nnjax.network.architecture import branch_indices, branches_for, structures_for
from nnjax.network.mlp import Layer
from nnjax.network.normalization import Moments
from nnjax.network.outputs import OUTPUTS
from nnjax.statistics.conformal import unit_weights
from nnjax.training.bucket import Bucket
from nnjax.training.model import Model as Engine

DRAWS = np.random.default_rng(0)
WAY = Preparation("median", "one_hot", 0.1, "elapsed", "quantile")

NETWORKS = [
    *((name, {}) for name in ACTIVATIONS),
    *((name, {"normalization": each}) for name in ("tanh", "maxout", "prelu") for each in ("batch", "layer")),
    *(("relu", {"residual": each, "normalization": each_way}) for each, each_way in ((1, "none"), (2, "batch"))),
    *(("tanh", {"output": output}) for output in OUTPUTS),
    ("leaky_relu", {"negative_slope": 0.2}),
    ("elu", {"elu_alpha": 0.5}),
    ("maxout", {"maxout_pieces": 3, "residual": 2}),
]


def engine_predictions(network, arrays, x):
    """What the engine makes of scaled inputs, in float32."""
    sizes, (slope, alpha) = network["layer_sizes"], (network["negative_slope"], network["elu_alpha"])
    names = ("weights", "bias", "scale", "negative_slope")
    keys = [f"ensemble_0.layer_{place + 1}" for place in range(len(sizes) - 1)]
    layers = tuple(Layer(*(arrays.get(f"{key}.{name}") for name in names)) for key in keys)
    moments = tuple(
        Moments(arrays[f"{key}.mean"], arrays[f"{key}.variance"]) for key in keys if f"{key}.mean" in arrays
    )
    branches = branches_for(network["activations"])
    shape = {name: network[name] for name in ("output", "maxout_pieces", "normalization", "residual")}
    structures = tuple(network["structures"])
    bucket = Bucket(sizes[0], (*sizes[1:-1],), sizes[-1], 8, 8, 8, 8, 1, "adam", "half_mean_squared_error",
                    structures=structures, branches=branches, **shape)  # fmt: skip
    index = jnp.array(branch_indices(network["activations"], branches or ("identity",)), jnp.int32)
    predict = jax.jit(Engine(bucket, index, ActivationParameters(slope, alpha)).predict, compiler_options=LITTLE)
    return np.asarray(predict(layers, moments, jnp.float32(x)))


@pytest.mark.parametrize(("activation", "changed"), NETWORKS, ids=str)
def test_a_network_is_the_engine_s(activation, changed):
    sharing = "layer" if "normalization" in changed else "unit"
    network = described([3, 8, 8, 8, 3], activation, **changed)
    network["structures"] = structures_for(network["activations"], sharing)
    arrays = random_arrays("ensemble_0", network, np.random.default_rng(1))
    document = document_of(
        columns=number_columns(3), network=network, preparations=[plain_preparation(3, 3)], targets=["a", "b", "c"]
    )
    x = np.random.default_rng(2).normal(size=(200, 3)) * 2
    found = Model(document, arrays).networks["ensemble_0"].outputs(x)
    assert found.dtype == np.float64
    assert np.allclose(found, engine_predictions(network, arrays, x), rtol=1e-5, atol=1e-5)


def test_products_in_parts_are_products():
    for fan_in, fan_out, rows in ((64, 64, 1000), (64, 1, 2048), (1, 64, 300), (10, 64, 2048), (300, 300, 50)):
        signal, weights = DRAWS.normal(size=(rows, fan_in)), DRAWS.normal(size=(fan_in, fan_out))
        assert np.allclose(standalone._product(signal, weights), signal @ weights, rtol=1e-12, atol=1e-12)


def test_the_error_function_is_scipy_s():
    x = np.concatenate([np.linspace(-7, 7, 4001), [0.0, -0.0, 1e-300, 1e300, -np.inf, np.nan]])
    assert np.allclose(erf(x), special.erf(x), rtol=1e-15, atol=0, equal_nan=True)


def test_quantiles_of_the_normal_are_scipy_s():
    tails = np.logspace(-10.9, -0.31, 2001)
    p = np.concatenate([tails, 1 - tails, [0.5, 0.075, 0.925]])
    assert np.allclose(inverse_normal(p), special.ndtri(p), rtol=2e-15, atol=1e-16)


# ---- intervals ----

QUARTERS = st.integers(-12, 12).map(lambda number: number / 4)


@st.composite
def calibrations(draw):
    """Scores and units of some folds, and fold predictions of a few rows."""
    sizes = draw(st.lists(st.integers(1, 7), min_size=2, max_size=4))
    scores = [np.abs(draw(st.lists(QUARTERS, min_size=size, max_size=size))) for size in sizes]
    n_units = draw(st.integers(1, sum(sizes)))
    units = np.array(draw(st.lists(st.integers(1, n_units), min_size=sum(sizes), max_size=sum(sizes))))
    rows = draw(st.integers(1, 3))
    shifts = draw(st.lists(st.lists(QUARTERS, min_size=len(sizes), max_size=len(sizes)), min_size=rows, max_size=rows))
    level = draw(st.integers(1, 19).map(lambda part: Fraction(part, 20)))
    return scores, np.split(units, np.cumsum(sizes)[:-1]), np.array(shifts), level


@pytest.mark.parametrize("few", [16, 1], ids=["sorted", "narrowed"])
@given(given=calibrations())
@settings(max_examples=40, deadline=None)
def test_an_end_is_that_of_fractions(few, given):
    scores, units, shifts, level = given
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standalone, "FEW", few)
        ranks, members = Ranks(scores, units), np.concatenate(units)
        weights = [Fraction(1, int((members == each).sum())) for each in members]
        n = len(set(members.tolist()))
        if level * (n + 1) > n:
            with pytest.raises(RowsError, match="needs"):
                ranks.needed(level)
            return
        found = ranks.smallest(shifts, ranks.needed(level))
    for row, end in zip(shifts, found, strict=True):
        sums = sorted(zip([s + r for s, own in zip(row, scores, strict=True) for r in own], weights, strict=True))
        counted, expected = Fraction(0), None
        for value, weight in sums:
            counted += weight
            if counted >= level * (n + 1):
                expected = value
                break
        assert end == pytest.approx(expected, abs=1e-12)


@given(given=calibrations(), classes=st.integers(2, 4))
@settings(max_examples=40, deadline=None)
def test_a_set_is_that_of_fractions(given, classes):
    scores, units, _, level = given
    ranks, members = Ranks(scores, units), np.concatenate(units)
    n = len(set(members.tolist()))
    if level * (n + 1) > n:
        return
    own = [np.random.default_rng(fold).integers(-12, 13, (5, classes)) / 4 for fold in range(len(scores))]
    stays = ranks.holds(own, ranks.needed(level))
    weights = np.split(
        [Fraction(1, int((members == each).sum())) for each in members], np.cumsum([*map(len, scores)])[:-1]
    )
    for row in range(5):
        for each in range(classes):
            lower = sum(
                weight
                for fold, (scored, weighed) in enumerate(zip(scores, weights, strict=True))
                for score, weight in zip(scored, weighed, strict=True)
                if score < own[fold][row, each]
            )
            assert stays[row, each] == (lower < level * (n + 1))


@pytest.mark.parametrize(("n", "spread"), [(2_000, 0.1), (2_000, 3.0), (60, 1.0)])
def test_many_scores_are_ranked_as_by_sorting(n, spread):
    draws = np.random.default_rng(n)
    scores = [np.round(np.abs(draws.normal(size=n)), 6) for _ in range(5)]
    ranks = Ranks(scores, np.split(np.arange(5 * n), 5))
    shifts = draws.normal(size=(60, 1)) + spread * draws.normal(size=(60, 5))
    needed = ranks.needed(Fraction(9, 10))
    assert needed == math.ceil(Fraction(9, 10) * (5 * n + 1))
    every = np.sort((shifts[:, :, None] + np.array(scores)).reshape(60, -1), axis=1)
    assert np.allclose(ranks.smallest(shifts, needed), every[:, needed - 1], rtol=0, atol=1e-14)


def test_scores_that_are_all_alike_and_groups_beyond_62_bits_end():
    alike = Ranks([np.zeros(500), np.zeros(500)], [np.arange(500), np.arange(500, 1000)])
    assert alike.smallest(np.zeros((3, 2)), 900).tolist() == [0.0] * 3
    shifts = np.linspace(0, 1e-300, 500)[:, None] * [0.0, 1.0]
    assert np.abs(alike.smallest(shifts, 900)).max() <= 1e-299
    sizes = [61, 59, 53, 47, 43, 41, 37, 31, 29, 23, 19, 17, 13, 11, 7]
    units = np.repeat(np.arange(len(sizes)), sizes)
    scores = np.random.default_rng(0).random(len(units))
    huge = Ranks([scores[:300], scores[300:]], [units[:300], units[300:]])
    assert huge.unit == 2**40 == unit_weights(units)[1]
    order = np.argsort(scores)
    exact = np.cumsum([Fraction(1, sizes[unit]) for unit in units[order]])
    expected = scores[order][np.argmax(exact >= Fraction(8, 10) * 16)]
    found = huge.smallest(np.zeros((1, 2)), huge.needed(Fraction(8, 10)))[0]
    assert found in (expected, scores[order][np.searchsorted(scores[order], expected) + 1])


def test_class_scores_add_what_is_as_probable():
    probabilities = np.array([[0.5, 0.25, 0.25], [0.2, 0.7, 0.1], [1 / 3] * 3, [1.0, 0.0, 0.0]])
    expected = [[0.5, 1, 1], [0.9, 0.7, 1], [1, 1, 1], [1, 1, 1]]
    assert np.allclose(class_scores(probabilities), expected, atol=1e-15)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_class_scores_count_ties_in(seed, classes):
    p = np.random.default_rng(seed).multinomial(8, [1 / classes] * classes, size=5) / 8
    expected = [[sum(other for other in row if other >= own) for own in row] for row in p]
    np.testing.assert_allclose(class_scores(p), expected, rtol=0, atol=1e-15)
    ties = p[:, :, None] == p[:, None, :]
    assert (class_scores(p)[:, :, None] == class_scores(p)[:, None, :])[ties].all()


def test_the_least_probable_class_scores_one_whatever_the_sum_is_rounded_to():
    p = np.random.default_rng(0).dirichlet([1] * 5, 500).astype(np.float32).astype(np.float64)
    scores = class_scores(p)
    assert (scores.max(axis=1) == 1.0).all() and (scores[np.arange(500), p.argmin(axis=1)] == 1.0).all()


# ---- models of every kind of column ----


def calibrated(folds, draws, width=1, rows=120):
    """Arrays of calibration rows."""
    arrays = {}
    for fold in range(folds):
        own = np.arange(fold, rows, folds)
        arrays |= {f"fold_{fold}.rows": own, f"fold_{fold}.units": own}
        arrays[f"fold_{fold}.scores"] = np.abs(draws.normal(size=(len(own), width)))
    return arrays


def mixed_model(folder, way=WAY, classes=(), target_scale="as_is", folds=3, **changed):
    """A model of a table with every kind of column: its document and arrays."""
    table = mixed_table(folder, classes=classes)
    output = "softmax" if classes else "identity"
    learnt = fit_preparation(table, all_rows(120), output, way, (), target_scale).document
    network = described([len(learnt["x_mean"]), 8, len(classes) or 1], "tanh", output=output)
    draws = np.random.default_rng(3)
    keys = ["ensemble_0", "ensemble_1", *(f"fold_{fold}_seed_0" for fold in range(folds))]
    arrays = calibrated(folds, draws)
    for key in keys:
        arrays |= random_arrays(key, network, draws)
    columns = [{"name": each.name, "kind": each.kind, "words": list(each.words)} for each in table_columns(table)]
    document = document_of(
        columns=columns, network=network, preparations=[learnt] * (folds + 1), classes=list(classes),
        task="classification" if classes else "regression",
        ensemble=[{"key": "ensemble_0", "seed": 0}, {"key": "ensemble_1", "seed": 1}],
        folds=[{"fold": fold, "keys": [f"fold_{fold}_seed_0"], "run_ids": [""], "preparation": 1 + fold}
               for fold in range(folds)],
        intervals={"level": "0.9", "units": "rows", "proven": 0.8, "measured": 0.9},
    )  # fmt: skip
    return document | changed, arrays


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return Model(*mixed_model(tmp_path_factory.mktemp("mixed")))


@pytest.fixture(scope="module")
def frame():
    """Its table as pandas reads it, each column of its own kind."""
    rows = {name: [None if cell == "" else cell for cell in cells] for name, cells in mixed_rows().items()}
    frame = pd.DataFrame(rows)
    return frame.assign(
        money=frame["money"].astype(float),
        sold=pd.to_datetime(frame["sold"]),
        new=frame["new"].map({"true": True, "false": False}),
    )


def test_raw_rows_are_read_as_the_table_was(model, frame, tmp_path):
    table = mixed_table(tmp_path)
    expected = np.column_stack([each.values for each in table_columns(table)])
    assert np.array_equal(model.read(frame), expected, equal_nan=True)


def containers(frame):
    """The same rows in everything that holds rows."""
    records = frame.astype(object).where(frame.notna(), None)
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    nullable = frame.convert_dtypes()
    backed = arrow.to_pandas(types_mapper=pd.ArrowDtype)
    return {
        "frame": frame,
        "objects": records,
        "nullable": nullable,
        "Arrow-backed": backed,
        "categories": frame.assign(city=frame["city"].astype("category"), new=frame["new"].astype("category")),
        "dict of lists": {name: list(column) for name, column in records.items()},
        "dict of arrays": {name: frame[name].to_numpy() for name in frame},
        "list of dicts": records.to_dict("records"),
        "Arrow": arrow,
        "Arrow's dictionary": arrow.set_column(2, "city", arrow["city"].dictionary_encode()),
        "text": {name: [None if cell is None else str(cell) for cell in column] for name, column in records.items()},
        "zoned": frame.assign(sold=frame["sold"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
        "seconds": frame.assign(sold=frame["sold"].astype("datetime64[s]"), size=frame["size"].astype("uint8")),
        "masked": {**{name: frame[name].to_numpy() for name in frame},
                   "money": np.ma.masked_invalid(frame["money"].to_numpy())},
        "any index": frame.set_axis(range(1000, 1000 + len(frame))),
        "other columns, too": frame.assign(other=pd.Timedelta(1)),
    }  # fmt: skip


def test_every_container_gives_the_same(model, frame):
    expected = model.predict(frame)
    assert list(expected) == ["prediction", "lower", "upper"]
    for name, rows in containers(frame).items():
        found = model.predict(rows)
        assert all(np.array_equal(found[each], expected[each]) for each in expected), name


MOMENT = 1_590_978_600.0
CELLS = {
    "numbers": [(2, 2), (2.5, 2.5), (np.float32(0.5), 0.5), (Decimal("0.1"), 0.1), ("1e3", 1000), (" -7. ", -7),
                ("NA", math.nan)],
    "true or false": [(True, 1), (np.bool_(False), 0), (0.0, 0), ("TRUE", 1), ("0", 0), ("", math.nan),
                      (pd.NA, math.nan)],
    "dates": [
        (datetime(2020, 6, 1, 2, 30), MOMENT),
        (datetime(2020, 6, 1, 4, 30, tzinfo=timezone(timedelta(hours=2))), MOMENT),
        (pd.Timestamp("2020-06-01T02:30:00Z").tz_convert("Asia/Tokyo"), MOMENT),
        ("2020-06-01 02:30", MOMENT),
        ("2020-06-01T04:30:00+02:00", MOMENT),
        ("2020-06-01T02:30:00.25Z", MOMENT + 0.25),
        (np.datetime64("2020-06-01T02:30"), MOMENT),
        (date(2020, 6, 1), MOMENT - 9000),
        (datetime(1, 1, 1, tzinfo=UTC), standalone.FIRST_SECOND),
        (pd.NaT, math.nan),
        (np.datetime64("NaT"), math.nan),
    ],
    "words": [("a", 0), (np.str_("b"), 1), (" a", -1), ("NA", -1), ("  ", math.nan), (None, math.nan),
              (math.nan, math.nan)],
}  # fmt: skip


@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_is_what_it_says(kind):
    cells, expected = zip(*CELLS[kind], strict=True)
    assert np.array_equal(standalone._read_column(list(cells), kind, ["a", "b"], 1)[0], expected, equal_nan=True)


BAD_CELLS = [
    ("size", "abc", "column 'size', row 2: 'abc' is no number"),
    ("size", True, "column 'size', row 2: True is no number"),
    ("size", "007", "'007' is no number"),
    ("size", "1_000", "is no number"),
    ("size", 10**400, "is beyond what numbers may be|too large"),
    ("size", math.inf, "inf is beyond what numbers may be"),
    ("size", [1], "is no number"),
    ("size", timedelta(1), "is no number"),
    ("size", b"1", "is no number"),
    ("city", 3, "column 'city', row 2: 3 is no word"),
    ("city", True, "is no word"),
    ("new", "yes", "column 'new', row 2: 'yes' is neither true nor false"),
    ("new", 2, "is neither true nor false"),
    ("sold", 20200101, "column 'sold', row 2: 20200101 is no date"),
    ("sold", "1.2.2020", "is no date as ISO 8601 writes it"),
    ("sold", None, "row 2: None is a gap, and the model was fitted to fill none there; fill it$"),
]


@pytest.mark.parametrize(("name", "cell", "complaint"), BAD_CELLS, ids=str)
def test_a_cell_that_cannot_be_predicted_is_named(model, frame, name, cell, complaint):
    rows = {each: list(frame[each][:3].astype(object)) for each in frame}
    rows[name][1] = cell
    with pytest.raises(RowsError, match=complaint) as error:
        model.predict(rows)
    assert "\n" not in str(error.value)


def test_a_word_that_the_model_never_saw_is_refused_where_nothing_is_made_of_it(tmp_path, frame):
    rows = frame[:3].assign(city=["Bern", "Köln", None])
    for way, is_known in ((Preparation("median", "one_hot", 0.0, "parts"), False), (WAY, True),
                          (Preparation("median", "target", 0.0, "parts"), True)):  # fmt: skip
        made = Model(*mixed_model(tmp_path, way))
        if is_known:
            assert np.isfinite(made.predict(rows)["prediction"]).all()
            continue
        with pytest.raises(
            RowsError, match=r"column 'city', row 12: 'Köln' is none of its words .*'Bern'.*; write one of them$"
        ):
            made.predict(rows, first=11)


BAD_ROWS = {
    "no column": (lambda frame: frame.drop(columns="city"), "there is no column 'city'.*'money', 'size', 'city'"),
    "a column twice": (lambda frame: pd.concat([frame, frame[["city"]]], axis=1), "2 columns are called 'city'"),
    "unequal": (lambda frame: {**frame, "city": ["Bern"]}, "unequal numbers of rows"),
    "no sequence": (lambda frame: {**frame, "size": 3}, "column 'size', is no sequence"),
    "text": (lambda frame: {**frame, "city": "Bern"}, "column 'city', is no sequence"),
    "a dict too few": (lambda frame: [*frame.to_dict("records"), {"money": 1.0}], "there is no column 'size' in all"),
    "no rows at all": (lambda frame: 3, "rows are a DataFrame"),
    "truths for numbers": (lambda frame: frame.assign(size=True), "'size', holds true or false, .* has numbers"),
    "dates for words": (lambda frame: frame.assign(city=frame["sold"]), "'city', holds dates, .* it has words"),
    "differences": (lambda frame: frame.assign(size=pd.Timedelta(1)), "'size', holds timedelta64"),
    "complex": (lambda frame: frame.assign(size=1j), "'size', holds complex128"),
    "two cells": (lambda frame: {**frame, "size": np.ones((len(frame), 2))}, "'size', has several cells a row"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_ROWS)
def test_rows_that_cannot_be_predicted_are_refused_in_a_line(model, frame, name):
    change, complaint = BAD_ROWS[name]
    with pytest.raises(RowsError, match=complaint) as error:
        model.predict(change(frame))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("level", ["0", "1", "x", 1.5, "0.999", "1/0"])
def test_levels_that_there_are_no_intervals_for(model, frame, level):
    with pytest.raises(RowsError, match="level"):
        model.predict(frame, level)


def test_intervals_hold_the_prediction_and_grow_with_the_level(model, frame):
    narrow, wide = model.predict(frame, "0.5"), model.predict(frame, 0.95)
    for found in (narrow, wide):
        assert (found["lower"] <= found["prediction"]).all() and (found["prediction"] <= found["upper"]).all()
    assert (wide["lower"] <= narrow["lower"]).all() and (narrow["upper"] <= wide["upper"]).all()
    columns = model.read(frame)
    folds = np.column_stack([model.fold(fold, columns)[:, 0] for fold in range(3)])
    every = np.sort(np.hstack([folds[:, [fold]] + own for fold, own in enumerate(model._ranks[0].scores)]), axis=1)
    expected = np.maximum(every[:, math.ceil(0.95 * 121) - 1], wide["prediction"])
    assert np.allclose(wide["upper"], expected, rtol=1e-13)


@pytest.mark.parametrize("classes", [("no", "yes"), ("a", "b", "c")], ids=len)
def test_classes_have_probabilities_and_sets(tmp_path, frame, classes):
    made = Model(*mixed_model(tmp_path, classes=classes, threshold=0.3 if len(classes) == 2 else None))
    found = made.predict(frame)
    shares = np.column_stack([found[f"probability_{name}"] for name in classes])
    assert np.allclose(shares.sum(axis=1), 1) and next(iter(found)) == "prediction"
    number = np.array([classes.index(name) for name in found["prediction"]])
    assert np.array_equal(number, shares[:, 1] >= 0.3 if len(classes) == 2 else shares.argmax(axis=1))
    if len(classes) == 2:
        assert made.class_numbers(np.array([[0.7, 0.3], [0.71, 0.29]])).tolist() == [1, 0], "from the threshold on"
    inside = np.column_stack([made.predict(frame, "0.1")[f"in_set_{name}"] for name in classes])
    folds = [class_scores(made.fold(fold, made.read(frame))) for fold in range(3)]
    bare = made._ranks[0].holds(folds, made._ranks[0].needed(Fraction(1, 10)))
    assert not bare.any(axis=1).all() and np.array_equal(inside, bare | (np.arange(len(classes)) == number[:, None]))
    assert inside.dtype == bool and inside[np.arange(len(number)), number].all()


def test_a_logarithm_of_any_preparation_says_which_cell_has_none(tmp_path, frame):
    document, arrays = mixed_model(tmp_path, Preparation("median", "one_hot", 0.1, "elapsed", "log"))
    with_log, without = document["preparations"][0], json.loads(json.dumps(document["preparations"][0]))
    assert without["columns"][0]["curve"] == {"log": True}
    without["columns"][0]["curve"] = None
    for first, others in ((with_log, without), (without, with_log)):
        made = Model(document | {"preparations": [first, *[others] * 3]}, arrays)
        assert np.isfinite(made.predict(frame.assign(money=-0.5))["upper"]).all()
        with pytest.raises(RowsError, match=r"column 'money', row 1: -1.0 has no log\(1 \+ x\)"):
            made.predict(frame.assign(money=-1.0))


def test_rows_do_not_depend_on_their_company(model, frame):
    many = pd.concat([frame] * 40, ignore_index=True)
    all_at_once = model.predict(many)
    for name, column in model.predict(frame[:1]).items():
        assert column[0] == pytest.approx(all_at_once[name][0], rel=1e-12, abs=1e-12)
        assert np.allclose(all_at_once[name].reshape(40, -1), all_at_once[name][: len(frame)], rtol=1e-12, atol=1e-12)
    assert {name: len(column) for name, column in model.predict(frame[:0]).items()} == dict.fromkeys(all_at_once, 0)


def test_a_row_of_which_any_network_makes_no_number_is_refused(tmp_path, frame):
    """Also where it is the networks of a fold that overflow, and on one row alone."""
    document, arrays = mixed_model(tmp_path)
    document["network"] = described([*document["network"]["layer_sizes"][:1], *[2] * 12, 1], "identity")
    for key in ("ensemble_0", "ensemble_1", *(f"fold_{fold}_seed_0" for fold in range(3))):
        arrays |= random_arrays(key, document["network"], np.random.default_rng(5))
    assert np.isfinite(Model(document, arrays).predict(frame)["upper"]).all()
    for layer in range(1, 14):
        arrays[f"fold_1_seed_0.layer_{layer}.weights"] *= np.float32(1e37)
    with pytest.raises(RowsError, match="row 1: what the networks make of it is no number"):
        Model(document, arrays).predict(frame)


# ---- the folder ----


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "model", *mixed_model(tmp_path))


def test_a_folder_is_read_by_itself(folder, frame, model):
    expected = model.predict(frame)
    assert all(np.array_equal(column, expected[name]) for name, column in Model.load(folder).predict(frame).items())
    served = standalone._load_pyfunc(str(folder)).predict(frame.set_axis(range(5, 125)), {"level": "0.8"})
    assert list(served) == list(expected) and served.index[0] == 5
    arrays = standalone.read_safetensors(folder / "weights.safetensors")
    assert arrays["fold_0.rows"].dtype == np.int64 and arrays["ensemble_0.layer_1.bias"].shape == (8,)


def test_the_file_alone_predicts_a_table_from_the_command_line(folder, tmp_path, model, frame):
    table = tmp_path / "mixed.csv"
    alone = [sys.executable, "-I", "-W", "error", str(folder / "nnjax_model.py")]
    done = subprocess.run([*alone, str(table)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    expected = model.predict(frame)
    assert [float(row["upper"]) for row in rows] == pytest.approx(expected["upper"], rel=1e-12)
    table.write_text(table.read_text().replace("Bern", '"Bern', 1))
    done = subprocess.run([*alone, str(table)], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and not done.stdout


def test_of_a_table_without_rows_the_file_alone_prints_the_names_of_predictions(folder, tmp_path, model, frame):
    table, alone = tmp_path / "none.csv", [sys.executable, "-I", "-W", "error", str(folder / "nnjax_model.py")]
    table.write_text(",".join(frame) + "\n")
    done = subprocess.run([*alone, str(table)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", ",".join(model.predict(frame[:0])) + "\n")
    table.write_text("size\n")
    done = subprocess.run([*alone, str(table)], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "there is no column" in done.stderr and not done.stdout


def test_a_level_of_a_model_without_intervals_is_refused(tmp_path, frame):
    document, arrays = mixed_model(tmp_path)
    plain = Model(document | {"folds": [], "intervals": None}, arrays)
    assert list(plain.predict(frame[:2])) == ["prediction"]
    for level in ("0.9", 0.5):
        with pytest.raises(RowsError, match=r"^level .*: the model has no intervals; ask without a level$"):
            plain.predict(frame[:2], level)


def test_a_table_of_text_is_read_whatever_separates_its_cells(tmp_path):
    def read(text):
        (tmp_path / "t.csv").write_text(text, encoding="utf-8-sig")
        return [*standalone._read_text(str(tmp_path / "t.csv"))]

    assert read('"a,b,c";d\n1;"x;y"\n\nNA;\n') == [{"a,b,c": ["1", None], "d": ["x;y", ""]}]
    with pytest.raises(RowsError, match="two columns are called 'a'"):
        read("a,b,a\n1,2,3\n")
    with pytest.raises(RowsError, match="3 values before line"):
        read("a,b\n1,2\n1,2,3\n")
    assert standalone.main([]) == 2


WEIGHTS, DOCUMENT, SUMS = "weights.safetensors", "model.json", "SHA256SUMS"
BAD_FOLDERS = {
    "a changed byte": (WEIGHTS, lambda content: content[:-1] + bytes([content[-1] ^ 1]), False, "SHA-256 differs"),
    "cut short": (DOCUMENT, lambda content: content[:-9], False, "SHA-256 differs"),
    "cut short and sealed": (WEIGHTS, lambda content: content[:-9], True, "has no room"),
    "no header": (WEIGHTS, lambda content: content[:5], True, "cut short"),
    "longer": (WEIGHTS, lambda content: content + b"1", True, "longer than its arrays"),
    "no JSON": (DOCUMENT, lambda content: content[:-9], True, "no whole model"),
    "NaN": (DOCUMENT, lambda content: content.replace(b'"epochs": 1', b'"epochs": NaN'), True, "NaN is no number"),
    "another format": (DOCUMENT, lambda content: content.replace(b'"format": 1', b'"format": 2'), True, "format is 2"),
    "sums of nothing": (SUMS, lambda content: b"", False, "does not name model.json"),
    "sums that lead out": (SUMS, lambda content: content + b"0" * 64 + b"  ../x\n", False, "has a line"),
    "sums of a file that is gone": (SUMS, lambda content: content + b"0" * 64 + b"  x\n", False, "x: No such file"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FOLDERS)
def test_a_folder_that_is_not_whole_is_refused_in_a_line(folder, name):
    file, change, is_sealed, complaint = BAD_FOLDERS[name]
    (folder / file).write_bytes(change((folder / file).read_bytes()))
    if is_sealed:
        seal_folder(folder)
    with pytest.raises(FolderError, match=complaint) as error:
        Model.load(folder)
    assert "\n" not in str(error.value) and str(folder) in str(error.value)


BAD_ARRAYS = {
    "overlap": [("F32", [2], [0, 8]), ("F32", [2], [0, 8])],
    "a hole": [("F32", [2], [4, 12])],
    "too small": [("F32", [3], [0, 8])],
    "negative": [("F32", [-2, -1], [0, 8])],
    "beyond": [("F32", [4], [0, 16])],
    "another type": [("U8", [8], [0, 8])],
}


@pytest.mark.parametrize("name", BAD_ARRAYS)
def test_arrays_lie_in_the_file_one_behind_the_other(tmp_path, name):
    parts = ("dtype", "shape", "data_offsets")
    named = {f"a{place}": dict(zip(parts, entry, strict=True)) for place, entry in enumerate(BAD_ARRAYS[name])}
    header = json.dumps(named).encode()
    (tmp_path / "x").write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    with pytest.raises((ValueError, KeyError)):
        standalone.read_safetensors(tmp_path / "x")


def places(value, path=()):
    """Every place in a document."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from places(each, (*path, key))


@pytest.mark.parametrize("classes", [(), ("a", "b", "c")], ids=len)
def test_a_document_of_another_shape_is_refused_or_predicts(tmp_path, frame, classes):
    """Whatever stands in its place: one error of ours when it is read, or predictions."""
    document, arrays = mixed_model(tmp_path, classes=classes)
    draws, every = np.random.default_rng(4), [path for path in places(document) if path]
    outcomes = []
    for number in draws.choice(len(every), 70, replace=False):
        *way, last = every[number]
        changed = json.loads(json.dumps(document))
        inner = changed
        for key in way:
            inner = inner[key]
        new = draws.choice(np.array([None, -1, 0.5, "x", [], {}, True, [1.0], 10**400], dtype=object))
        if draws.random() < 0.3:
            del inner[last]
        else:
            inner[last] = new
        (tmp_path / str(number)).mkdir()
        try:
            made = Model.load(write_folder(tmp_path / str(number) / "model", changed, arrays))
            made.predict(frame[:2])
            outcomes.append("predicted")
        except (FolderError, RowsError) as error:
            assert "\n" not in str(error)
            outcomes.append("refused")
    assert min(outcomes.count("refused"), outcomes.count("predicted")) > 2


@pytest.mark.parametrize("name", ["ensemble_0.layer_1.weights", "fold_1.scores", "fold_0.units"])
def test_arrays_that_do_not_fit_are_refused(tmp_path, name):
    document, arrays = mixed_model(tmp_path)
    with pytest.raises(ValueError, match=r"finite float32|differ in length"):
        Model(document, {**arrays, name: arrays[name][:-1]})
    with pytest.raises(KeyError):
        Model(document, {each: array for each, array in arrays.items() if each != name})


def test_layers_are_named_from_one():
    network = described([2, 3, 1])
    arrays = random_arrays("ensemble_0", network, DRAWS)
    assert [arrays[f"ensemble_0.layer_{place}.weights"].shape for place in (1, 2)] == [*pairwise([2, 3, 1])]
