import json

import numpy as np
import pandas as pd
import pytest

from nnjax.tracking.description import DataDescription
from nnjax.tracking.finish import dataset_input


@pytest.mark.slow
def test_the_data_set_is_described_as_mlflow_describes_one():
    import mlflow

    frame = pd.DataFrame(np.ones((4, 2)), columns=["age", "progression"])
    theirs = mlflow.data.from_pandas(frame, name="diabetes", targets="progression")._to_mlflow_entity()
    ours = dataset_input(DataDescription("diabetes", "ab" * 32, ("age", "progression"), 4)).dataset
    assert (ours.name, ours.source_type) == (theirs.name, theirs.source_type)
    assert json.loads(ours.schema) == json.loads(theirs.schema)
    assert json.loads(ours.profile) == json.loads(theirs.profile)


def test_the_digest_fits_mlflow_s_column():
    assert len(dataset_input(DataDescription("diabetes", "ab" * 32, ("age",), 4)).dataset.digest) <= 36
