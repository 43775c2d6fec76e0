"""What was asked, what was run, and what became of every planned run."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from nnjax.data.preparation import prepared_width
from nnjax.data.splits import SPLITTERS
from nnjax.data.tables import Table
from nnjax.report.layout import Layout
from nnjax.report.study_results import StudyResults, shown_reference
from nnjax.report.views import Chapter, join_words, view_table
from nnjax.sweep.columns import read_as
from nnjax.sweep.reference import reference_cell
from nnjax.sweep.space import Space, level_text
from nnjax.sweep.study.factors import ALWAYS_TOLD, FACTORS
from nnjax.sweep.used_rows import left_out_text, range_text, used_rows

MOST_INPUTS = 20
"""Named in the page; all of them are in the file."""


def asked_chapter(study_results: StudyResults) -> Chapter:
    """Question, factors, replicates, rows, and the account of the runs."""
    space, results, layout = study_results.space, study_results.results, study_results.layout
    factors = factors_table(study_results)
    is_told = factors.pop("is_told").astype(bool)
    tables = {
        "varied": view_table("factors_varied", factors[factors["role"] != "fixed"].drop(columns="meaning")),
        "factors": view_table("factors", factors[is_told]),
        "defaults": view_table("factors_at_default", factors[~is_told].drop(columns="reference")),
        "account": view_table("account", account_table(results, layout), layout.full_batch),
    }
    if readings := read_as(space):
        columns = pd.DataFrame(asdict(each) for each in readings)
        tables["columns"] = view_table(
            "columns", columns.rename(columns={"filled": "filled with", "becomes": "seen as"})
        )
    lost = results[results["status"] != "finished"]
    if len(lost):
        tables["lost"] = view_table("runs_lost", runs_lost_table(lost), layout.full_batch)
    facts = {
        "terms": study_results.terms,
        "study": space.study,
        "table": space.table,
        "rows": _rows(space),
        "splits": len(space.splits),
        "cells": len(space.cells),
        "features": features_sentence(space),
        "inputs": inputs_sentence(space.table) if space.study.data.file is not None else "",
        "classes": classes_sentence(space.table),
        "method": SPLITTERS[space.study.replicates.method].meaning,
        "unfinished_reference": unfinished_reference(study_results),
        "account": _count(results),
    }
    return Chapter("asked", "What was asked and what was run", tables=tables, facts=facts)


def _rows(space: Space) -> dict[str, object]:
    """How many rows each part of a split has, and how many are in none."""
    used, arrangement = used_rows(space), space.table.arrangement
    return {
        "train": used.train,
        "validation": range_text(used.validation),
        "test": range_text(used.test),
        "left_out": left_out_text(used, arrangement.role) if arrangement else "",
    }


def unfinished_reference(study_results: StudyResults) -> str:
    """The reference cell, where figures show another one because none of its runs is finished; else ""."""
    space = study_results.space
    cell = reference_cell(space.study, space.cells)
    return "" if cell == shown_reference(study_results.results, space) else cell.label


def features_sentence(space: Space) -> str:
    """How many numbers a network sees of a row; the fewest and the most where the study prepares the table in ways."""
    ways = {cell.configuration.preparation for cell in space.cells}
    widths = sorted({prepared_width(space.table, way, len(space.splits[0].train)) for way in ways})
    shown = " to ".join(map(str, widths[:1] + widths[1:][-1:]))
    return f"{shown} feature{'s' if widths != [1] else ''}"


def inputs_sentence(table: Table) -> str:
    """The columns that the network sees, the first ones of many: nobody wants an identifier among them.

    >>> from nnjax.data.tables import load_table
    >>> inputs_sentence(load_table("linnerud"))
    'chins, situps and jumps'
    """
    inputs = table.feature_names or tuple(column.name for column in table.columns)
    names, more = inputs[:MOST_INPUTS], len(inputs) - MOST_INPUTS
    return f"{', '.join(names)} and {more:,} more" if more > 0 else join_words(list(names))


def classes_sentence(table: Table) -> str:
    """The classes with their rows; empty for a regression.

    >>> from nnjax.data.tables import load_table
    >>> classes_sentence(load_table("iris"))
    'setosa (50 rows), versicolor (50) and virginica (50)'
    """
    if table.labels is None:
        return ""
    counts = np.bincount(table.labels).tolist()
    units = [" rows", *[""] * len(counts)]
    return join_words([f"{name} ({n}{unit})" for name, n, unit in zip(table.class_names, counts, units, strict=False)])


TOLD_FACTORS = (*ALWAYS_TOLD, "hidden_layer_sizes")
"""Factors that the page names without being asked; the last one stands for depth and width where a study has it."""

STATUSES = ("finished", "diverged", "missing")


def factors_table(study_results: StudyResults) -> pd.DataFrame:
    """Every factor with its role, levels and reference level, those that vary first.

    Columns factor, role, levels, reference, meaning, is_told: whether the page names it without being asked, because it
    is varied, not at its default, or always needed.
    """
    study, layout = study_results.space.study, study_results.layout
    listed = {**study.factors, **{name: (level,) for name, level in study.fixed.items()}}
    return pd.DataFrame(
        {
            "factor": name,
            "role": study.role(name),
            "levels": ", ".join(map(level_text, levels)),
            "reference": layout.text(name, layout.reference[name]) if name in layout.reference else "",
            "meaning": FACTORS[name].meaning,
            "is_told": study.role(name) != "fixed" or name in TOLD_FACTORS or levels != (FACTORS[name].default,),
        }
        for name, levels in listed.items()
    )


def account_table(results: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Planned runs, altogether and by listed factor and level: factor, level, planned, finished, diverged, missing."""
    rows = [{"factor": "all", "level": "", **_count(results)}]
    for factor, levels in layout.levels.items():
        rows += [
            {"factor": factor, "level": layout.text(factor, level), **_count(results[results[factor] == level])}
            for level in levels
        ]
    return pd.DataFrame(rows)


def _count(runs: pd.DataFrame) -> dict[str, int]:
    return {"planned": len(runs)} | {status: int((runs["status"] == status).sum()) for status in STATUSES}


def runs_lost_table(lost: pd.DataFrame) -> pd.DataFrame:
    """Runs without a result to speak of: those that diverged first, then those that were never trained."""
    columns = ["status", "cell", "split", "seed_index", "diverged_epoch", "run_id"]
    return lost[columns].sort_values("status", kind="stable").reset_index(drop=True)
