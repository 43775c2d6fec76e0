"""What was asked, what was run, and what became of every planned run."""

import pandas as pd

from nnjax.report.layout import Layout
from nnjax.report.material import Material
from nnjax.report.views import Chapter, view_table
from nnjax.sweep.factors import FACTORS, Level

METHODS = {
    "repeated_k_fold": "repeated k-fold: every row is a test row once a repeat",
    "shuffle_split": "shuffled splits: fresh test rows in every split",
}


def asked_chapter(material: Material) -> Chapter:
    """Question, factors, replicates, rows, and the account of the runs."""
    study, split = material.space.study, material.space.splits[0]
    tables = {
        "factors": view_table("factors", factors_table(material)),
        "account": view_table("account", account_table(material.results, material.layout), material.layout.full_batch),
    }
    lost = material.results[material.results["status"] != "finished"]
    if len(lost):
        tables["lost"] = view_table("runs_lost", lost_table(lost), material.layout.full_batch)
    facts = {
        "question": study.question,
        "expected": study.expected,
        "data": study.data.name,
        "rows": len(material.space.table.target),
        "features": material.space.table.features.shape[1],
        "target": material.space.table.target_name,
        "method": METHODS[study.replicates.method],
        "replicates": study.replicates,
        "n_train": len(split.train),
        "n_validation": len(split.validation),
        "n_test": len(split.test),
        "cells": len(material.space.cells),
        "runs": len(material.results),
        "splits": len(material.space.splits),
        "statuses": {status: int((material.results["status"] == status).sum()) for status in STATUSES},
    }
    return Chapter("asked", "What was asked and what was run", tables=tables, facts=facts)


STATUSES = ("finished", "diverged", "missing")


def factors_table(material: Material) -> pd.DataFrame:
    """Every factor with its role, levels and reference level, those that vary first.

    Returns:
        Columns factor, role, levels, reference, meaning.
    """
    study = material.space.study
    listed = {**study.factors, **{name: (level,) for name, level in study.fixed.items()}}
    return pd.DataFrame(
        {
            "factor": name,
            "role": study.role(name),
            "levels": ", ".join(_written(level) for level in levels),
            "reference": _reference(name, material.layout),
            "meaning": FACTORS[name].meaning,
        }
        for name, levels in listed.items()
    )


def _written(level: Level) -> str:
    if isinstance(level, tuple):
        return "-".join(str(width) for width in level)
    return f"{level:g}" if isinstance(level, float) else str(level)


def _reference(factor: str, layout: Layout) -> str:
    return layout.text(factor, layout.reference[factor]) if factor in layout.reference else ""


def account_table(results: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Planned runs by status, altogether and by level of each listed factor; each factor's lines sum to the total.

    Returns:
        Columns factor, level, planned, finished, diverged, missing.
    """
    rows = [{"factor": "all", "level": "", **_count(results)}]
    for factor, levels in layout.levels.items():
        rows += [
            {"factor": factor, "level": layout.text(factor, level), **_count(results[results[factor] == level])}
            for level in levels
        ]
    return pd.DataFrame(rows)


def _count(runs: pd.DataFrame) -> dict[str, int]:
    return {"planned": len(runs)} | {status: int((runs["status"] == status).sum()) for status in STATUSES}


def lost_table(lost: pd.DataFrame) -> pd.DataFrame:
    """Runs without a result to speak of: those that diverged first, then those that were never trained."""
    columns = ["status", "cell", "split", "seed_index", "diverged_epoch", "run_id"]
    return lost[columns].sort_values("status", kind="stable").reset_index(drop=True)
