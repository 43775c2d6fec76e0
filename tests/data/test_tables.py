"""Tables are what they say, and their digest notices every change."""

import subprocess
import sys

import numpy as np
import pytest

from nnjax.data.tables import TABLES, Table, load_table, make_table

FEATURES = np.arange(12.0).reshape(6, 2)
TARGET = np.arange(6.0)
LABELS = np.array([0, 1, 2, 0, 1, 2])
DIABETES_DIGEST = "a0c5c4e33ca728ce43c232052b039bbfb168193416b131e76ee2a6b31d8dfcbd"


def table(
    features: np.ndarray = FEATURES,
    target: np.ndarray = TARGET,
    names: tuple[str, ...] = ("a", "b"),
    target_names: str | tuple[str, ...] = "y",
    class_names: tuple[str, ...] = (),
) -> Table:
    return make_table("small", features, target, names, target_names, class_names)


@pytest.mark.parametrize("name", TABLES)
def test_registered_tables_are_what_the_registry_says(name: str) -> None:
    loaded, reader = load_table(name), TABLES[name]
    assert (loaded.name, loaded.task, loaded.features.shape[1]) == (name, reader.task, reader.n_features)
    assert loaded.target.shape == (len(loaded.features), len(loaded.target_names))
    assert len(set(loaded.feature_names)) == reader.n_features and len(loaded.digest) == 64
    assert reader.name == name and reader.description and reader.source
    assert reader.rows is None or len(loaded.features) == reader.rows


@pytest.mark.parametrize("name", [name for name in TABLES if TABLES[name].task == "classification"])
def test_classes_are_counted_from_0_and_named(name: str) -> None:
    loaded = load_table(name)
    assert loaded.target_names and np.array_equal(np.unique(loaded.target), np.arange(len(loaded.class_names)))
    assert np.array_equal(loaded.labels, loaded.target[:, 0])


@pytest.mark.parametrize("name", [name for name in TABLES if TABLES[name].task == "regression"])
def test_a_regression_has_no_classes(name: str) -> None:
    loaded = load_table(name)
    assert loaded.class_names == () and loaded.labels is None


@pytest.mark.parametrize("name", TABLES)
def test_no_feature_is_the_target(name: str) -> None:
    loaded = load_table(name)
    varying = loaded.features[:, np.ptp(loaded.features, axis=0) > 0]
    correlation = np.corrcoef(varying.T, loaded.target.T)[: varying.shape[1], varying.shape[1] :]
    assert np.abs(correlation).max() < 0.99


@pytest.mark.parametrize("name", TABLES)
def test_reading_twice_gives_the_same_digest(name: str) -> None:
    first = load_table(name)
    columns = TABLES[name].read(**TABLES[name].defaults)
    again = make_table(name, *columns)
    assert again.digest == first.digest


def test_digests_of_all_tables_differ() -> None:
    assert len({load_table(name).digest for name in TABLES}) == len(TABLES)


def test_diabetes_is_in_its_own_units() -> None:
    diabetes = load_table("diabetes")
    assert diabetes.features.shape == (442, 10) and diabetes.target_name == "disease progression"
    assert diabetes.feature_names[0] == "age" and 19 <= diabetes.features[:, 0].min() <= 20
    assert (diabetes.target.min(), diabetes.target.max()) == (25, 346)


def test_the_digest_of_diabetes_is_that_of_earlier_journals() -> None:
    assert load_table("diabetes").digest == DIABETES_DIGEST


def test_digest_does_not_depend_on_memory_order() -> None:
    assert table().digest == table(np.asfortranarray(FEATURES)).digest


@pytest.mark.parametrize(
    "other",
    [
        {"features": FEATURES + np.eye(6, 2) * 1e-12},
        {"target": TARGET[::-1]},
        {"names": ("a", "c")},
        {"features": FEATURES.reshape(6, 2)[:, ::-1]},
        {"target_names": ("z",)},
        {"target": TARGET.repeat(2).reshape(6, 2), "target_names": ("y", "z")},
    ],
    ids=["a number", "order of rows", "a name", "order of columns", "the target's name", "another target"],
)
def test_digest_notices(other: dict[str, np.ndarray]) -> None:
    assert table(**other).digest != table().digest


def test_digest_notices_classes() -> None:
    as_numbers, as_classes = table(target=LABELS), table(target=LABELS, class_names=("r", "s", "t"))
    renamed = table(target=LABELS, class_names=("r", "s", "u"))
    assert len({as_numbers.digest, as_classes.digest, renamed.digest}) == 3


def test_several_targets_are_named_together() -> None:
    assert table(target=np.ones((6, 2)), target_names=("y", "z")).target_name == "y, z"


def test_tables_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        load_table("diabetes").features[0, 0] = 1.0


def test_making_a_table_leaves_the_callers_arrays_alone() -> None:
    features = FEATURES.copy()
    made = table(features)
    features[0, 0] = 5.0
    assert features[0, 0] == 5.0 and made.features[0, 0] == FEATURES[0, 0]


@pytest.mark.parametrize("features", [FEATURES[:5], FEATURES[:, :1], np.full((6, 2), np.nan)])
def test_unsound_numbers_are_refused(features: np.ndarray) -> None:
    with pytest.raises(ValueError, match="small"):
        table(features)


@pytest.mark.parametrize("target", [LABELS + 1, LABELS * 0.5, np.zeros(6)], ids=["from 1", "halves", "an empty class"])
def test_targets_that_are_no_class_numbers_are_refused(target: np.ndarray) -> None:
    with pytest.raises(ValueError, match="class numbers 0 to 2"):
        table(target=target, class_names=("r", "s", "t"))


def test_targets_without_a_name_are_refused() -> None:
    with pytest.raises(ValueError, match="1 names"):
        table(target=np.ones((6, 2)))


def test_importing_the_room_does_not_import_scikit_learn() -> None:
    code = "import sys, nnjax.data.scaling, nnjax.data.splits, nnjax.data.tables; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
