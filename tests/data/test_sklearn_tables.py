"""The sets from scikit-learn, by what is known of them."""

from importlib.machinery import ModuleSpec

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris

from nnjax.data.sklearn_tables import read_diabetes
from nnjax.data.tables import load_table

KNOWN = {
    "linnerud": ((20, 3), ("weight", "waist", "pulse"), ()),
    "iris": ((150, 4), ("species",), ("setosa", "versicolor", "virginica")),
    "wine": ((178, 13), ("cultivar",), ("cultivar 1", "cultivar 2", "cultivar 3")),
    "breast_cancer": ((569, 30), ("diagnosis",), ("malignant", "benign")),
    "digits": ((1797, 64), ("digit",), tuple("0123456789")),
}
CLASS_SIZES = {"iris": [50, 50, 50], "wine": [59, 71, 48], "breast_cancer": [212, 357]}


@pytest.mark.parametrize("name", KNOWN)
def test_shapes_and_names(name: str) -> None:
    table = load_table(name)
    assert (table.features.shape, table.target_names, table.class_names) == KNOWN[name]
    assert all(type(text) is str for text in (*table.feature_names, *table.target_names, *table.class_names))


@pytest.mark.parametrize("name", CLASS_SIZES)
def test_class_sizes(name: str) -> None:
    assert np.bincount(load_table(name).labels).tolist() == CLASS_SIZES[name]


def test_digits_are_pixels_from_0_to_16() -> None:
    digits = load_table("digits")
    assert (digits.features.min(), digits.features.max()) == (0, 16) and digits.feature_names[1] == "pixel_0_1"


def test_rows_are_in_scikit_learns_order() -> None:
    assert np.array_equal(load_table("iris").features, load_iris().data)


def test_diabetes_is_scikit_learns_to_the_last_bit() -> None:
    ours, theirs = load_table("diabetes"), load_diabetes(scaled=False)
    assert np.array_equal(ours.features, theirs.data) and np.array_equal(ours.target[:, 0], theirs.target)
    assert list(ours.feature_names) == theirs.feature_names
    assert ours.digest == "a0c5c4e33ca728ce43c232052b039bbfb168193416b131e76ee2a6b31d8dfcbd"


@pytest.mark.parametrize("spec", [None, ModuleSpec("sklearn", None), ModuleSpec("sklearn", None, origin="elsewhere/x")])
def test_diabetes_is_the_same_where_scikit_learn_keeps_files_otherwise(monkeypatch, spec: ModuleSpec | None) -> None:
    ours = read_diabetes()
    monkeypatch.setattr("nnjax.data.sklearn_tables.find_spec", lambda _: spec)
    theirs = read_diabetes()
    for one, other in ((ours.features, theirs.features), (ours.target, theirs.target)):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
