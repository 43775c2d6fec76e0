"""A table of any size to a file of predictions, block after block; all arithmetic is `standalone`'s.

The table is read as the study's own was, but nothing is inferred: what a cell means, its column's kind in the model
says.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from nnjax.data.column import DATE_KIND, NUMBER_KIND, TRUTH_KIND, WORD_KIND
from nnjax.data.declared_cells import CellError, declared_cells, type_problem
from nnjax.data.own_error import LONGEST_SHOWN, OwnTableError, joined, show
from nnjax.data.table_blocks import TableBlocks, open_blocks
from nnjax.model.predictions_file import check_out, predictions_file
from nnjax.model.standalone import Model, RowsError, check_cells
from nnjax.model.strays import Strays
from nnjax.refusal import RefusedError
from nnjax.terminal import Say, to_nobody

_MOST_LISTED = 10


def predict_table(
    model: Model,
    table: Path,
    out: Path | None,
    level: str | None = None,
    kept: Sequence[str] = (),
    say: Say = to_nobody,
) -> tuple[int, str]:
    """Write the predictions of a table's rows, in their order.

    Returns:
        How many rows there were, and what a person should know of them; empty if nothing.

    Args:
        model: What predicts.
        table: A file of a kind that studies are made of; columns that the model does not take are passed over.
        out: Where to, .csv or .parquet, replaced if it is there; None: standard output.
        level: Of the intervals, such as "0.9"; None: the model's.
        kept: Columns of the table that stand before the predictions.
        say: Is told how far it has come.

    Raises:
        RefusedError: If a column is missing or of another kind, a cell has no meaning for the model, the file is
            damaged; nothing is written then.
        OSError: If nothing can be written.
    """
    check_out(out, table)
    if level is not None and not model.document["intervals"]:
        raise RefusedError(f"--level {level}: the model has no intervals: {model.document['why_no_intervals']}")
    with _named(table):
        named = model.predict_columns(np.empty((0, len(model.columns))), level)
        say("counting the rows")
        blocks = open_blocks(table)
        check_header(blocks, model, kept, tuple(named), is_csv=out is None or out.suffix == ".csv")
        fields = _kept_fields(blocks, kept)
        schema = pa.schema([*fields, *_arrow(named).schema])
        wanted, rows = list(dict.fromkeys([*(each["name"] for each in model.columns), *kept])), 0
        strays = Strays(model.document)
        with predictions_file(out, schema) as write:
            for block in blocks.read(wanted):
                codes = _codes(model, block, blocks.types is None, rows + 1)
                strays.count(codes)
                found = model.predict_columns(codes, level, rows + 1)
                write(pa.table([*_kept_cells(block, fields, rows + 1), *_arrow(found).columns], schema=schema))
                rows += len(block)
                say(f"{rows:,} of {blocks.rows:,} rows" if blocks.rows else f"{rows:,} rows")
    return rows, strays.words(rows)


@contextmanager
def _named(table: Path) -> Iterator[None]:
    """Whatever is wrong with a table, with its name."""
    try:
        yield
    except (OwnTableError, RowsError) as error:
        told = RefusedError(f"{table}: {error}")
        told.others = [RefusedError(f"{table}: {each}") for each in getattr(error, "rest", ())]
        raise told from None


def check_header(
    blocks: TableBlocks, model: Model, kept: Sequence[str], predicted: Sequence[str], is_csv: bool = True
) -> None:
    """Refuse a table by its header, for all that is wrong with that at once.

    Raises:
        OwnTableError: If a column is missing, stands twice, or is of another kind; of those that are kept, also if it
            is called as a column of predictions, or has cells that no CSV file holds.
    """
    problems = [*_header_problems(blocks, model), *_kept_problems(blocks, kept, predicted, is_csv)]
    if problems:
        raise joined(problems)


def _header_problems(blocks: TableBlocks, model: Model) -> Iterator[OwnTableError]:
    taken = {each["name"] for each in model.columns}
    spare = [name for name in dict.fromkeys(blocks.names) if name not in taken]
    for column in model.columns:
        name, kind = column["name"], column["kind"]
        if (count := blocks.names.count(name)) != 1:
            yield _not_once("file", name, count, spare, blocks.names)
        elif blocks.types is not None and (problem := type_problem(kind, blocks.types[name])):
            yield OwnTableError("file", f"column {show(name)} {problem}", f"write {_WRITTEN[kind]} in it")


_WRITTEN = {
    NUMBER_KIND: "numbers",
    WORD_KIND: "text",
    TRUTH_KIND: "true and false, or 1 and 0",
    DATE_KIND: "dates or timestamps",
}


def _kept_problems(
    blocks: TableBlocks, kept: Sequence[str], predicted: Sequence[str], is_csv: bool
) -> Iterator[OwnTableError]:
    for name in kept:
        if (count := blocks.names.count(name)) != 1:
            yield _not_once("--keep", name, count, blocks.names, blocks.names)
        elif name in predicted:
            yield OwnTableError("--keep", f"predictions have a column {show(name)}, too", "rename that of the table")
        elif is_csv and blocks.types is not None and pa.types.is_nested(blocks.types[name]):
            held = str(blocks.types[name])[:LONGEST_SHOWN]
            yield OwnTableError(
                "--keep", f"column {show(name)} holds {held}, CSV has no cells for it", "write .parquet"
            )


def _not_once(key: str, name: str, count: int, spare: Sequence[str], names: Sequence[str]) -> OwnTableError:
    if count:
        return OwnTableError(key, f"{count} columns are called {show(name)}", "rename all but one")
    near = nearest_name(name, spare)
    listed = ", ".join(map(show, names[:_MOST_LISTED])) + (", …" if len(names) > _MOST_LISTED else "")
    remedy = f"rename {show(near)} if it is meant" if near else f"columns: {listed or 'none'}"
    return OwnTableError(key, f"there is no column {show(name)}", remedy)


def nearest_name(name: str, names: Iterable[str]) -> str | None:
    """The name that is most like one, whatever stands between its letters and however large they are written.

    >>> nearest_name("blood pressure", ["age", "Blood_Pressure"]), nearest_name("x", ["age"])
    ('Blood_Pressure', None)
    """
    plain = {_plain(each): each for each in names}
    near = difflib.get_close_matches(_plain(name), plain, n=1)
    return plain[near[0]] if near else None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


class _Cells:
    """A column's cells one by one, for whoever complains of one."""

    def __init__(self, written: pa.ChunkedArray) -> None:
        self.written = written

    def __getitem__(self, row: int) -> object:
        cell = self.written[row].as_py()
        return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell


def _codes(model: Model, block: pa.Table, is_text: bool, first: int) -> NDArray[np.float64]:
    """A block as `Model.read` would have it [N, C].

    Raises:
        RowsError: If a cell is not of its column's kind, or has no meaning for the model.
    """
    codes = np.empty((len(block), len(model.columns)))
    for place, (column, rule) in enumerate(zip(model.columns, model.preparations[0].rules, strict=True)):
        written = block.column(column["name"])
        try:
            codes[:, place] = declared_cells(written, column["kind"], rule.get("words", ()), is_text)
            check_cells(codes[:, place], _Cells(written), rule, first)
        except CellError as error:
            where = f"column {show(column['name'])}, row {first + error.row:,}"
            raise RowsError(f"{where}: {error.problem}; {error.remedy}") from None
        except ValueError as error:
            raise RowsError(f"column {show(column['name'])}, {error}") from None
    return codes


def _kept_fields(blocks: TableBlocks, kept: Sequence[str]) -> list[pa.Field]:
    types = {name: pa.string() if blocks.types is None else blocks.types[name] for name in kept}
    return [pa.field(name, kind.value_type if pa.types.is_dictionary(kind) else kind) for name, kind in types.items()]


def _kept_cells(block: pa.Table, fields: Sequence[pa.Field], first: int) -> Iterator[pa.ChunkedArray]:
    for field in fields:
        try:
            yield block.column(field.name).cast(field.type)
        except pa.ArrowInvalid:
            where = f"column {show(field.name)}, among the rows from {first:,} on"
            raise RowsError(f"{where}: is not UTF-8 text; save the file as UTF-8") from None


def _arrow(predictions: Mapping[str, NDArray[Any]]) -> pa.Table:
    return pa.table(
        {
            name: pa.array(values, pa.string() if values.dtype == object else None)
            for name, values in predictions.items()
        }
    )
