"""The numbers of one's own table, kept beside the journal: a run can be trained again when the file is another one."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from nnjax.data.arrangement import Arrangement
from nnjax.data.tables import Table, arranged, make_table
from nnjax.refusal import RefusedError
from nnjax.sweep.durable import write_durably

_FOLLOWED = "arrangement"
_NAMES = ("name", "feature_names", "target_names", "class_names")


def keep_table(home: Path, table: Table) -> Path:
    """Write a table down, once for all sweeps of it: NumPy's npz without pickles, named after the table's digest."""
    path = _path(home, table.digest)
    if not path.exists():
        content = io.BytesIO()
        names: dict[str, object] = {name: getattr(table, name) for name in _NAMES}
        arrays: dict[str, Any] = {"features": table.features, "target": table.target}
        if table.arrangement is not None:
            names[_FOLLOWED] = {name: getattr(table.arrangement, name) for name in ("role", "column", "levels")}
            arrays[_FOLLOWED] = table.arrangement.codes
        np.savez_compressed(content, names=np.array(json.dumps(names)), **arrays)
        write_durably(path, content.getvalue())
    return path


def kept_table(home: Path, digest: str) -> Table | None:
    """The table of a digest; None if it was not kept.

    Raises:
        RefusedError: If the file is damaged.
    """
    path = _path(home, digest)
    if not path.exists():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as content:
            names = json.loads(str(content["names"]))
            tuples = (tuple(names[name]) for name in _NAMES[1:])
            table = make_table(names["name"], content["features"], content["target"], *tuples)
            if followed := names.get(_FOLLOWED):
                levels = tuple(followed.pop("levels"))
                table = arranged(table, Arrangement(**followed, codes=content[_FOLLOWED], levels=levels))
    except Exception as error:  # of zip, zlib, NumPy's parser, JSON: whatever a changed byte leads to
        raise RefusedError(f"{path}: damaged ({type(error).__name__}); {_REMEDY}") from None
    if table.digest != digest:
        raise RefusedError(f"{path}: damaged (other numbers than when it was written); {_REMEDY}")
    return table


_REMEDY = "remove it, and sweep the study with the same table: it is written again"


def _path(home: Path, digest: str) -> Path:
    return home / "journal" / "tables" / f"{digest}.npz"
