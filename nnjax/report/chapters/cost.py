"""What it cost: seconds by stage, milliseconds by run."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from nnjax.report.drawing import Shape, draw_panels
from nnjax.report.figures.importance import draw_bars
from nnjax.report.formats import decimals, duration
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, FigureView, view_table

COST_FACTORS = ("depth", "width", "hidden_layer_sizes", "batch_size", "epochs", "optimizer")
"""Factors that decide how long a training takes."""

DRAWN_STAGES = ("environment", "setup", "compile", "train", "track", "report")


def cost_chapter(study_results: StudyResults) -> Chapter:
    """Where the time of the sweep went."""
    figures = {}
    record = study_results.record
    table = stages_table(record.seconds if record else {})
    if len(table):
        figures["seconds"] = _seconds(table)
    factors = [factor for factor in COST_FACTORS if factor in study_results.layout.levels] or ["depth"]
    tables = {
        "runs": view_table("run_cost", run_cost_table(study_results.results, factors), study_results.layout.full_batch)
    }
    train = study_results.results["train_seconds"]
    facts = {
        "record": record,
        "trained_sum": duration(float(train.sum())),
        "mean_milliseconds": decimals(1000 * float(train.mean()), 1),
        "factors": factors,
    }
    return Chapter("cost", "Cost", figures, tables, facts)


def _seconds(table: pd.DataFrame) -> FigureView:
    caption = (
        "Seconds by stage: environment (the virtual environment, where it was made), set-up (imports, study, data), "
        "compile and train (each summed over the workers, so they "
        "exceed the clock), track (MLflow), report (this page)."
    )
    shape = Shape(width=440, height=20 + 28 * len(table), left=84, top=6, bottom=8)
    draw = partial(draw_bars, table, name="stage", length="seconds", show=_in_seconds, room=1.25)
    panels = draw_panels("cost", [("", draw)], shape)
    return FigureView("cost-seconds", caption, (), panels, 1, view_table("seconds", table))


def _in_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"


def stages_table(seconds: Mapping[str, float]) -> pd.DataFrame:
    """Columns stage, seconds, share (of their sum): the stages of the sweep, in their order."""
    known = {stage: float(seconds[stage]) for stage in DRAWN_STAGES if stage in seconds}
    table = pd.DataFrame({"stage": list(known), "seconds": list(known.values())})
    return table.assign(share=table["seconds"] / max(table["seconds"].sum(), 1e-9))


def run_cost_table(results: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Mean milliseconds of training a run, and the number of runs, by the factors that decide it."""
    groups = results.dropna(subset=["train_seconds"]).groupby(list(factors), sort=False)["train_seconds"]
    table = groups.agg(mean="mean", runs="count").reset_index()
    return table.assign(milliseconds=1000 * table["mean"]).drop(columns="mean")[[*factors, "milliseconds", "runs"]]
