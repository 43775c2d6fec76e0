"""MLflow loads a model's folder as it lies there."""

import mlflow
import numpy as np
import pandas as pd
import pytest
from fakes.model_folders import described, document_of, number_columns, plain_preparation, random_arrays, write_folder

from nnjax.model.standalone import Model
from nnjax.tracking.mlmodel import mlflow_files


@pytest.mark.filterwarnings("ignore:.*Any type hint")  # of MLflow's own, when its pyfunc is imported
def test_a_folder_is_loaded_as_it_lies_there(tmp_path):
    network = described([2, 3, 1])
    document = document_of(
        network=network,
        columns=number_columns(2),
        preparations=[plain_preparation(2)],
        ensemble=[{"key": "ensemble_0", "seed": 1}],
    )
    folder = write_folder(tmp_path / "model", document, random_arrays("ensemble_0", network, np.random.default_rng(0)))
    files = mlflow_files(document)
    assert files == mlflow_files(document)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    names = [column["name"] for column in document["columns"]]
    rows = pd.DataFrame(np.random.default_rng(1).normal(size=(5, 2)), columns=names)
    loaded = mlflow.pyfunc.load_model(str(folder))
    here = Model.load(folder).predict(rows)
    told = loaded.predict(rows)
    assert list(told) == list(here) == [each.name for each in loaded.metadata.get_output_schema()]
    for name, values in here.items():
        np.testing.assert_array_equal(told[name], values)
