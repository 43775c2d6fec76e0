"""Vanishing gradients: where the signal gets lost, and what that does to the units."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from nnjax.report.alike import are_alike, name_highest, name_lowest
from nnjax.report.drawing import NARROW, LevelTable, Shape, draw_figure, level_figure, level_panels, panels_by
from nnjax.report.figures.gradients import (
    draw_ends,
    draw_heat,
    draw_layers,
    ends_table,
    heat_table,
    layer_table,
    with_expected,
)
from nnjax.report.formats import decimals
from nnjax.report.histories import GRADIENT, first_tenth
from nnjax.report.layout import Layout, each_group, with_places
from nnjax.report.outcome_link import link_figure, link_sentence, measure_link
from nnjax.report.picture_words import VANISHED, gradient_words
from nnjax.report.setting import first_setting
from nnjax.report.study_results import StudyResults
from nnjax.report.theme import MUTED, variable
from nnjax.report.theory import expected_fields, expected_slopes
from nnjax.report.views import Chapter, FigureView, Key, TableView, view_table
from nnjax.statistics.interval import paired_interval
from nnjax.statistics.mean_field import MeanField


def gradients_chapter(study_results: StudyResults) -> Chapter:
    """Gradient against layer and epoch, its slope, saturated and dead units, update ratios."""
    runs = study_results.reference_runs
    deep = runs[runs["depth"] > 1]
    slopes = slopes_table(study_results, deep)
    figures: dict[str, FigureView] = {}
    tables: dict[str, TableView] = {}
    if len(deep) and study_results.histories.layers(GRADIENT):
        early = first_tenth(int(deep["epochs"].min()))
        figures["start"] = _layers(study_results, deep, "start", [0], "as initialised, before the first step")
        figures["early"] = _layers(
            study_results, deep, "early", early, f"median over epochs 1 … {early[-1]}, the first tenth of training"
        )
        figures["ends"] = _ends(study_results, deep)
        tables["slopes"] = view_table("gradient_slopes", slopes, study_results.layout.full_batch)
    if study_results.layout.panel and deep[["grad_slope_0", "grad_slope"]].notna().any(axis=None):
        figures["slope"] = _heat(study_results, deep, ("grad_slope_0", "grad_slope"), "slope")
    if study_results.layout.panel and runs[["saturated", "dead"]].notna().any(axis=None):
        figures["units"] = _heat(study_results, runs, ("saturated", "dead"), "units")
    if study_results.histories.layers("update_ratio"):
        figures["update_ratio"] = _update(study_results)
    facts = _facts(study_results.layout, slopes)
    facts["first"] = gradient_words(study_results, first_setting(study_results)).sentence
    if (link := measure_link(study_results)) is not None:
        figures["link"] = link_figure(study_results, link)
        facts |= {"link": link_sentence(link)}
    return Chapter("gradients", "Vanishing gradients", figures, tables, facts)


def slopes_table(study_results: StudyResults, deep: pd.DataFrame) -> pd.DataFrame:
    """Mean slope of log10 g_l per layer with its interval, at initialisation and over the first tenth.

    The shown factors, then when, grad_slope with its ends, grad_slope_expected (mean field's, at initialisation),
    grad_ratio (mean log10 g_1/g_L), vanished (share of runs), runs.
    """
    rows = []
    expected = expected_slopes(study_results.space)
    for levels, group in each_group(deep, study_results.layout.shown):
        for when, suffix in (("at initialisation", "_0"), ("first tenth", "")):
            slopes = group.dropna(subset=[f"grad_slope{suffix}"])
            by_split = slopes.groupby("split")[f"grad_slope{suffix}"].mean()
            if len(by_split) < 2:
                continue
            interval = paired_interval(by_split.to_numpy(dtype=float), *study_results.sizes.pair)
            ratio = slopes[f"grad_ratio{suffix}"]
            numbers = {
                "when": when,
                "grad_slope": interval.estimate,
                "low": interval.low,
                "high": interval.high,
                "grad_slope_expected": group["cell_id"].map(expected).mean() if suffix else math.nan,
                "grad_ratio": ratio.mean(),
                "vanished": float((ratio < VANISHED).mean()),
                "runs": len(slopes),
            }
            rows.append(levels | numbers)
    return pd.DataFrame(rows)


def _expected(study_results: StudyResults, deep: pd.DataFrame) -> dict[tuple[object, ...], MeanField | None]:
    """Mean field at each combination of the shown factors; nuisance levels are those of its first run."""
    fields, groups = expected_fields(study_results.space), each_group(deep, study_results.layout.shown)
    return {tuple(levels.values()): fields[group["cell_id"].iloc[0]] for levels, group in groups}


def _layers(study_results: StudyResults, deep: pd.DataFrame, name: str, epochs: list[int], when: str) -> FigureView:
    layout = study_results.layout
    table = layer_table(deep, layout.shown, study_results.histories, GRADIENT, epochs)
    if epochs == [0]:
        table = with_expected(table, layout.shown, _expected(study_results, deep))
    drawn = LevelTable(f"gradient_by_layer_{name}", table, layout.color)
    parts = level_panels(study_results, drawn, draw_layers)
    shape = {1: Shape(across=1), 2: Shape(), 4: Shape()}.get(len(parts), NARROW)
    caption = (
        f"Gradient g_l that arrives at hidden layer l (1 is next to the input), {when}: median over runs, bars are "
        f"the middle half. {layout.where(layout.shown)} A level line passes the signal through; one "
        "that falls towards layer 1 loses it on the way back."
    )
    if epochs == [0] and table["expected"].notna().any():
        caption += (
            " Thin dotted lines: what mean-field theory expects of an infinitely wide network with these initial "
            "weights, from the measured last layer backwards."
        )
    return level_figure(study_results, f"gradient-{name}", caption, parts, replace(shape, quantity=GRADIENT), drawn)


def _ends(study_results: StudyResults, deep: pd.DataFrame) -> FigureView:
    layout = study_results.layout
    deepest = deep[deep["depth"] == deep["depth"].max()]
    table = ends_table(deepest, [layout.color], study_results.histories, GRADIENT)
    draw = partial(draw_ends, palette=study_results.palette, factor=layout.color)
    parts = panels_by(table, layout.color, layout, draw)
    caption = (
        f"First hidden layer (solid) and last hidden layer (dashed) at depth {deepest['depth'].max()} against the "
        f"epoch: median and middle half of the runs. {layout.where(layout.shown)} "
        "The gap between the two lines is the vanishing; where it closes, training has repaired it."
    )
    keys = (Key("first hidden layer", variable(MUTED)), Key("last hidden layer", variable(MUTED), "6.8 3.4"))
    view = view_table("gradient_by_epoch", table, layout.full_batch)
    return draw_figure("gradient-ends", caption, parts, replace(NARROW, quantity=GRADIENT), view, keys)


HEAT_CAPTIONS = {
    "slope": (
        "Slope of log₁₀ g_l per layer (decades a layer), at initialisation and over the first tenth of training: mean "
        "over runs. Red, positive: the gradient shrinks towards the input by that many powers of ten a layer; "
        "blue, negative: it grows. "
    ),
    "units": (
        "Share of (row, unit) pairs whose slope is at most 7 % of the activation’s steepest (saturated), and share of "
        "units without any slope on all training rows (dead): mean over hidden layers and runs, last epoch. A ReLU "
        "that is off for a row counts as saturated there, so about half is usual; dead is off for all rows. "
    ),
}


def _heat(study_results: StudyResults, runs: pd.DataFrame, columns: tuple[str, str], name: str) -> FigureView:
    layout = study_results.layout
    tables = {column: heat_table(runs, layout.shown, column) for column in columns}
    scale = max(float(table["mean"].abs().max()) for table in tables.values() if len(table))
    parts = []
    for column, table in tables.items():
        placed = with_places(with_places(table, layout.color, layout, "row"), layout.panel, layout, "column")
        if len(placed):
            parts.append((column, partial(draw_heat, placed, factors=layout.shown, scale=scale)))
    shape = Shape(height=56 + 30 * len(layout.levels[layout.color]), left=84, top=8)
    both = pd.concat([table.assign(column=column) for column, table in tables.items()], ignore_index=True)
    view = view_table(f"gradient_{name}", both, layout.full_batch)
    return draw_figure(f"gradient-{name}", HEAT_CAPTIONS[name] + layout.where(layout.shown), parts, shape, view)


def _update(study_results: StudyResults) -> FigureView:
    layout, runs = study_results.layout, study_results.reference_runs
    early = first_tenth(int(runs["epochs"].min()))
    table = layer_table(runs, layout.shown, study_results.histories, "update_ratio", early)
    drawn = LevelTable("update_ratio_by_layer", table, layout.color)
    caption = (
        f"How far the weights move in an epoch against their size (update_ratio), by layer; the last layer is the "
        f"output. Median over epochs 1 … {early[-1]}, then over runs. Adam divides a gradient by its "
        "own size, so a layer with a vanished gradient may still move: this, not the norm, says whether it does."
    )
    return level_figure(study_results, "update-ratio", caption, draw_layers, Shape(quantity="update_ratio"), drawn)


def _facts(layout: Layout, table: pd.DataFrame) -> dict[str, object]:
    start = table[table["when"] == "at initialisation"] if len(table) else table
    if not len(start):
        return {"has_depth": False}
    slopes, sizes = start["grad_slope"].tolist(), start["grad_slope"].abs()
    worst, flattest = start.iloc[int(np.argmax(slopes))], start.iloc[int(np.argmin(sizes))]
    names = [layout.describe(row, layout.shown) for _, row in start.iterrows()]
    return {
        "has_depth": True,
        "alike": are_alike(slopes, _decades),
        "worst": name_highest(names, slopes, _decades),
        "worst_slope": decimals(float(worst["grad_slope"]), 2),
        "worst_factor": f"{10 ** float(worst['grad_slope']):.2g}",
        "flattest": name_lowest(names, sizes.tolist(), _decades),
        "flattest_slope": decimals(float(flattest["grad_slope"]), 2),
        "expected_off": decimals(float((start["grad_slope"] - start["grad_slope_expected"]).abs().max()), 2),
        "vanished": int((start["vanished"] > 0.5).sum()),
        "combinations": len(start),
    }


def _decades(slope: float) -> str:
    return decimals(slope, 2)
