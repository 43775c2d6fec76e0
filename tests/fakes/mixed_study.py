"""A study of a table of one's own with a column of each kind, whose runs nobody trained, and a model of one cell."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from fakes.rows import fake_row
from fakes.served_models import mixed_model, mixed_rows
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study

STUDY = """
question = "Does the depth matter?"
name = "mixed"
[data]
file = "mixed.parquet"
target = "y"
features = ["size", "colour", "sure", "sold", "count"]
[replicates]
method = "repeated_k_fold"
splits = 4
[studied]
depth = [1, 2]
[fixed]
epochs = 3
batch_size = 8
missing_values = "most_frequent"
date_columns = "parts"
"""


def mixed_study(home: Path) -> Space:
    """The study, its table of forty rows beside it, and its runs in the home's journal."""
    home.mkdir(exist_ok=True)
    pyarrow.parquet.write_table(pa.table(mixed_rows(40)), home / "mixed.parquet")
    (home / "mixed.toml").write_text(STUDY)
    space = expand(load_study(home / "mixed.toml"))
    Journal(home).append([fake_row(run.run_id, run.cell.configuration.depth) for run in space.runs])
    return space


def model_of(space: Space, home: Path, **changed: Any) -> Path:
    """The folder of a made-up model of the study's first cell; what is given stands in its document."""

    def change(document: dict[str, Any]) -> None:
        document["cell"]["cell_id"] = space.cells[0].cell_id
        document.update(changed)

    return mixed_model(home / "models" / "mixed", change=change)
