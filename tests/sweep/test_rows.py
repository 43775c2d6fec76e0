"""A trained chunk as rows of the journal."""

from pathlib import Path

import pytest
from fakes.training import fake_train_task

from nnjax.sweep.plan import make_plan
from nnjax.sweep.rows import make_rows, make_task
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.training.bucket import chunk_size


def test_a_runs_seconds_are_its_share_of_a_full_chunk_however_few_are_in_it():
    """A padded chunk costs what a full one costs: its few runs must not look dear."""
    space = expand(load_study(Path("experiments/quick.toml")))
    chunks = make_plan(space, set()).chunks
    assert {len(chunk.runs) < chunk_size(chunk.bucket) for chunk in chunks} == {True, False}
    for chunk in chunks:
        trained = fake_train_task(make_task(chunk, space.table.digest))
        rows = make_rows(space, chunk, trained)
        assert [row["run_id"] for row in rows] == [run.run_id for run in chunk.runs]
        seconds = trained.chunk.train_seconds / chunk_size(chunk.bucket)
        assert [row["train_seconds"] for row in rows] == pytest.approx([seconds] * len(rows))
