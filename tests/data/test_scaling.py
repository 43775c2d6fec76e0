"""Scaling uses the training rows and nothing else."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from nnjax.data.scaling import scale_split
from nnjax.data.splits import Split, SplitPlan, make_splits
from nnjax.data.tables import Table, load_table, make_table

TABLE = load_table("diabetes")
SPLIT = make_splits(442, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[1]
SCALED = scale_split(TABLE, SPLIT)


def changed(rows: np.ndarray, amount: float) -> Table:
    features, target = TABLE.features.copy(), TABLE.target.copy()
    features[rows] += amount
    target[rows] += amount
    return make_table("changed", features, target, TABLE.feature_names, TABLE.target_name)


def test_training_rows_are_standardised() -> None:
    for part in (SCALED.x_train, SCALED.y_train):
        np.testing.assert_allclose(part.mean(axis=0, dtype=np.float64), 0, atol=1e-6)
        np.testing.assert_allclose(part.std(axis=0, dtype=np.float64), 1, atol=1e-6)


def test_shapes_and_types() -> None:
    assert SCALED.x_train.shape == (265, 10) and SCALED.y_validation.shape[1] == 1
    assert all(part.dtype == np.float32 for part in SCALED[:6])


def test_prediction_returns_to_its_own_unit() -> None:
    restored = SCALED.y_test.astype(np.float64) * SCALED.y_scale + SCALED.y_mean
    np.testing.assert_allclose(restored, TABLE.target[SPLIT.test], rtol=1e-5)


@pytest.mark.parametrize("rows", [SPLIT.validation, SPLIT.test], ids=["validation", "test"])
def test_rows_outside_do_not_move_the_training_rows(rows: np.ndarray) -> None:
    other = scale_split(changed(rows, 1000.0), SPLIT)
    assert np.array_equal(other.x_train, SCALED.x_train) and np.array_equal(other.y_train, SCALED.y_train)
    assert np.array_equal(other.y_mean, SCALED.y_mean) and np.array_equal(other.y_scale, SCALED.y_scale)


def test_counts_are_divided_by_their_mean_over_the_training_rows() -> None:
    scaled = scale_split(TABLE, SPLIT, "exponential")
    assert scaled.y_mean.tolist() == [0.0]
    assert scaled.y_scale.tolist() == [TABLE.target[SPLIT.train].mean()]
    np.testing.assert_allclose(scaled.y_train.mean(dtype=np.float64), 1, rtol=1e-6)
    np.testing.assert_allclose(scaled.y_test * scaled.y_scale, TABLE.target[SPLIT.test], rtol=1e-6)
    assert np.array_equal(scaled.x_train, SCALED.x_train)


def test_no_count_at_all_among_the_training_rows_divides_by_one() -> None:
    target = TABLE.target.copy()
    target[SPLIT.train] = 0
    table = make_table("none", TABLE.features, target, TABLE.feature_names, TABLE.target_name)
    assert scale_split(table, SPLIT, "exponential").y_scale.tolist() == [1.0]


def test_a_constant_column_is_only_centred() -> None:
    features = TABLE.features.copy()
    features[SPLIT.train, 3] = 0.1
    table = make_table("constant", features, TABLE.target, TABLE.feature_names, TABLE.target_name)
    scaled = scale_split(table, SPLIT)
    np.testing.assert_allclose(scaled.x_train[:, 3], 0, atol=1e-6)
    np.testing.assert_allclose(scaled.x_test[:, 3], features[SPLIT.test, 3] - 0.1, rtol=1e-5)


def test_what_is_out_of_reach_of_float32_stays_a_number() -> None:
    """A row at 1e149 beside training rows that are all the same, or so small that their squares are nothing."""
    features = TABLE.features.copy()
    features[SPLIT.train, 3], features[SPLIT.test[0], 3] = 1, 1e149
    features[:, 4] = np.where(np.isin(np.arange(442), SPLIT.train), 1e-170 * np.arange(442), 1)
    table = make_table("far", features, TABLE.target, TABLE.feature_names, TABLE.target_name)
    scaled = scale_split(table, SPLIT)
    assert scaled.x_test[0, 3] == np.float32(1e30) and np.isfinite(np.concatenate([*scaled[:6:2]])).all()
    assert scaled.x_train[:, 4].tolist() == [0.0] * 265 and scaled.x_test[:, 4].tolist() == [1.0] * 111


def test_a_true_spread_beside_a_large_number_is_no_rounding_however_many_rows() -> None:
    """Seconds since 1970, 30 milliseconds apart: scikit-learn's scaler would take 100,000 of them for constant."""
    rows = np.arange(100_000)
    features = (1.7e9 + 0.03 * (rows % 2))[:, None]
    table = make_table("clock", features, (rows % 7).astype(float), ("clock",), "y")
    scaled = scale_split(table, Split(rows[:80_000], rows[80_000:90_000], rows[90_000:], "ab" * 32))
    assert sorted(set(scaled.x_train[:, 0].tolist())) == pytest.approx([-1, 1], abs=1e-4)
    assert StandardScaler().fit(features).scale_.tolist() == [1.0]


def test_every_output_of_a_regression_has_its_own_unit() -> None:
    table = load_table("linnerud")
    split = make_splits(20, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5))[0]
    scaled = scale_split(table, split)
    assert scaled.y_mean.shape == scaled.y_scale.shape == (3,) and scaled.y_train.shape == (12, 3)
    np.testing.assert_allclose(scaled.y_train.std(axis=0, dtype=np.float64), 1, atol=1e-6)
    np.testing.assert_allclose(scaled.y_test * scaled.y_scale + scaled.y_mean, table.target[split.test], rtol=1e-5)


@pytest.mark.parametrize(("output", "width"), [("identity", 3), ("softmax", 3)])
def test_classes_are_not_scaled(output: str, width: int) -> None:
    table = load_table("iris")
    split = make_splits(150, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5), table.labels)[0]
    scaled = scale_split(table, split, output)
    assert np.array_equal(scaled.y_mean, np.zeros(width)) and np.array_equal(scaled.y_scale, np.ones(width))
    assert scaled.y_test.dtype == np.float32
    assert np.array_equal(scaled.y_test.argmax(axis=1), table.labels[split.test])
    np.testing.assert_allclose(scaled.x_train.std(axis=0, dtype=np.float64), 1, atol=1e-6)


def test_two_classes_are_one_column_unless_softmax() -> None:
    table = load_table("moons")
    split = make_splits(400, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 5), table.labels)[0]
    assert [scale_split(table, split, output).y_train.shape[1] for output in ("logistic", "softmax")] == [1, 2]
