"""The journal keeps what it was given, exactly, whatever happens to its files and whoever writes beside it."""

import io
import multiprocessing
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes.rows import append_runs, fake_row

from nnjax.metrics import FIT_CURVES, LAYER_CURVES
from nnjax.sweep.journal.journal import CORRUPT_PREFIX, Journal, JournalWarning
from nnjax.sweep.journal.parquet import open_checksummed_parquet, with_checksum
from nnjax.sweep.journal.schema import BEFORE, JOURNAL_FINALS, JOURNAL_SCHEMA, PREDICTIONS, SCHEMA_KEY, TELL_OF_A_RUN


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_every_column_comes_back_exactly(journal: Journal) -> None:
    rows = [fake_row("a", depth=1), fake_row("b", depth=8, epochs=11)]
    journal.append(rows)
    read = journal.read(JOURNAL_SCHEMA.names).to_pylist()
    for name in ("configuration", "status", "seed", *JOURNAL_FINALS):
        assert [row[name] for row in read] == [row[name] for row in rows]
    for name in (*FIT_CURVES, *LAYER_CURVES, *PREDICTIONS):
        for row, original in zip(read, rows, strict=True):
            np.testing.assert_array_equal(np.array(row[name], np.float32), original[name])


def test_nan_stays_nan(journal: Journal) -> None:
    row = fake_row("a") | {"test_r2": float("nan"), "fit_train_loss": np.array([1, np.nan], np.float32)}
    journal.append([row])
    read = journal.read(["test_r2", "fit_train_loss"])
    assert read["test_r2"].null_count == 0
    assert np.isnan(read["test_r2"][0].as_py())
    assert np.isnan(read["fit_train_loss"][0].as_py()[1])


def test_what_a_task_does_not_have_is_nan_or_null(journal: Journal) -> None:
    row = fake_row("a")
    for name in ("test_r2", "fit_validation_r2"):
        del row[name]
    journal.append([row, fake_row("b")])
    columns = ["test_r2", "fit_validation_r2", "fit_validation_loss"]
    [first, second] = journal.read(columns).sort_by("run_id").to_pylist()
    assert np.isnan(first["test_r2"])
    assert first["fit_validation_r2"] is None
    assert len(first["fit_validation_loss"]) == len(second["fit_validation_r2"]) == 4


def test_any_reader_of_parquet_reads_a_file(journal: Journal) -> None:
    path = journal.append([fake_row("a"), fake_row("b", depth=4)])
    frame = pd.read_parquet(path)
    assert list(frame["run_id"]) == ["a", "b"]
    assert [len(layers) for layers in frame["unit_mean"]] == [2, 4]


def test_a_run_is_read_once(journal: Journal) -> None:
    journal.append([fake_row("a"), fake_row("b")])
    journal.append([fake_row("b"), fake_row("c")])
    assert sorted(journal.read(["seed"])["run_id"].to_pylist()) == ["a", "b", "c"]


def test_what_runs_are_is_read_once_a_file(journal: Journal, monkeypatch) -> None:
    opened = []
    monkeypatch.setattr(
        "nnjax.sweep.journal.journal.open_checksummed_parquet",
        lambda content: opened.append(len(content)) or open_checksummed_parquet(content),
    )
    journal.append([fake_row("a"), fake_row("b")])
    journal.append([fake_row("b"), fake_row("c")])  # a chunk that shares a run with the first
    for _ in range(2):
        told = journal.read(["engine", "kernels"])
        assert sorted(told["run_id"].to_pylist()) == ["a", "b", "c"] and told.column_names[1:] == ["engine", "kernels"]
        assert journal.run_ids() == {"a", "b", "c"} and journal.column("started").keys() == {"a", "b", "c"}
        assert journal.read(["status"], {"b"})["run_id"].to_pylist() == ["b"]
    assert len(opened) == 2
    assert len(journal.read(["test_r2"])) == 3 and len(opened) == 4, "numbers are read anew"


def test_a_file_that_was_touched_is_read_again(journal: Journal) -> None:
    path = journal.append([fake_row("a")])
    journal.append([fake_row("b")])
    assert journal.run_ids() == {"a", "b"}
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.warns(JournalWarning, match="its runs count as missing"):
        assert journal.run_ids() == {"b"}
    journal.append([fake_row("a")])
    assert journal.run_ids() == {"a", "b"}


def test_the_same_chunk_twice_is_one_file(journal: Journal) -> None:
    first, second = (journal.append([fake_row(name) for name in names]) for names in ("ab", "ba"))
    assert first == second
    assert len(list(journal.folder.iterdir())) == 1


def test_only_the_runs_asked_for(journal: Journal) -> None:
    journal.append([fake_row("a"), fake_row("b")])
    journal.append([fake_row("c")])
    assert set(journal.read([], {"b", "c", "never trained"})["run_id"].to_pylist()) == {"b", "c"}


def test_an_empty_home_has_no_runs(journal: Journal) -> None:
    assert journal.run_ids() == set()
    assert journal.read(["test_r2"]).num_rows == 0
    assert not journal.folder.exists()


def test_a_row_must_be_complete_and_know_nothing_else(journal: Journal) -> None:
    row = fake_row("a")
    del row["best_epoch"]
    with pytest.raises(ValueError, match="best_epoch, moon"):
        journal.append([row | {"moon": 1.0}])
    with pytest.raises(ValueError, match="at least one run"):
        journal.append([])


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_a_file_cut_short_is_set_aside_and_its_runs_are_missing(journal: Journal, keep: int) -> None:
    journal.append([fake_row("a")])
    path = journal.append([fake_row("b")])
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.warns(JournalWarning, match=path.name):
        assert journal.run_ids() == {"a"}
    assert (path.parent / f"{CORRUPT_PREFIX}{path.name}").exists()
    assert journal.run_ids() == {"a"}


@pytest.mark.parametrize("problem", [OSError(24, "Too many open files"), PermissionError(13, "Permission denied")])
def test_a_file_that_cannot_be_read_now_is_an_error_and_stays(journal: Journal, monkeypatch, problem: OSError) -> None:
    path = journal.append([fake_row("a")])

    def fail(_: Path) -> bytes:
        raise problem

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", fail)
        with pytest.raises(OSError, match=problem.strerror):
            journal.run_ids()
    assert path.exists()
    assert journal.run_ids() == {"a"}


def test_want_of_memory_is_no_damage(journal: Journal, monkeypatch) -> None:
    path = journal.append([fake_row("a")])

    def fail(*_: object) -> pa.Table:
        raise pa.ArrowMemoryError("malloc of size 64 failed")

    with monkeypatch.context() as patch:
        patch.setattr("nnjax.sweep.journal.journal.read_columns", fail)
        with pytest.raises(MemoryError):
            journal.run_ids()
    assert path.exists()


def test_a_damaged_chunk_can_be_trained_and_written_again(journal: Journal) -> None:
    path = journal.append([fake_row("a")])
    path.write_bytes(b"nonsense")
    with pytest.warns(JournalWarning):
        journal.run_ids()
    journal.append([fake_row("a")])
    assert journal.run_ids() == {"a"}


[KEPT] = (Path(__file__).parents[2] / "tracking" / "kept" / "journal").glob("94077b4c*.parquet")
"""What build 022d4b3 wrote."""


@pytest.fixture(scope="module")
def kept() -> pa.Table:
    return pq.read_table(KEPT)


def write_as(journal: Journal, table: pa.Table) -> Journal:
    """A journal of runs kept from an earlier build, written by another version."""
    journal.folder.mkdir()
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    (journal.folder / "kept.parquet").write_bytes(with_checksum(buffer.getvalue()))
    return journal


@pytest.mark.parametrize("name", sorted(set(JOURNAL_SCHEMA.names) - set(TELL_OF_A_RUN)))
def test_a_file_that_lacks_a_column_keeps_its_runs(journal: Journal, kept: pa.Table, name: str) -> None:
    run_ids = kept["run_id"].to_pylist()
    write_as(journal, kept.select([column for column in kept.column_names if column != name]))
    assert journal.run_ids() == set(run_ids)
    read = journal.read([name, "n_parameters" if name == "test_r2" else "test_r2"])
    assert read["run_id"].to_pylist() == run_ids and read[2].null_count == 0
    nothing = BEFORE.get(name, float("nan") if JOURNAL_SCHEMA.field(name).type == pa.float64() else None)
    assert str(read[name].to_pylist()) == str([nothing] * len(run_ids))
    assert set(kept.column_names) - journal.columns_of(run_ids[0]) == {name} & set(kept.column_names)


@pytest.mark.parametrize("number", ["1", "3", None])
def test_what_a_later_version_added_is_passed_over(journal: Journal, kept: pa.Table, number: str | None) -> None:
    later = kept.append_column("of_tomorrow", pa.array([1.0] * len(kept)))
    write_as(journal, later.replace_schema_metadata({SCHEMA_KEY: number} if number else None))
    columns = kept.column_names
    assert str(journal.read(columns).to_pylist()) == str(kept.select(columns).to_pylist())


@pytest.mark.parametrize(
    ("name", "kind"), [("test_r2", pa.float32()), ("n_parameters", pa.uint32()), ("host", pa.large_string())]
)
def test_a_column_of_another_width_is_read(journal: Journal, kept: pa.Table, name: str, kind: pa.DataType) -> None:
    write_as(journal, kept.set_column(kept.column_names.index(name), name, kept[name].cast(kind)))
    read, whole = (table.to_pandas()[name] for table in (journal.read([name]), kept))
    pd.testing.assert_series_equal(read, whole, rtol=1e-6)


@pytest.mark.parametrize(("name", "what", "share"), [("test_r2", "without them", 1), ("status", "left alone", 0)])
def test_a_column_that_became_another_thing_is_named(journal: Journal, kept, name: str, what: str, share: int) -> None:
    write_as(journal, kept.set_column(kept.column_names.index(name), name, pa.array([[True]] * len(kept))))
    with pytest.warns(JournalWarning, match=rf"kept.parquet: column {name} is list<.*bool>, this .*{what}"):
        assert len(journal.read(["seed", name])) == share * len(kept)
    with pytest.warns(JournalWarning, match=f"column {name} is"):
        columns = journal.columns_of(kept["run_id"][0].as_py())
    assert columns == (set(kept.column_names) - {name} if share else set())
    assert (journal.folder / "kept.parquet").exists()


def test_a_file_that_tells_of_no_run_is_named_and_stays(journal: Journal, kept: pa.Table) -> None:
    write_as(journal, kept.drop_columns("run_id"))
    with pytest.warns(JournalWarning, match="no column run_id: left alone"):
        assert journal.run_ids() == set()
    assert (journal.folder / "kept.parquet").exists()


def test_layers_of_different_depths_live_in_one_journal(journal: Journal) -> None:
    for name, depth in (("a", 1), ("b", 8)):
        journal.append([fake_row(name, depth=depth)])
    read = journal.read(LAYER_CURVES)
    depths = dict(zip(read["run_id"].to_pylist(), read["unit_mean"].to_pylist(), strict=True))
    assert {name: len(layers) for name, layers in depths.items()} == {"a": 1, "b": 8}


def test_two_writers_and_a_reader_at_once(tmp_path: Path) -> None:
    names = [[f"{writer}{number}" for number in range(8)] + ["shared"] for writer in "ab"]
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=append_runs, args=(tmp_path, mine)) for mine in names]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        Journal(tmp_path).read(JOURNAL_SCHEMA.names)
    assert Journal(tmp_path).run_ids() == {*names[0], *names[1]}
