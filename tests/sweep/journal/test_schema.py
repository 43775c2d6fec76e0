"""The columns of the journal."""

from pathlib import Path

import pyarrow.parquet as pq

from nnjax.sweep.journal.schema import JOURNAL_SCHEMA

KEPT = Path(__file__).parents[2] / "tracking" / "kept" / "journal"


def test_the_order_of_columns_is_that_of_files_written_before():
    """Later columns may come between; those that were there keep their order."""
    before = [pq.read_schema(path).names for path in KEPT.glob("*.parquet")]
    assert before
    for columns in before:
        assert [name for name in JOURNAL_SCHEMA.names if name in columns] == columns
