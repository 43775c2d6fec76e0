"""A run trained again, alone, gives the journal's numbers to the last bit, or says where it does not."""

import functools
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from fakes.rows import append_runs, fake_row

from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.parquet import with_checksum
from nnjax.sweep.journal.schema import JOURNAL_SCHEMA
from nnjax.sweep.rerun import RERUN_COLUMNS, Comparison, ElsewhereError, RerunError, rerun
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space
from nnjax.training import program


@pytest.fixture
def trained(small_space: Space, tmp_path: Path, engine_here: None) -> Path:
    run_sweep(small_space, tmp_path, "serial")
    return tmp_path


def rewrite(home: Path, run_id: str, **changes: Any) -> None:
    """Put another version of a run into an otherwise empty journal."""
    [row] = Journal(home).read(JOURNAL_SCHEMA.names, {run_id}).to_pylist()
    for path in home.glob("journal/*.parquet"):
        path.unlink()
    Journal(home).append([{**row, **changes}])


def without_column(home: Path, name: str) -> Comparison:
    """The only run trained again, where the version that wrote it did not measure something."""
    [path] = home.glob("journal/*.parquet")
    kept, buffer = path.read_bytes(), io.BytesIO()
    pq.write_table(pq.read_table(path).drop_columns(name), buffer)
    path.write_bytes(with_checksum(buffer.getvalue()))
    comparison = rerun(home, "")
    path.write_bytes(kept)
    return comparison


def test_a_run_agrees_until_a_number_or_its_origin_is_changed(trained: Path, small_space: Space) -> None:
    run_id = small_space.runs[7].run_id
    comparison = rerun(trained, run_id[:12])
    assert comparison.agrees, comparison.describe()
    assert "bitwise equal" in comparison.describe()
    rewrite(trained, run_id, test_r2=comparison.outcome["test_r2"] + 0.25)
    changed = rerun(trained, run_id)
    assert changed.differences == {"test_r2": pytest.approx(0.25)}
    assert "the largest difference is 0.25, in test_r2" in changed.describe()
    earlier = without_column(trained, "test_r2")
    assert earlier.agrees and f"all {earlier.compared} finals" in earlier.describe()
    assert earlier.compared == comparison.compared - 1
    assert without_column(trained, "host").host == "an unknown machine"
    for column, message in (("data_digest", "data set diabetes has changed"), ("split_digest", "split of run")):
        rewrite(trained, run_id, **{column: "other"})
        with pytest.raises(RerunError, match=message):
            rerun(trained, run_id)
        rewrite(trained, run_id, data_digest=small_space.table.digest)


def test_an_unknown_or_ambiguous_id_is_refused(tmp_path: Path) -> None:
    append_runs(tmp_path, ["aa1", "aa2", "b"])
    with pytest.raises(RerunError, match=r"aa: 2 runs .* give more digits"):
        rerun(tmp_path, "aa")
    with pytest.raises(RerunError, match="c: no run"):
        rerun(tmp_path, "c")


@pytest.mark.parametrize("name", RERUN_COLUMNS)
def test_a_run_without_what_it_takes_is_refused_by_that_name(tmp_path: Path, name: str) -> None:
    append_runs(tmp_path, ["a"])
    with pytest.raises(RerunError, match=f"run a was written down without {name}: it cannot be trained again"):
        without_column(tmp_path, name)


def test_a_run_of_another_engine_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path).append([fake_row("a") | {"engine": "0", "replicate": json.dumps({})}])
    with pytest.raises(RerunError, match="trained by engine 0"):
        rerun(tmp_path, "a")


def test_a_run_whose_device_is_not_here_is_for_another_machine(
    trained: Path, small_space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    def local_devices(backend: str) -> None:
        raise RuntimeError(f"no {backend}")

    monkeypatch.setattr("jax.local_devices", local_devices)
    with pytest.raises(ElsewhereError, match=r"cannot be trained again on this machine: .* has none here \(no cpu\)"):
        rerun(trained, small_space.runs[0].run_id)


def test_what_changes_numbers_is_refused_there_too(
    trained: Path, small_space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_compile", functools.cache(program._compile.__wrapped__))
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
    with pytest.raises(ElsewhereError, match=r"on this machine: XLA_FLAGS=.*; unset XLA_FLAGS$"):
        rerun(trained, small_space.runs[0].run_id)
