"""What it cost: seconds by stage, milliseconds by run."""

from functools import partial

import pandas as pd

from nnjax.report.drawing import Shape, draw_panels
from nnjax.report.figures.cost import draw_stages, run_cost_table, stages_table
from nnjax.report.formats import decimals, duration
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, FigureView, view_table

COST_FACTORS = ("depth", "width", "hidden_layer_sizes", "batch_size", "epochs", "optimizer")
"""Factors that decide how long a training takes."""


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
    facts: dict[str, object] = {
        "has_record": record is not None,
        "trained_sum": duration(float(train.sum())),
        "mean_milliseconds": decimals(1000 * float(train.mean()), 1),
        "factors": factors,
    }
    if record:
        facts |= {
            "wall": duration(float(record.seconds.get("wall", 0.0))),
            "has_wall": record.seconds.get("wall", 0.0) > 0,
            "workers": record.workers,
            "executor": record.executor,
            "peak_memory": f"{record.peak_memory_mb:,.0f}",
            "trained": record.trained,
            "executions": record.executions,
        }
    return Chapter("cost", "Cost", figures, tables, facts)


def _seconds(table: pd.DataFrame) -> FigureView:
    caption = (
        "Seconds by stage: environment (the virtual environment, where it was made), set-up (imports, study, data), "
        "compile and train (each summed over the workers, so they "
        "exceed the clock), track (MLflow), report (this page)."
    )
    shape = Shape(width=440, height=20 + 28 * len(table), left=84, top=6, bottom=8)
    panels = draw_panels("cost", [("", partial(draw_stages, table))], shape)
    return FigureView("cost-seconds", caption, (), panels, 1, view_table("seconds", table))
