"""The best cell, chosen on validation rows: what the sweep's own run says about its outcome."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nnjax.tracking import names
from nnjax.tracking.layout import Point, final_points

SHOWN_CELLS = 20
"""Rows of the table of best cells."""

BEST_KEYS = ("validation_r2", "test_r2", "test_r2_sd")
"""What the sweep's run repeats of its best cell."""


def ranked(cells: pd.DataFrame) -> pd.DataFrame:
    """Complete cells, the best on validation rows first; cells whose every run diverged come last."""
    complete = cells[cells["missing"] == 0] if "missing" in cells else cells
    return complete.sort_values("validation_r2", ascending=False, na_position="last", kind="stable")


def best_row(cells: pd.DataFrame) -> Mapping[str, Any] | None:
    """The best cell's row, None if there is no finite score at all."""
    scored = ranked(cells).dropna(subset=["validation_r2"])
    if scored.empty:
        return None
    return {str(key): value for key, value in scored.iloc[0].to_dict().items()}


def sweep_points(results: pd.DataFrame, best: Mapping[str, Any] | None, timestamp: int) -> list[Point]:
    """The sweep's own numbers: how many runs, how many diverged, and the best cell's scores."""
    counts = {"runs": len(results), "runs_diverged": int((results["status"] == "diverged").sum())}
    scores = {key: best[key] for key in BEST_KEYS if key in best} if best else {}
    return final_points(counts | scores, [*counts, *scores], timestamp)


def default_headline(results: pd.DataFrame, best: Mapping[str, Any] | None) -> str:
    """An answer in words for a sweep that brings no headline from its report.

    Args:
        results: One row a planned run.
        best: The best cell's row.

    Returns:
        Markdown; the box on MLflow's page shows about four lines.
    """
    diverged = int((results["status"] == "diverged").sum())
    counted = f"{len(results):,} runs in {results['cell_id'].nunique():,} cells, {diverged:,} diverged."
    if best is None:
        return f"No run reached a finite score. {counted}"
    spread = f" ± {best['test_r2_sd']:.3f} (sd)" if "test_r2_sd" in best else ""
    return (
        f"Best on validation rows: **{best['cell']}**, test R² {best['test_r2']:.3f}{spread} "
        f"over {best['replicates']} replicates. {counted}\n\n"
        "Whether that beats the others by more than chance: `report/index.html` under Artifacts."
    )


def best_table(cells: pd.DataFrame, factors: Mapping[str, Any]) -> pd.DataFrame:
    """The best cells as a table to look at: label, factors, counts, finals rounded."""
    keys = ["cell", *factors, "replicates", "diverged"]
    keys += [name for final in names.FINALS for name in (final, f"{final}_sd")]
    table = ranked(cells).head(SHOWN_CELLS)
    table = table[[key for key in keys if key in table]].copy()
    for key in table.select_dtypes("number"):
        table[key] = [names.rounded(value) for value in table[key].tolist()]
    return table.reset_index(drop=True)
