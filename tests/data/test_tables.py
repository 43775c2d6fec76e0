"""Tables are what they say, and their digest notices every change."""

import numpy as np
import pytest

from nnjax.data.tables import TABLES, Table, load_table, make_table

FEATURES = np.arange(12.0).reshape(6, 2)
TARGET = np.arange(6.0)


def table(features: np.ndarray = FEATURES, target: np.ndarray = TARGET, names: tuple[str, ...] = ("a", "b")) -> Table:
    return make_table("small", features, target, names, "y")


@pytest.mark.parametrize("name", TABLES)
def test_registered_tables_are_finite_and_named(name: str) -> None:
    loaded = load_table(name)
    n_rows, n_features = loaded.features.shape
    assert loaded.name == name and loaded.target.shape == (n_rows, 1)
    assert len(loaded.feature_names) == n_features and len(loaded.digest) == 64


def test_diabetes_is_in_its_own_units() -> None:
    diabetes = load_table("diabetes")
    assert diabetes.features.shape == (442, 10)
    assert diabetes.feature_names[0] == "age" and 19 <= diabetes.features[:, 0].min() <= 20
    assert (diabetes.target.min(), diabetes.target.max()) == (25, 346)


def test_digest_does_not_depend_on_memory_order() -> None:
    assert table().digest == table(np.asfortranarray(FEATURES)).digest


@pytest.mark.parametrize(
    "other",
    [
        {"features": FEATURES + np.eye(6, 2) * 1e-12},
        {"target": TARGET[::-1]},
        {"names": ("a", "c")},
        {"features": FEATURES.reshape(6, 2)[:, ::-1]},
    ],
    ids=["a number", "order of rows", "a name", "order of columns"],
)
def test_digest_notices(other: dict[str, np.ndarray]) -> None:
    assert table(**other).digest != table().digest


def test_tables_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_table("diabetes").features[0, 0] = 1.0


def test_making_a_table_leaves_the_callers_arrays_alone() -> None:
    features = FEATURES.copy()
    table(features)
    features[0, 0] = 5.0


@pytest.mark.parametrize("features", [FEATURES[:5], FEATURES[:, :1], np.full((6, 2), np.nan)])
def test_unsound_numbers_are_refused(features: np.ndarray) -> None:
    with pytest.raises(ValueError, match="small"):
        table(features)
