"""From tables to the runs MLflow gets: sweep, cells with means, single runs. Pure; knows no store."""

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from nnjax.metrics import judged
from nnjax.sweep.journal.journal import Row
from nnjax.sweep.reference import compared_factors
from nnjax.tracking import names
from nnjax.tracking.curves import CurvePoints
from nnjax.tracking.description import SweepDescription
from nnjax.tracking.views import shown_replicates


class Point(NamedTuple):
    """One number of a metric."""

    key: str
    value: float
    """Finite."""
    timestamp: int
    """Milliseconds since 1970, from the journal: the same point sent twice is then one row."""
    step: int
    """Epoch for curves, 0 for finals."""


@dataclass(frozen=True)
class TrackedRun:
    """One run as MLflow will show it."""

    tags: Mapping[str, str]
    """All but the parent's run id, which only the store knows."""
    name: str
    parent: str | None
    """Identity of the run this one is nested under."""
    status: str
    """FINISHED, FAILED (diverged) or RUNNING (a sweep not yet completed)."""
    start: int
    end: int
    """As start, in milliseconds since 1970."""
    params: Mapping[str, str]
    points: Sequence[Point]

    @property
    def identity(self) -> str:
        """What this run is, in any store."""
        return names.identity(self.tags)


@dataclass(frozen=True)
class SweepTables:
    """What was measured, from the results room."""

    results: pd.DataFrame
    """One row a planned run."""
    cells: pd.DataFrame
    """One row a cell: means, and sd as `<name>_sd`."""
    cell_curves: CurvePoints
    """Mean curves by cell_id."""
    run_curves: CurvePoints
    """Curves by run_id; empty unless the study asks for them."""


class SweepLayout(NamedTuple):
    """A sweep laid out for MLflow, parents before children."""

    sweep: TrackedRun
    """The outermost run, still without its results."""
    cells: tuple[TrackedRun, ...]
    """Cells all of whose replicates have ended."""
    runs: tuple[TrackedRun, ...]
    """The replicates of those cells."""
    waiting: int
    """Cells left out because a replicate is missing: a mean sent too early could not be taken back."""


def milliseconds(seconds: float) -> int:
    """Unix seconds as MLflow's integer milliseconds."""
    return round(seconds * 1000)


def common_tags(description: SweepDescription) -> dict[str, str]:
    """Tags that every run of the sweep carries; MLflow's client sets none of them by itself."""
    tags = {
        names.STUDY: description.study,
        names.SWEEP: description.sweep_id,
        names.USER: description.user,
        names.SOURCE_NAME: description.command,
        names.SOURCE_TYPE: "LOCAL",
    }
    if not description.commit:
        return tags
    dirty = {names.COMMIT_IS_DIRTY: "true"} if description.commit.endswith("+") else {}
    return tags | {names.COMMIT: description.commit.removesuffix("+")} | dirty


def params_of(row: Row, description: SweepDescription, replicate: bool) -> dict[str, str]:
    """The params of a cell or run that its row of results has, in the order in which tables should show them.

    The description names the study's factors, and what it fixes, beyond the usual ones; a replicate has split and seed
    besides.
    """
    own = names.REPLICATE_PARAMS if replicate else ()
    ordered = [*description.factors, *names.PARAMS, *description.fixed, *own]
    texts = {key: names.param_text(row[key]) for key in dict.fromkeys(ordered) if key in row}
    return {key: text for key, text in texts.items() if text}


def final_points(row: Row, columns: Mapping[str, str], timestamp: int) -> list[Point]:
    """The finite ones among a row's numbers, at step 0: at any later step MLflow draws a line of one dot."""
    values = ((key, row[column]) for key, column in columns.items())
    return [Point(key, names.rounded(value), timestamp, 0) for key, value in values if math.isfinite(value)]


def curve_points(curves: CurvePoints, owner: str, start: int, end: int) -> list[Point]:
    """A run's curves, the epochs spread evenly between start and end."""
    span = (end - start) / max(curves.epochs, 1)
    return [
        Point(key, value, start + round(span * epoch), epoch)
        for key, epochs, values in curves.of(owner)
        for epoch, value in zip(epochs, values, strict=True)
    ]


class _Builder:
    """Lays out one sweep; holds what every row needs."""

    def __init__(self, description: SweepDescription, tables: SweepTables, colors: Mapping[str, str]) -> None:
        self.description = description
        self.tables = tables
        self.colors = colors
        self.common = common_tags(description)
        self.seeds_per_split = int(tables.results["seed_index"].max()) + 1
        told = {**names.cell_columns(description.judged), "diverged": "diverged"}
        self.cell_columns = {key: column for key, column in told.items() if column in tables.cells}
        self.run_columns = {key: key for key in names.told_of(description.judged.finals()) if key in tables.results}

    def cell(self, means: Row, rows: Sequence[Row]) -> TrackedRun:
        """A cell from its row of means and its replicates' rows."""
        params = params_of(rows[0], self.description, replicate=False)
        start, end = _span(rows)
        own = {names.KIND: "cell", names.CELL: str(means["cell_id"]), names.REPLICATES: str(len(rows))}
        own |= {names.PARENT_NAME: names.sweep_name(self.description.sweep_id), **self.reference(params)}
        points = final_points(means, self.cell_columns, end)
        points += curve_points(self.tables.cell_curves, str(means["cell_id"]), start, end)
        parent = f"sweep {self.description.sweep_id}"
        return self._tracked(str(means["cell"]), parent, rows, params, own, points)

    def run(self, row: Row, place: int) -> TrackedRun:
        """A single run; `place` counts the replicates of its cell."""
        params = params_of(row, self.description, replicate=True)
        start, end = _span([row])
        reference = self.reference(params, place)
        own = {names.KIND: "run", names.RUN: str(row["run_id"]), names.CELL: str(row["cell_id"]), **reference}
        diverged = {names.DIVERGED_EPOCH: names.DIVERGED_EPOCH} if row["status"] == "diverged" else {}
        points = final_points(row, self.run_columns | diverged, end)
        if reference or self.description.curves != "reference":
            points += curve_points(self.tables.run_curves, str(row["run_id"]), start, end)
        name = names.replicate_name(str(row["cell"]), int(row["split"]), int(row["seed_index"]), self.seeds_per_split)
        return self._tracked(name, f"cell {row['cell_id']}", [row], params, own, points)

    def _tracked(
        self, name: str, parent: str, rows: Sequence[Row], params: Mapping[str, str], own: Mapping[str, str],
        points: Sequence[Point],
    ) -> TrackedRun:  # fmt: skip
        status = "diverged" if all(row["status"] == "diverged" for row in rows) else "finished"
        start, end = _span(rows)
        color = self.colors.get(params.get("activation", ""))
        colored = {names.RUN_COLOR: color} if color else {}
        tags = {**self.common, **own, names.STATUS: status, **colored}
        return TrackedRun(tags, name, parent, _STATES[status], start, end, params, points)

    def reference(self, params: Mapping[str, str], place: int = 0) -> dict[str, str]:
        """The tag by which a view of one factor finds its rows, as `:activation:depth:`.

        Of a cell's replicates, only as many get it as fit on a page.
        """
        factors = [
            factor
            for factor in compared_factors(params, self.description.setting)
            if place < shown_replicates(len(self.description.factors[factor]))
        ]
        return {names.REFERENCE: f":{':'.join(factors)}:"} if factors else {}

    def groups(self) -> Iterator[tuple[Row, list[Row]]]:
        """Each cell's means with its replicates' rows, in the order of the results table."""
        means = {str(row["cell_id"]): row for row in _records(self.tables.cells)}
        rows: dict[str, list[Row]] = {}
        for row in _records(self.tables.results):
            rows.setdefault(str(row["cell_id"]), []).append(row)
        for cell_id, members in rows.items():
            yield means[cell_id], members


_STATES = {"diverged": "FAILED", "finished": "FINISHED"}


def _span(rows: Sequence[Row]) -> tuple[int, int]:
    """Begin and end of the rows' trainings, milliseconds since 1970."""
    return milliseconds(min(row["started"] for row in rows)), milliseconds(max(row["ended"] for row in rows))


def _records(table: pd.DataFrame) -> list[Row]:
    """Rows as dictionaries of plain Python values."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def plan_params(description: SweepDescription, results: pd.DataFrame) -> dict[str, str]:
    """Params of the sweep that any sweep of the same runs has, however its study is worded."""
    params = {
        "study": description.study,
        "epochs": ",".join(names.param_text(value) for value in sorted(set(results["epochs"]))),
        "runs": str(len(results)),
        "cells": str(results["cell_id"].nunique()),
    }
    if description.target is not None:
        params[judged("target", description.task)] = names.param_text(description.target)
    return params


def sweep_run(description: SweepDescription, results: pd.DataFrame) -> TrackedRun:
    """The outermost run while cells are still being sent: what was planned, no result yet."""
    finished = results[results["status"] != "missing"]
    params = plan_params(description, results)
    if description.overrides:
        params["overrides"] = shlex.join(description.overrides)
    return TrackedRun(
        tags=common_tags(description) | {names.KIND: "sweep", names.PLAN: description.plan_id or description.sweep_id},
        name=names.sweep_name(description.sweep_id),
        parent=None,
        status="RUNNING",
        start=milliseconds(float(finished["started"].min())) if len(finished) else 0,
        end=milliseconds(float(finished["ended"].max())) if len(finished) else 0,
        params=params,
        points=(),
    )


def lay_out(description: SweepDescription, tables: SweepTables, colors: Mapping[str, str]) -> SweepLayout:
    """Lay a sweep out for MLflow: its run, its complete cells and their replicates, each activation in its colour."""
    builder = _Builder(description, tables, colors)
    cells: list[TrackedRun] = []
    runs: list[TrackedRun] = []
    waiting = 0
    for means, rows in builder.groups():
        if any(row["status"] == "missing" for row in rows):
            waiting += 1
            continue
        cells.append(builder.cell(means, rows))
        runs += [builder.run(row, place) for place, row in enumerate(rows)]
    return SweepLayout(sweep_run(description, tables.results), tuple(cells), tuple(runs), waiting)
