"""How fast, and how far: fit against the epoch, epochs to the target."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd

from nnjax.report.alike import name_highest, name_lowest
from nnjax.report.drawing import LevelTable, Shape, level_figure, panels_by
from nnjax.report.figures.curves import (
    anytime_table,
    cost_table,
    draw_anytime,
    draw_cost,
    draw_fit,
    draw_restricted,
    draw_seconds,
    draw_steps,
    fit_table,
    restricted_table,
    seconds_table,
    steps_table,
)
from nnjax.report.formats import decimals, percent
from nnjax.report.layout import with_places
from nnjax.report.picture_words import convergence_words
from nnjax.report.setting import first_setting
from nnjax.report.speed import ENOUGH, measure_speed
from nnjax.report.stopping import last_epoch_words
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, FigureView, view_table

WIDE = Shape(width=440, height=300, across=1)
"""The one panel of all levels of the panel factor."""


def convergence_chapter(study_results: StudyResults) -> Chapter:
    """Curves, staircases and restricted means."""
    layout = study_results.layout
    figures = {"fit": _fit(study_results), "steps": _steps(study_results)}
    if layout.panel:
        figures["restricted"] = _restricted(study_results)
        figures["seconds"] = _seconds(study_results)
        figures["anytime"] = _anytime(study_results)
    for factor in layout.others:
        figures[f"fit_{factor}"] = _fit_by(study_results, factor)
    if (cost := _cost(study_results)) is not None:
        figures["cost"] = cost
    combinations = _combinations(study_results)
    tables = {"combinations": view_table("convergence_combinations", combinations, layout.full_batch)}
    speed = measure_speed(study_results)
    facts: dict[str, object] = {
        "speed": speed,
        "share_half": percent(speed.reached / speed.combinations),
        "others": layout.others,
        "target_scales": study_results.target_scales,
    }
    facts |= _anytime_facts(study_results, combinations)
    facts |= {
        "first": convergence_words(study_results, first_setting(study_results)).sentence,
        "last_epoch": last_epoch_words(study_results),
    }
    return Chapter("convergence", "Convergence", figures, tables, facts)


def _fit(study_results: StudyResults) -> FigureView:
    layout, terms, curve = study_results.layout, study_results.terms, study_results.terms.fit_validation
    table = fit_table(study_results.reference_runs, layout.shown, study_results.histories, curve, terms.curve_floor)
    drawn = LevelTable("convergence_curves", table, layout.color)
    caption = (
        f"{curve} against the epoch: median over runs (line) and their middle half (band), which is spread, "
        f"not confidence. {layout.where(layout.shown)} A steep start is fast learning; a line that falls again is "
        f"over-fitting; a line that stays {terms.learned_nothing} learns nothing.{terms.cut_off}"
    )
    shape = Shape(quantity=curve, lowest=terms.lowest_shown)
    return level_figure(study_results, "fit", caption, draw_fit, shape, drawn)


def _fit_by(study_results: StudyResults, factor: str) -> FigureView:
    """The same curves with another studied factor as colour, the colour factor at its reference."""
    layout, terms, curve = study_results.layout, study_results.terms, study_results.terms.fit_validation
    by = [factor, layout.panel]
    runs = layout.at_reference(study_results.chosen, by)
    table = fit_table(runs, by, study_results.histories, curve, terms.curve_floor)
    drawn = LevelTable(f"convergence_curves_by_{factor}", table, factor)
    caption = f"{curve} against the epoch by {factor}: median and middle half of the runs. {layout.where(by)} " + (
        "An epoch is one pass over the training rows: small batches take more steps in it." * (factor == "batch_size")
    )
    shape = Shape(quantity=curve, lowest=terms.lowest_shown)
    return level_figure(study_results, f"fit-{factor}", caption, draw_fit, shape, drawn)


def _cost(study_results: StudyResults) -> FigureView | None:
    """The curves against passes over the training rows; None where every epoch is one."""
    layout, terms, factor = study_results.layout, study_results.terms, "optimizer"
    factor = factor if factor in layout.studied else layout.color
    by = [factor, layout.panel] if layout.panel and layout.panel != factor else [factor]
    runs = layout.at_reference(study_results.chosen, by)
    if not (runs["function_evaluations"] > runs["epochs"]).any():
        return None
    table = cost_table(runs, by, study_results.histories, terms.fit_validation, terms.curve_floor)
    if table.empty:
        return None
    panel = layout.panel if layout.panel in by[1:] else ""
    parts = panels_by(table, panel, layout, partial(draw_cost, palette=study_results.palette, factor=factor))
    caption = (
        f"{terms.fit_validation} against passes over the training rows that took loss and gradient: median and middle "
        f"half of the runs. {layout.where(by)} L-BFGS’s line search takes several passes in an epoch, so this, not the "
        f"epoch, compares it fairly. A line ends where its cheapest run does.{terms.cut_off}"
    )
    shape = Shape(quantity=terms.fit_validation, lowest=terms.lowest_shown)
    return level_figure(
        study_results, "fit-cost", caption, parts, shape, LevelTable("convergence_by_cost", table, factor)
    )


def _steps(study_results: StudyResults) -> FigureView:
    layout = study_results.layout
    table = steps_table(study_results.reference_runs, layout.shown)
    drawn = LevelTable("epochs_to_target_steps", table, layout.color)
    caption = (
        f"Share of runs that have reached {measure_speed(study_results).target}, against the epoch. "
        f"{layout.where(layout.shown)} The circle marks where training stopped: what is missing to 1 there never "
        "reached the target and is censored, not dropped."
    )
    return level_figure(study_results, "steps", caption, draw_steps, Shape(quantity="share of runs"), drawn)


def _restricted(study_results: StudyResults) -> FigureView:
    layout = study_results.layout
    table = restricted_table(study_results.reference_runs, layout.shown)
    caption = (
        "Restricted mean of epochs_to_target: mean of min(T, E), where a run that never reaches the target counts as "
        f"E = {int(table['horizon'].max())} epochs (dotted). {layout.where(layout.shown)} Lower is faster; hollow "
        "markers: under half of the runs reached the target, so the mean mostly says “not within E”."
    )
    drawn = LevelTable("epochs_to_target_restricted_mean", table, layout.color)
    shape = replace(WIDE, quantity="restricted mean (epochs)")
    return _over_panels(study_results, "restricted", caption, draw_restricted, shape, drawn)


def _seconds(study_results: StudyResults) -> FigureView:
    layout = study_results.layout
    table = seconds_table(study_results.reference_runs, layout.shown)
    caption = (
        "The same race in seconds: mean of train_seconds · min(T, E) / E, each run’s own share of its chunk’s "
        f"training time. {layout.where(layout.shown)} Runs of a chunk are trained together, and several "
        "chunks may share a core: this compares settings trained in bulk, and is not how long one training alone would "
        "take. Compiling is left out. Hollow: under half of the runs reached the target."
    )
    drawn = LevelTable("seconds_to_target", table, layout.color)
    shape = replace(WIDE, left=56, quantity="seconds to target")
    return _over_panels(study_results, "seconds", caption, draw_seconds, shape, drawn)


def _anytime(study_results: StudyResults) -> FigureView:
    layout, terms, histories = study_results.layout, study_results.terms, study_results.histories
    table = anytime_table(
        study_results.reference_runs, layout.shown, histories, terms.fit_validation, terms.curve_floor
    )
    caption = (
        f"Anytime quality: mean of {terms.fit_validation} over {int(table['grid'].max())} log-spaced epochs, the same "
        f"for all: every epoch at first, ever fewer later. Median over runs, bars are their middle half. "
        f"{layout.where(layout.shown)} Higher is better whenever one may have to stop."
    )
    drawn = LevelTable("anytime_quality", table, layout.color)
    shape = replace(WIDE, quantity="anytime quality")
    return _over_panels(study_results, "anytime", caption, draw_anytime, shape, drawn)


def _over_panels(
    study_results: StudyResults, name: str, caption: str, draw: Callable[..., None], shape: Shape, drawn: LevelTable
) -> FigureView:
    """One panel: a line a level of the colour factor, over the levels of the panel factor."""
    layout = study_results.layout
    placed = with_places(drawn.frame, layout.panel, layout)
    parts = [("", partial(draw, placed, palette=study_results.palette, factors=layout.shown))]
    return level_figure(study_results, name, caption, parts, shape, drawn)


def _combinations(study_results: StudyResults) -> pd.DataFrame:
    """Anytime quality and the cost of the target, in epochs and in seconds, of every combination of studied factors."""
    layout, terms, runs = study_results.layout, study_results.terms, study_results.chosen
    keys = list(layout.studied)
    anytime = anytime_table(runs, keys, study_results.histories, terms.fit_validation, terms.curve_floor)
    cost = restricted_table(runs, keys).drop(columns="horizon")
    seconds = seconds_table(runs, keys)[[*keys, "seconds_to_target"]]
    table = anytime[[*keys, "anytime_mean"]].merge(cost, on=keys).merge(seconds, on=keys)
    return table.sort_values("anytime_mean", ascending=False, kind="stable", ignore_index=True)


def _anytime_facts(study_results: StudyResults, table: pd.DataFrame) -> dict[str, object]:
    if table.empty:
        return {"has_anytime": False}
    reached = table[table["share_reached"] >= ENOUGH]
    seconds, quality = reached["seconds_to_target"].tolist(), table["anytime_mean"].tolist()
    return {
        "has_anytime": True,
        "anytime": name_highest(_names(study_results, table), quality, decimals),
        "anytime_score": decimals(max(quality)),
        "cheapest": name_lowest(_names(study_results, reached), seconds, _milliseconds) if seconds else "",
        "cheapest_milliseconds": _milliseconds(min(seconds)) if seconds else "",
    }


def _names(study_results: StudyResults, table: pd.DataFrame) -> list[str]:
    return [study_results.layout.describe(row, study_results.layout.studied) for _, row in table.iterrows()]


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.2g}"
