"""The file that rides along with a model: raw rows to predictions, against the engine, scikit-learn and fractions."""

import numpy as np
import pytest
from fakes.model_folders import described, document_of, number_columns, plain_preparation, random_arrays, write_folder

from nnjax.model.standalone import Model


@pytest.fixture
def folder(tmp_path):
    """A network of relu."""
    network = described([3, 8, 1])
    document = document_of(columns=number_columns(3), network=network, preparations=[plain_preparation(3)])
    return write_folder(tmp_path / "model", document, random_arrays("ensemble_0", network, np.random.default_rng(0)))


def test_a_folder_predicts(folder):
    model = Model.load(folder)
    x = np.random.default_rng(1).normal(size=(5_000, 3))
    first, last = model.networks["ensemble_0"].layers
    expected = np.maximum(x @ first.weights + first.bias, 0) @ last.weights + last.bias
    found = model.predict({f"x{place + 1}": column for place, column in enumerate(x.T)})
    assert list(found) == ["prediction"]
    assert np.allclose(found["prediction"], expected[:, 0], rtol=1e-13)
