"""What a served model promises: the columns that it takes and gives, and rows of the table as an example.

Written by hand, since MLflow's own guess makes one nameless type of a frame with a column that it does not know. Only
numbers get a type of MLflow's. What it does to the others before a model sees them changes predictions without a word:
by `inputs` a missing word becomes the word "None", a missing true or false becomes false, any number a date of 1970.
"""

import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import Model as MlflowModel
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import AnyType

from nnjax.data.column import DATE_KIND, NUMBER_KIND, TRUTH_KIND, Column
from nnjax.data.preparation import table_columns
from nnjax.data.tables import Table
from nnjax.statistics.conformal import exact_level

LOADER = "nnjax_model"
"""Module in the folder that reads it, which MLflow imports: it takes no nnjax."""

SERVED_WITH = ("mlflow", "numpy", "pandas")
"""Packages that a server needs."""

WHEN_NOBODY_ASKS = "1970-01-01 00:00:00"
"""The same model is the same bytes, whenever it was made."""

EXAMPLE_ROWS = 3
_ANY: Any = AnyType  # its constructor has no types
LEVEL = "level"
"""Parameter of a served model that has intervals."""


def signature_of(document: Mapping[str, Any]) -> ModelSignature:
    """Inputs, outputs and parameters of a model.

    Every column must be there, which MLflow calls required; a cell may be null wherever the model fills gaps.
    """
    inputs: list[ColSpec | TensorSpec] = [
        ColSpec(DataType.double if column["kind"] == NUMBER_KIND else _ANY(), column["name"])
        for column in document["columns"]
    ]
    outputs: list[ColSpec | TensorSpec] = [ColSpec(kind, name) for name, kind in output_columns(document)]
    intervals = document["intervals"]
    level: Any = (
        ParamSchema([ParamSpec(LEVEL, DataType.double, float(exact_level(intervals["level"])))]) if intervals else None
    )
    return ModelSignature(Schema(inputs), Schema(outputs), level)


def served_with() -> list[str]:
    """What a server installs, in the versions that are here."""
    return [f"{package}=={version(package)}" for package in SERVED_WITH]


def mlflow_files(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Name -> content of what makes a model's folder one that MLflow loads as it lies there.

    The same for the same document and versions.
    """
    described = MlflowModel(
        signature=signature_of(document), model_uuid=document["model_id"][:32], utc_time_created=WHEN_NOBODY_ASKS
    )
    described.add_flavor(
        "python_function",
        loader_module=LOADER,
        code=".",
        python_version=platform.python_version(),
        env={"virtualenv": "python_env.yaml"},
    )
    needed = "".join(f"{each}\n" for each in served_with())
    installed = f"python: {platform.python_version()}\ndependencies:\n- -r requirements.txt\n"
    files = {"MLmodel": described.to_yaml(), "requirements.txt": needed, "python_env.yaml": installed}
    return {name: text.encode() for name, text in files.items()}


def output_columns(document: Mapping[str, Any]) -> Iterator[tuple[str, DataType]]:
    """Name and type of every column of predictions, in their order."""
    has_intervals = bool(document["intervals"])
    if document["task"] == "regression":
        for target in document["targets"]:
            ending = "" if len(document["targets"]) == 1 else f"_{target}"
            yield f"prediction{ending}", DataType.double
            yield from ((f"{end}{ending}", DataType.double) for end in ("lower", "upper") if has_intervals)
        return
    yield "prediction", DataType.string
    yield from ((f"probability_{name}", DataType.double) for name in document["classes"])
    yield from ((f"in_set_{name}", DataType.boolean) for name in document["classes"] if has_intervals)


def example_rows(document: Mapping[str, Any], table: Table) -> pd.DataFrame:
    """Rows of the table that was learnt: the first ones, and of each column the first with a value and with a gap.

    As JSON has them: a gap is null, a date text.
    """
    columns = {column.name: column for column in table_columns(table)}
    wanted = [columns[each["name"]] for each in document["columns"]]
    rows = {*range(min(EXAMPLE_ROWS, len(table.target)))}
    for column in wanted:
        is_gap = np.isnan(column.values)
        rows |= {int(np.argmin(is_gap)), int(np.argmax(is_gap))}
    return pd.DataFrame({column.name: pd.Series(_cells(column, sorted(rows)), dtype=object) for column in wanted})


def _cells(column: Column, rows: list[int]) -> list[object]:
    return [None if np.isnan(value) else _cell(column, value) for value in column.values[rows].tolist()]


def _cell(column: Column, value: float) -> object:
    if column.kind == NUMBER_KIND:
        return value
    if column.kind == DATE_KIND:
        return str(np.datetime64(round(value * 1000), "ms")).removesuffix(".000").removesuffix("T00:00:00")
    return bool(value) if column.kind == TRUTH_KIND else column.words[int(value)]
