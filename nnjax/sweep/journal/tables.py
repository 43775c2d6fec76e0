"""The numbers of one's own table, kept beside the journal: a run can be trained again when the file is another one."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnjax.data.arrangement import Arrangement
from nnjax.data.column import Column
from nnjax.data.tables import Table, arranged, make_table, seal, weighted
from nnjax.data.weights import WeightColumn
from nnjax.refusal import RefusedError
from nnjax.sweep.durable import write_durably

_COLUMNS, _FOLLOWED, _WEIGHTS = "columns", "arrangement", "weights"
_NAMES = ("name", "feature_names", "target_names", "class_names")
_OF_A_COLUMN = ("name", "kind", "words", "gap", "remark", "rounding")


def keep_table(home: Path, table: Table) -> Path:
    """Write a table down, once for all sweeps of it: NumPy's npz without pickles, named after the table's digest.

    Its columns as they were read are in it, too: what preparation makes of them is made again. (Earlier versions kept
    the features alone.)
    """
    path = _path(home, table.digest)
    if not _is_kept(path, table):
        content = io.BytesIO()
        names: dict[str, object] = {name: getattr(table, name) for name in _NAMES}
        arrays: dict[str, Any] = {"features": table.features, "target": table.target}
        if table.columns:
            names[_COLUMNS] = [{name: getattr(column, name) for name in _OF_A_COLUMN} for column in table.columns]
            names["polynomial_degree"] = table.polynomial_degree
            arrays[_COLUMNS] = np.array([column.values for column in table.columns])
        if table.arrangement is not None:
            names[_FOLLOWED] = {name: getattr(table.arrangement, name) for name in ("role", "column", "levels")}
            arrays[_FOLLOWED] = table.arrangement.codes
        if table.weights is not None:
            names[_WEIGHTS], arrays[_WEIGHTS] = table.weights.column, table.weights.values
        np.savez_compressed(content, names=np.array(json.dumps(names)), **arrays)
        write_durably(path, content.getvalue())
    return path


def _is_kept(path: Path, table: Table) -> bool:
    try:
        with np.load(path, allow_pickle=False) as content:
            return not table.columns or _COLUMNS in content.files
    except FileNotFoundError:
        return False
    except Exception:  # damaged: the next reader says so
        return True


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
            table = _read(names, {name: content[name] for name in content.files if name != "names"})
    except Exception as error:  # of zip, zlib, NumPy's parser, JSON: whatever a changed byte leads to
        raise RefusedError(f"{path}: damaged ({type(error).__name__}); {_REMEDY}") from None
    if table.digest != digest:
        raise RefusedError(f"{path}: damaged (other numbers than when it was written); {_REMEDY}")
    return table


def _read(names: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Table:
    feature_names, target_names, class_names = (tuple(names[name]) for name in _NAMES[1:])
    columns = tuple(
        Column(**{**described, "words": tuple(described["words"])}, values=values)
        for described, values in zip(names.get(_COLUMNS, ()), arrays.get(_COLUMNS, ()), strict=True)
    )
    features, target, degree = arrays["features"], arrays["target"], names.get("polynomial_degree", 1)
    if columns and not feature_names:
        bare = Table(names["name"], features, target, (), target_names, class_names, "", columns=columns)
        table = seal(replace(bare, polynomial_degree=degree))
    else:
        made = make_table(names["name"], features, target, feature_names, target_names, class_names)
        table = replace(made, columns=columns, polynomial_degree=degree)
    if (column := names.get(_WEIGHTS)) is not None:
        table = weighted(table, WeightColumn(column, arrays[_WEIGHTS]))
    if (followed := names.get(_FOLLOWED)) is None:
        return table
    levels = tuple(followed.pop("levels"))
    return arranged(table, Arrangement(**followed, codes=arrays[_FOLLOWED], levels=levels))


_REMEDY = "remove it, and sweep the study with the same table: it is written again"


def _path(home: Path, digest: str) -> Path:
    return home / "journal" / "tables" / f"{digest}.npz"
