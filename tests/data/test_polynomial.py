"""Polynomial features are products of the inputs, named, and counted without being formed."""

import numpy as np
import pytest

from nnjax.data.polynomial import count_polynomial_features, form_polynomial
from nnjax.data.tables import TableSource, load_table


@pytest.mark.parametrize("degree", [1, 2, 3, 4, 5])
def test_columns_are_the_products_that_their_names_say(degree: int) -> None:
    x = np.random.default_rng(0).normal(size=(7, 3))
    columns, names = form_polynomial(x, ("a", "b", "c"), degree)
    assert columns.shape[1] == len(set(names)) == count_polynomial_features(3, degree)
    values = dict(zip(("a", "b", "c"), x.T, strict=True))
    for column, name in zip(columns.T, names, strict=True):
        expected = eval(name.replace("^", "**").replace(" ", "*"), {}, values)
        np.testing.assert_allclose(column, expected, rtol=1e-12)


def test_degree_1_changes_nothing() -> None:
    x = np.ones((2, 2))
    assert form_polynomial(x, ("a", "b"), 1)[0] is x


def test_the_inputs_come_first_and_keep_their_names() -> None:
    plain, curved = load_table("diabetes"), load_table(TableSource("diabetes", polynomial_degree=2))
    assert curved.features.shape == (442, 65) and curved.feature_names[:10] == plain.feature_names
    assert np.array_equal(curved.features[:, :10], plain.features) and np.array_equal(curved.target, plain.target)
    assert "age sex" in curved.feature_names and "bmi^2" in curved.feature_names


def test_the_degree_is_in_digest_and_name() -> None:
    tables = [load_table(TableSource("iris", polynomial_degree=degree)) for degree in (1, 2, 3)]
    assert len({table.digest for table in tables}) == 3
    assert [table.name for table in tables] == ["iris", "iris(polynomial_degree=2)", "iris(polynomial_degree=3)"]
    assert tables[2].class_names == tables[0].class_names
