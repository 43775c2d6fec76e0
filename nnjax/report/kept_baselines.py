"""Baselines of a table's splits, kept beside the journal: a second report does not fit them again."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from nnjax.data.preparation import AS_THEY_ARE, Preparation
from nnjax.data.splits import Split
from nnjax.data.tables import Table
from nnjax.metrics import MEASURES
from nnjax.report.task import TERMS, baseline_measures, cut_column
from nnjax.sweep.durable import write_durably
from nnjax.sweep.journal.baselines import baselines_file
from nnjax.sweep.reference import reference_cell
from nnjax.sweep.space import Space
from nnjax.terminal import Say, to_nobody


def study_baselines(space: Space, home: Path, say: Say = to_nobody) -> pd.DataFrame:
    """Baselines of a study's splits: its columns prepared as the reference cell has them."""
    preparation = reference_cell(space.study, space.cells).configuration.preparation
    return kept_baselines(space.table, space.splits, home, say, preparation)


def kept_baselines(
    table: Table,
    splits: Sequence[Split],
    home: Path,
    say: Say = to_nobody,
    preparation: Preparation = AS_THEY_ARE,
) -> pd.DataFrame:
    """Baselines of these splits, from the file that an earlier report left, else fitted now and kept."""
    path = baselines_file(table, splits, home, preparation)
    names = TERMS[table.task].baseline_names
    scored = {f"test_{each.name}" for each in baseline_measures(table.task)}
    if len(table.class_names) == 2:
        cut = [each.name for each in MEASURES if each.has_threshold]
        scored |= {cut_column(name, chooses) for name in cut for chooses in cut}
    try:
        kept = _read(path)
        is_whole = set(kept["model"]) == set(names) and len(kept) == len(names) * len(splits)
        if is_whole and scored <= set(kept):  # an earlier version measured less
            return kept
    except (OSError, ValueError, KeyError):
        pass
    from nnjax.report.baselines import baseline_scores  # here: scikit-learn takes a second to import

    scores = baseline_scores(table, splits, say=say, preparation=preparation)
    write_durably(path, scores.to_csv(index=False).encode())
    return _read(path)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"detail": "str"}).fillna({"detail": ""})
