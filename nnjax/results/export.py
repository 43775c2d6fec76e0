"""Results and histories as files for other programs."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from nnjax.results.curves import curves_table
from nnjax.results.table import results_table
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space

EXTENSIONS = (".csv", ".parquet")

WHOLE_NUMBERS = ("best_epoch", "n_parameters", "diverged_epoch")
"""Whole numbers in the journal; pandas makes decimals of them as soon as one is not there."""


def read_results(space: Space, home: Path | str, curves: bool = False) -> pd.DataFrame:
    """A study's results as a tidy table, one row a run, or its histories, one row a run, epoch, curve and layer."""
    journal = Journal(home)
    table = curves_table(space, journal) if curves else results_table(space, journal)
    return table.astype({name: "Int64" for name in WHOLE_NUMBERS if name in table})


def result_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Such a table as plain Python, a row each; None where there is nothing."""
    values = table.astype(object).where(table.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in values.to_dict("records")]


def write_results(table: pd.DataFrame, out: Path | None = None) -> None:
    """Write such a table to a .csv or a .parquet file, or as CSV to standard output if that is None.

    Raises:
        ValueError: The file's ending is neither.
    """
    if out is not None and out.suffix not in EXTENSIONS:
        raise ValueError(f"{out}: end it in {' or '.join(EXTENSIONS)}")
    if out is not None and out.suffix == ".parquet":
        pq.write_table(to_arrow(table), out)
    else:
        table.to_csv(sys.stdout if out is None else out, index=False)


def to_arrow(table: pd.DataFrame) -> pa.Table:
    """A table of results or histories as Arrow, where NaN and null are two things, as in the journal.

    NaN stands for a number that a trained run does not have; null for all numbers of a run that was not trained, and so
    has no row in the journal: the same query gives the same on both.
    """
    is_missing = (table["status"] == "missing").to_numpy() if "status" in table else np.zeros(len(table), dtype=bool)
    return pa.table({str(name): _column(table[name], is_missing) for name in table})


def _column(values: "pd.Series[Any]", is_missing: NDArray[np.bool_]) -> pa.Array:
    if not isinstance(values.dtype, np.dtype) or values.dtype.kind != "f":
        return pa.array(values, from_pandas=True)
    numbers = values.to_numpy()
    return pa.array(numbers, mask=is_missing & np.isnan(numbers), from_pandas=False)
