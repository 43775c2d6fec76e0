"""The journal: every trained run, durable, one Parquet file a chunk. It is the truth; all else can be made again."""

import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence, Set
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from nnjax.metrics import CURVES, METRICS
from nnjax.sweep.durable import remove_stale_temporaries, write_durably
from nnjax.sweep.journal.parquet import BrokenFileError, open_checksummed_parquet, read_columns, to_checksummed_parquet
from nnjax.sweep.journal.schema import BEFORE, JOURNAL_SCHEMA, SCHEMA_VERSION, TELL_OF_A_RUN

CORRUPT_PREFIX = ".corrupt-"

WHAT_RUNS_ARE = ("status", "started", "engine", "kernels")
"""Columns of a word or a number that a sweep asks for several times before it trains; read once a process."""

FileState = tuple[Path, int, int, int, int]
"""A file as it is now: path, inode, size, times of its last change and of its last change of place, nanoseconds."""

_read_before: dict[FileState, pa.Table] = {}
"""`WHAT_RUNS_ARE` of files that this process has read and found whole; a file that was touched has another state."""

T = TypeVar("T")

Row = Mapping[str, Any]
"""One run under the names of `JOURNAL_SCHEMA`: numbers, words, float32 arrays."""

NOT_MEASURED: dict[str, float | None] = {
    **{metric.name: float("nan") for metric in METRICS.values() if metric.task and not metric.is_of_predictions},
    **{curve.name: None for curve in CURVES if curve.is_optional},
}
"""What stands where a run has no such number or curve: a regression has no accuracy, a classification no R²."""


class JournalWarning(UserWarning):
    """A file of the journal was set aside or left out; the message says which and what follows."""


class Journal:
    """All runs ever trained under a home folder.

    Several processes may append at once: a file is named by the runs in it, published whole, and readers drop a run
    that they have already met. A file whose bytes changed is set aside, and its runs count as missing. One that an
    earlier or a later version wrote is read as far as it goes.
    """

    def __init__(self, home: Path | str) -> None:
        self.folder = Path(home) / "journal"
        remove_stale_temporaries(self.folder)

    def run_ids(self) -> set[str]:
        """Identities of all runs that need not be trained again."""
        return set(self.column("status"))

    def column(self, name: str) -> dict[str, Any]:
        """Identity -> what a column has, for all runs: its status is "finished" or "diverged"."""
        table = self.read([name])
        return dict(zip(table["run_id"].to_pylist(), table[name].to_pylist(), strict=True))

    def append(self, rows: Sequence[Row]) -> Path:
        """Add a chunk of runs; when this returns they are on the disk. A chunk of the same runs replaces its twin.

        Columns of `NOT_MEASURED` may be left out.

        Raises:
            ValueError: If there is no row, or a column is missing or unknown.
            OSError: If the disk is full or the folder can't be written to.
        """
        content = to_checksummed_parquet(to_table(rows))
        path = self.folder / f"{chunk_name([row['run_id'] for row in rows])}.parquet"
        write_durably(path, content)
        return path

    def read(self, columns: Sequence[str], run_ids: Set[str] | None = None) -> pa.Table:
        """Some columns of some runs, every run once: `run_id` and those asked for, one row a run, in no promised order.

        All runs if `run_ids` is None; those that the journal lacks are left out. A column that a run's file does not
        have, because another version wrote it, is null there, a float NaN, or what `BEFORE` says.

        Raises:
            OSError: If a file is there and can't be read; that says nothing against its content.
        """
        return pa.concat_tables(self.read_by_file(columns, run_ids))

    def read_by_file(self, columns: Sequence[str], run_ids: Set[str] | None = None) -> Iterator[pa.Table]:
        """The same in parts, an empty one and one a file: predictions of all runs may be more than memory holds."""
        schema, seen = _schema(columns), set[str]()
        yield pa.Table.from_batches([], schema)  # schema.empty_table() imports pandas
        if set(columns) <= set(WHAT_RUNS_ARE):
            short = _schema(WHAT_RUNS_ARE)
            tables = self._each_file(lambda file, readable: _as_far_as_it_goes(file, readable, short), _read_before)
            yield from (_unseen(table.select(schema.names), run_ids, seen) for table in tables)
            return
        yield from self._each_file(lambda file, readable: _new_rows(file, readable, schema, run_ids, seen))

    def lacking(self, columns: Sequence[str], run_ids: Set[str]) -> tuple[int, int]:
        """How many of some runs that finished have no value in one of the columns, and how many finished.

        Values are read only of files that count empty ones: those of an earlier version, or with a diverged run.
        """
        seen: set[str] = set()
        counted = [*self._each_file(lambda file, readable: _lacking(file, readable, columns, run_ids, seen))]
        return sum(lack for lack, _ in counted), sum(finished for _, finished in counted)

    def columns_of(self, run_id: str) -> set[str]:
        """The columns that a run was written down with and that can be read; none if the journal lacks it."""
        files = self._each_file(lambda file, readable: (_run_ids(file), readable))
        return next((readable for run_ids, readable in files if run_id in run_ids), set())

    def _each_file(
        self, read: Callable[[pq.ParquetFile, set[str]], T], before: MutableMapping[FileState, T] | None = None
    ) -> Iterator[T]:
        """What `read` gives for every whole file that tells of runs, and for those of its columns that can be read.

        The other files are reported and passed over. What was given `before` is given again for files that have not
        been touched, and they are not opened; a file that there is something to report of is opened each time.
        """
        for path in journal_files(self.folder.parent):
            try:
                state = _file_state(path)
                if before is not None and state in before:
                    yield before[state]
                    continue
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            try:
                file = open_checksummed_parquet(content)
                schema = file.schema_arrow
                problems = _unreadable(schema)
                is_lost = bool(problems.keys() & set(TELL_OF_A_RUN))
                if problems:
                    what = "left alone" if is_lost else "read without them"
                    _warn(f"{path}: {', '.join(problems.values())}: {what}; it is of another version of nnjax")
                if not is_lost:
                    given = read(file, set(schema.names) - problems.keys())
                    if before is not None and not problems:
                        before[state] = given
                    yield given
            except (BrokenFileError, pa.ArrowInvalid) as problem:
                self._set_aside(path, problem)

    def _set_aside(self, path: Path, problem: Exception) -> None:
        aside = path.with_name(f"{CORRUPT_PREFIX}{path.name}")
        try:
            path.rename(aside)
        except OSError:
            aside = path
        _warn(f"{path} is damaged ({problem}); kept as {aside.name}, its runs count as missing")


def refused_rows(rows: Sequence[Row]) -> dict[str, str]:
    """Rows that the journal cannot hold: run id -> why, in a line."""
    refused = {}
    for row in rows:
        try:
            to_table([row])
        except Exception as error:
            refused[row["run_id"]] = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return refused


def journal_files(home: Path) -> list[Path]:
    """The files of a home's journal that tell of runs; temporaries and what was set aside are none."""
    return sorted((home / "journal").glob("[!.]*.parquet"))


def damaged_files(home: Path) -> list[str]:
    """Files of a journal whose bytes changed: shortened name, and how, in a line each; nothing is moved."""
    damaged = []
    for path in journal_files(home):
        try:
            open_checksummed_parquet(path.read_bytes())
        except (BrokenFileError, OSError) as error:
            damaged.append(f"{path.name[:12]}… {error}")
    return damaged


def chunk_name(run_ids: Sequence[str]) -> str:
    """The name of a chunk of runs: a hash of the journal's version and the runs, whatever their order.

    >>> chunk_name(["b", "a"]) == chunk_name(["a", "b"])
    True
    """
    return hashlib.sha256("\n".join([str(SCHEMA_VERSION), *sorted(run_ids)]).encode()).hexdigest()


def to_table(rows: Sequence[Row]) -> pa.Table:
    """Rows as the journal's table: fit curves [E + 1], layer curves [layers, E + 1], predictions [T · O].

    Raises:
        ValueError: If there is no row, or a column is missing or unknown.
    """
    if not rows:
        raise ValueError("a chunk needs at least one run")
    complete = [{**NOT_MEASURED, **row} for row in rows]
    wrong = set.union(*(set(row) ^ set(JOURNAL_SCHEMA.names) for row in complete))
    if wrong:
        raise ValueError(f"columns missing or unknown: {', '.join(sorted(wrong))}")
    arrays = [_to_array(name, [row[name] for row in complete]) for name in JOURNAL_SCHEMA.names]
    return pa.Table.from_arrays(arrays, schema=JOURNAL_SCHEMA)


def _to_array(name: str, values: Sequence[Any]) -> pa.Array:
    kind = JOURNAL_SCHEMA.field(name).type
    if not pa.types.is_list(kind):
        return pa.array(values, kind, from_pandas=False)
    if not pa.types.is_list(kind.value_type):
        return _lists(values)
    layers = [layer for value in values for layer in np.asarray(value)]
    return pa.ListArray.from_arrays(_offsets([len(value) for value in values]), _lists(layers))


def _lists(values: Sequence[Any]) -> pa.ListArray:
    """Float32 arrays as lists; None is null."""
    arrays = [np.asarray(() if value is None else value, dtype=np.float32) for value in values]
    flat = np.concatenate([np.zeros(0, np.float32), *arrays])
    is_null = pa.array([value is None for value in values], pa.bool_())
    return pa.ListArray.from_arrays(_offsets([len(array) for array in arrays]), pa.array(flat), mask=is_null)


def _offsets(lengths: Sequence[int]) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())


def _schema(columns: Sequence[str]) -> pa.Schema:
    """Of `run_id` and some columns."""
    return pa.schema([JOURNAL_SCHEMA.field(name) for name in dict.fromkeys(("run_id", *columns))])


def _lacking(
    file: pq.ParquetFile, readable: Set[str], columns: Sequence[str], wanted: Set[str], seen: set[str]
) -> tuple[int, int]:
    """As `Journal.lacking`, of one file."""
    doubtful = [name for name in columns if name not in readable or _has_empty(file, name)]
    rows = _new_rows(file, readable, _schema(["status", *doubtful]), wanted, seen)
    is_finished = rows["status"].to_numpy() == "finished"
    is_there = np.array([rows[name].is_valid().to_numpy() for name in doubtful]).all(axis=0)
    return int((is_finished & ~is_there).sum()), int(is_finished.sum())


def _has_empty(file: pq.ParquetFile, name: str) -> bool:
    """Whether a column of a file counts empty values, or does not count them."""
    groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
    chunks = [group.column(place) for group in groups for place in range(group.num_columns)]
    found = [each.statistics for each in chunks if each.path_in_schema.partition(".")[0] == name]
    return any(each is None or not each.has_null_count or each.null_count > 0 for each in found)


def _run_ids(file: pq.ParquetFile) -> list[str]:
    ids: list[str] = read_columns(file, ["run_id"])["run_id"].to_pylist()
    return ids


def _new_rows(
    file: pq.ParquetFile, readable: Set[str], schema: pa.Schema, wanted: Set[str] | None, seen: set[str]
) -> pa.Table:
    """Rows of one file that are wanted and not yet seen; the other columns are read only if there are any."""
    ids = _run_ids(file)
    keep = _new_places(ids, wanted, seen)
    if not keep:
        return pa.Table.from_batches([], schema)
    rows = _as_far_as_it_goes(file, readable, schema)
    seen.update(ids[place] for place in keep)
    return rows if len(keep) == len(rows) else rows.take(keep)


def _unseen(rows: pa.Table, wanted: Set[str] | None, seen: set[str]) -> pa.Table:
    """The same of a file's rows that are read already."""
    ids = rows["run_id"].to_pylist()
    keep = _new_places(ids, wanted, seen)
    seen.update(ids[place] for place in keep)
    return rows if len(keep) == len(rows) else rows.take(pa.array(keep, pa.int64()))


def _new_places(ids: Sequence[str], wanted: Set[str] | None, seen: Set[str]) -> list[int]:
    """Where runs stand that are wanted and not yet seen."""
    return [place for place, run_id in enumerate(ids) if run_id not in seen and (wanted is None or run_id in wanted)]


def _file_state(path: Path) -> FileState:
    told = path.stat()
    return path.absolute(), told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns


def _as_far_as_it_goes(file: pq.ParquetFile, readable: Set[str], schema: pa.Schema) -> pa.Table:
    """Columns of a file of any version, those that it does not have or nobody can read empty."""
    rows, count = read_columns(file, [name for name in schema.names if name in readable]), file.metadata.num_rows
    if rows.schema.equals(schema):  # nearly every file: to cast each column takes as long as to read it
        return rows.replace_schema_metadata(None)
    columns = [
        rows[field.name].cast(field.type, safe=False) if field.name in readable else _nothing(field, count)
        for field in schema
    ]
    return pa.table(columns, schema)


def _nothing(field: pa.Field, count: int) -> pa.Array:
    """As `NOT_MEASURED` has it: NaN for a number, so that nobody meets None among floats; else null, where unknown."""
    if field.name in BEFORE:
        return pa.array([BEFORE[field.name]] * count, field.type)
    return pa.array(np.full(count, np.nan)) if pa.types.is_floating(field.type) else pa.nulls(count, field.type)


def _unreadable(schema: pa.Schema) -> dict[str, str]:
    """Columns of a file that it needs and has not, or that have become another thing -> what is wrong with them."""
    if schema.equals(JOURNAL_SCHEMA):  # nearly every file: three times as fast as to look at each of its columns
        return {}
    there = set(schema.names)
    lacking = {name: f"no column {name}" for name in TELL_OF_A_RUN if name not in there}
    both = [(schema.field(field.name), field) for field in JOURNAL_SCHEMA if field.name in there]
    return lacking | {
        ours.name: f"column {ours.name} is {theirs.type}, this nnjax reads {ours.type}"
        for theirs, ours in both
        if not _becomes(theirs.type, ours.type)
    }


def _becomes(theirs: pa.DataType, ours: pa.DataType) -> bool:
    """Whether values of one type are values of the other, but for their width."""
    if pa.types.is_list(ours):
        is_list = pa.types.is_list(theirs) or pa.types.is_large_list(theirs)
        return bool(is_list and _becomes(theirs.value_type, ours.value_type))
    if pa.types.is_string(ours):
        return bool(pa.types.is_string(theirs) or pa.types.is_large_string(theirs))
    is_whole, is_decimal = pa.types.is_integer(theirs), pa.types.is_floating(theirs)
    return bool(is_whole or (is_decimal and pa.types.is_floating(ours)))


def _warn(message: str) -> None:
    warnings.warn(message, JournalWarning, stacklevel=3)
