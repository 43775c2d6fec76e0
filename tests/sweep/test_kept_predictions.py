"""A study that chooses by predictions which the journal lacks says so before anything is trained."""

from dataclasses import replace

import pytest
from fakes.studies import swept

from nnjax.refusal import RefusedError
from nnjax.results.table import results_table
from nnjax.sweep.journal import journal
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA
from nnjax.sweep.kept_predictions import refuse_without_predictions


def test_runs_of_an_earlier_version_cannot_choose_by_another_measure(tmp_path, monkeypatch):
    space = swept(tmp_path)
    other = replace(space, study=replace(space.study, metric="rmse"))
    read = []
    with monkeypatch.context() as watched:
        plain = journal.read_columns
        watched.setattr(journal, "read_columns", lambda file, names: read.extend(names) or plain(file, names))
        refuse_without_predictions(other, Journal(tmp_path))
    assert set(read) == {"run_id", "status"}, "no prediction is read to know that all are there"
    assert "validation_rmse" in results_table(other, Journal(tmp_path))
    rows = Journal(tmp_path).read(JOURNAL_SCHEMA.names).to_pylist()
    for path in tmp_path.glob("journal/*.parquet"):
        path.unlink()
    Journal(tmp_path).append([row | {"validation_prediction": None} for row in rows])
    refuse_without_predictions(space, Journal(tmp_path))
    for refused in (refuse_without_predictions, results_table):
        with pytest.raises(RefusedError, match=r'metric = "rmse": 16 of 16 runs .* remove metric, or .* --home'):
            refused(other, Journal(tmp_path))
