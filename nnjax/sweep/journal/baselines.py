"""The file of a study's baselines in the journal: which one it is, known without fitting or reading one."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from nnjax.data.preparation import AS_THEY_ARE, Preparation
from nnjax.data.rounding import rounded_columns
from nnjax.data.splits import Split
from nnjax.data.tables import Table

BASELINES_VERSION = "4"
"""Changed whenever a baseline's numbers, or what it is measured by, could change: part of the name of the kept file."""


def baselines_file(table: Table, splits: Sequence[Split], home: Path, preparation: Preparation = AS_THEY_ARE) -> Path:
    """Where a report keeps the baselines of these very splits, prepared so, and looks for them."""
    rounded = [columns for split in splits if (columns := rounded_columns(table, split))]
    parts = [BASELINES_VERSION, table.digest, *(split.digest for split in splits), *map(str, rounded)]
    if preparation != AS_THEY_ARE:
        parts.append(f"{preparation} by scikit-learn {version('scikit-learn')}")
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return home / "journal" / "baselines" / f"{key}.csv"
