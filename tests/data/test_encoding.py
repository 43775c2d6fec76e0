"""Classes as numbers of a network's outputs."""

import numpy as np
import pytest

from nnjax.data.encoding import encode_target, output_width
from nnjax.data.tables import TABLES, load_table

WIDTHS = [
    ("diabetes", "identity", 1),
    ("linnerud", "auto", 3),
    ("moons", "auto", 1),
    ("moons", "identity", 1),
    ("moons", "logistic", 1),
    ("moons", "softmax", 2),
    ("iris", "logistic", 3),
    ("iris", "softmax", 3),
    ("digits", "identity", 10),
]


@pytest.mark.parametrize(("name", "output", "width"), WIDTHS)
def test_width(name: str, output: str, width: int) -> None:
    table = load_table(name)
    assert output_width(table, output) == width
    assert encode_target(table, output).shape == (len(table.target), width)


@pytest.mark.parametrize("name", [name for name in TABLES if TABLES[name].task == "classification"])
@pytest.mark.parametrize("output", ["identity", "logistic", "softmax"])
def test_classes_can_be_read_back(name: str, output: str) -> None:
    table = load_table(name)
    encoded = encode_target(table, output)
    assert set(np.unique(encoded)) == {0, 1}
    classes = encoded[:, 0] if encoded.shape[1] == 1 else encoded.argmax(axis=1)
    assert np.array_equal(classes, table.labels)
    assert encoded.shape[1] == 1 or (encoded.sum(axis=1) == 1).all()


def test_a_regression_keeps_its_units() -> None:
    assert np.array_equal(encode_target(load_table("linnerud"), "identity"), load_table("linnerud").target)
