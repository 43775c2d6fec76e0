"""The best cell, chosen on validation rows: what the sweep's own run says about its outcome."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from nnjax.judged import Judged
from nnjax.tracking import names
from nnjax.tracking.layout import Point, final_points

SHOWN_CELLS = 20
"""Rows of the table of best cells."""


def best_keys(judged: Judged) -> tuple[str, str, str]:
    """What the sweep's run repeats of its best cell.

    >>> from nnjax.judged import USUAL
    >>> best_keys(USUAL["classification"])
    ('validation_accuracy', 'test_accuracy', 'test_accuracy_sd')
    """
    test = judged.metric("test")
    return judged.metric("validation"), test, f"{test}_sd"


def ranked(cells: pd.DataFrame) -> pd.DataFrame:
    """Complete cells, the best on validation rows first.

    A cell with diverged runs is no better placed than they let it be: its means count each of them as worst.
    """
    complete = cells[cells["missing"] == 0] if "missing" in cells else cells
    return complete.sort_values("validation_score", ascending=False, na_position="last", kind="stable")


def best_row(cells: pd.DataFrame) -> Mapping[str, Any] | None:
    """The best cell's row, None if there is no finite score at all."""
    scored = ranked(cells).dropna(subset=["validation_score"])
    if scored.empty:
        return None
    return {str(key): value for key, value in scored.iloc[0].to_dict().items()}


def sweep_points(results: pd.DataFrame, best: Mapping[str, Any] | None, timestamp: int, judged: Judged) -> list[Point]:
    """The sweep's own numbers: how many runs, how many diverged, and the best cell's scores."""
    counts = {"runs": len(results), "runs_diverged": int((results["status"] == "diverged").sum())}
    columns = names.cell_columns(judged)
    scores = {key: best[columns[key]] for key in best_keys(judged) if columns[key] in best} if best else {}
    told = counts | scores
    return final_points(told, {key: key for key in told}, timestamp)


def describe_outcome(results: pd.DataFrame, best: Mapping[str, Any] | None, judged: Judged) -> str:
    """A sweep's answer in words, Markdown; the box on MLflow's page shows about four lines."""
    diverged = int((results["status"] == "diverged").sum())
    counted = f"{len(results):,} runs in {results['cell_id'].nunique():,} cells, {diverged:,} diverged."
    if best is None:
        return f"No run reached a finite score. {counted}"
    deviation = best.get("test_score_sd", math.nan)
    spread = f" ± {deviation:.3f} (sd)" if math.isfinite(deviation) else ""
    lost = f", {best['diverged']:,} of them diverged" if best.get("diverged") else ""
    return (
        f"Best on validation rows: **{best['cell']}**, test {judged.measure.words} "
        f"{judged.sign * best['test_score']:.3f}{spread} over {best['replicates']} replicates{lost}. {counted}"
    )


def best_table(cells: pd.DataFrame, factors: Mapping[str, Any], judged: Judged) -> pd.DataFrame:
    """The best cells as a table to look at: label, factors, counts, finals rounded; no column without a number."""
    keys = ["cell", *factors, "replicates", "diverged"]
    keys += [f"{final}{ending}" for final in names.told_of(judged.finals()) for ending in names.CELL_ENDINGS]
    told = {column: key for key, column in names.cell_columns(judged).items()}
    table = ranked(cells).head(SHOWN_CELLS).rename(columns=told)
    table = table[[key for key in keys if key in table]].dropna(axis="columns", how="all")
    for key in table.select_dtypes("number"):
        table[key] = [names.rounded(value) for value in table[key].tolist()]
    return table.reset_index(drop=True)
