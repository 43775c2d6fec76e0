"""Results and histories as files for other programs."""

import sys
from pathlib import Path

from nnjax.results.curves import curves_table
from nnjax.results.table import results_table
from nnjax.sweep.journal import Journal
from nnjax.sweep.space import Space

EXTENSIONS = (".csv", ".parquet")


def write_results(space: Space, home: Path | str, out: Path | None = None, curves: bool = False) -> int:
    """Write a study's results as a tidy table.

    Args:
        space: The study and its runs.
        home: The folder under which the journal lies.
        out: A .csv or .parquet file; standard output, as CSV, if None.
        curves: The histories (one row a run, epoch, curve, layer) instead of one row a run.

    Returns:
        Rows written.

    Raises:
        ValueError: The file's ending is neither.
    """
    if out is not None and out.suffix not in EXTENSIONS:
        raise ValueError(f"{out}: end it in {' or '.join(EXTENSIONS)}")
    journal = Journal(home)
    table = curves_table(space, journal) if curves else results_table(space, journal)
    if out is not None and out.suffix == ".parquet":
        table.to_parquet(out, index=False)
    else:
        table.to_csv(sys.stdout if out is None else out, index=False)
    return len(table)
