"""What MLflow's file holds of a study, read without MLflow, which takes seconds to import."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from nnjax.tracking.artifact_place import local_path
from nnjax.tracking.names import STUDY

_EXPERIMENTS = "experiment_id IN (SELECT experiment_id FROM experiment_tags WHERE key = ? AND value = ?)"
_RUNS = f"run_uuid IN (SELECT run_uuid FROM runs WHERE {_EXPERIMENTS})"

ROWS_OF_A_STUDY = (
    f"SELECT * FROM experiments WHERE {_EXPERIMENTS} ORDER BY experiment_id",
    f"SELECT * FROM experiment_tags WHERE {_EXPERIMENTS} ORDER BY experiment_id, key",
    f"SELECT * FROM runs WHERE {_EXPERIMENTS} ORDER BY run_uuid",
    f"SELECT * FROM tags WHERE {_RUNS} ORDER BY run_uuid, key",
    f"SELECT * FROM params WHERE {_RUNS} ORDER BY run_uuid, key",
    f"SELECT * FROM latest_metrics WHERE {_RUNS} ORDER BY run_uuid, key",
)
"""All that a sync looks at, what a person has deleted included: of curves the last point."""

ARTIFACTS_OF_A_STUDY = f"SELECT artifact_location FROM experiments WHERE {_EXPERIMENTS} ORDER BY experiment_id"

MODELS_OF_A_STUDY = "models"
"""Where MLflow keeps a study's models, beside the folders of its runs."""


def stored_rows(file: Path, study: str) -> tuple[str, list[Path]]:
    """sha256 of a study's rows in a SQLite file, and the folders of its runs' artifacts: models come after a sweep.

    Raises:
        sqlite3.Error: If the file cannot be read, or another program is writing to it.
        OSError: If the artifacts are on another machine.
    """
    seen = hashlib.sha256()
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=0.0)) as connection:
        for rows in ROWS_OF_A_STUDY:
            for row in connection.execute(rows, (STUDY, study)):
                seen.update(repr(row).encode())
        places = {
            address: local_path(address) for (address,) in connection.execute(ARTIFACTS_OF_A_STUDY, (STUDY, study))
        }
    elsewhere = [address for address, place in places.items() if place is None]
    if elsewhere:
        raise OSError(f"{elsewhere[0]} is not on this machine")
    runs = [each for place in places.values() if place and place.is_dir() for each in place.iterdir()]
    return seen.hexdigest(), sorted(each for each in runs if each.name != MODELS_OF_A_STUDY)
