"""How fast, and how far: fit against the epoch, epochs to the target."""

from functools import partial

import pandas as pd

from nnjax.report.alike import name_highest, name_lowest
from nnjax.report.drawing import Shape, draw_panels, level_keys, panels_by
from nnjax.report.figures.anytime import anytime_table, draw_anytime, draw_seconds, seconds_table
from nnjax.report.figures.curves import (
    cost_table,
    draw_cost,
    draw_fit,
    draw_restricted,
    draw_steps,
    fit_table,
    restricted_table,
    steps_table,
)
from nnjax.report.formats import decimals, percent
from nnjax.report.layout import with_places
from nnjax.report.speed import ENOUGH, measure_speed
from nnjax.report.study_results import Material
from nnjax.report.views import Chapter, FigureView, view_table


def convergence_chapter(material: Material) -> Chapter:
    """Curves, staircases and restricted means."""
    layout = material.layout
    figures = {"fit": _fit(material), "steps": _steps(material)}
    if layout.panel:
        figures["restricted"] = _restricted(material)
        figures["seconds"] = _seconds(material)
        figures["anytime"] = _anytime(material)
    for factor in layout.others:
        figures[f"fit_{factor}"] = _fit_by(material, factor)
    cost = _cost(material)
    if cost is not None:
        figures["cost"] = cost
    combinations = _combinations(material)
    tables = {"combinations": view_table("convergence_combinations", combinations, layout.full_batch)}
    facts = _facts(material) | _anytime_facts(material, combinations) | {"others": layout.others}
    return Chapter("convergence", "Convergence", figures, tables, facts)


def _fit(material: Material) -> FigureView:
    layout, terms, curve = material.layout, material.terms, material.terms.fit_validation
    table = fit_table(material.reference_runs, layout.shown, material.histories, curve, terms.floor)
    parts = panels_by(table, layout.panel, layout, partial(draw_fit, palette=material.palette, factor=layout.color))
    caption = (
        f"{curve} against the epoch: median over runs (line) and their middle half (band), which is spread, "
        f"not confidence. {layout.where(layout.shown)} A steep start is fast learning; a line that falls again is "
        f"over-fitting; a line that stays {terms.learned_nothing} learns nothing.{terms.cut_off}"
    )
    return FigureView(
        "fit",
        caption,
        level_keys(layout, material.palette, layout.color, table[layout.color].unique().tolist()),
        draw_panels("fit", parts, Shape(quantity=curve, lowest=terms.lowest_shown)),
        2,
        view_table("convergence_curves", table, layout.full_batch),
    )


def _fit_by(material: Material, factor: str) -> FigureView:
    """The same curves with another studied factor as colour, the colour factor at its reference."""
    layout, terms, curve = material.layout, material.terms, material.terms.fit_validation
    by = [factor, layout.panel]
    runs = layout.at_reference(material.chosen, by)
    table = fit_table(runs, by, material.histories, curve, terms.floor)
    parts = panels_by(table, layout.panel, layout, partial(draw_fit, palette=material.palette, factor=factor))
    caption = f"{curve} against the epoch by {factor}: median and middle half of the runs. {layout.where(by)} " + (
        "An epoch is one pass over the training rows: small batches take more steps in it." * (factor == "batch_size")
    )
    return FigureView(
        f"fit-{factor}",
        caption,
        level_keys(layout, material.palette, factor, table[factor].unique().tolist()),
        draw_panels(f"fit-{factor}", parts, Shape(quantity=curve, lowest=terms.lowest_shown)),
        2,
        view_table(f"convergence_curves_by_{factor}", table, layout.full_batch),
    )


def _cost(material: Material) -> FigureView | None:
    """The curves against passes over the training rows; None where every epoch is one."""
    layout, terms, factor = material.layout, material.terms, "optimizer"
    factor = factor if factor in layout.studied else layout.color
    by = [factor, layout.panel] if layout.panel and layout.panel != factor else [factor]
    runs = layout.at_reference(material.chosen, by)
    if not (runs["function_evaluations"] > runs["epochs"]).any():
        return None
    table = cost_table(runs, by, material.histories, terms.fit_validation, terms.floor)
    if table.empty:
        return None
    panel = layout.panel if layout.panel in by[1:] else ""
    parts = panels_by(table, panel, layout, partial(draw_cost, palette=material.palette, factor=factor))
    caption = (
        f"{terms.fit_validation} against passes over the training rows that took loss and gradient: median and middle "
        f"half of the runs. {layout.where(by)} L-BFGS’s line search takes several passes in an epoch, so this, not the "
        f"epoch, compares it fairly. A line ends where its cheapest run does.{terms.cut_off}"
    )
    return FigureView(
        "fit-cost",
        caption,
        level_keys(layout, material.palette, factor, table[factor].unique().tolist()),
        draw_panels("fit-cost", parts, Shape(quantity=terms.fit_validation, lowest=terms.lowest_shown)),
        2,
        view_table("convergence_by_cost", table, layout.full_batch),
    )


def _steps(material: Material) -> FigureView:
    layout = material.layout
    table = steps_table(material.reference_runs, layout.shown)
    parts = panels_by(table, layout.panel, layout, partial(draw_steps, palette=material.palette, factor=layout.color))
    caption = (
        f"Share of runs that have reached {measure_speed(material).target}, against the epoch. "
        f"{layout.where(layout.shown)} The circle marks where training stopped: what is missing to 1 there never "
        "reached the target and is censored, not dropped."
    )
    return FigureView(
        "steps",
        caption,
        level_keys(layout, material.palette, layout.color, table[layout.color].unique().tolist()),
        draw_panels("steps", parts, Shape(quantity="share of runs")),
        2,
        view_table("epochs_to_target_steps", table, layout.full_batch),
    )


def _restricted(material: Material) -> FigureView:
    layout = material.layout
    table = restricted_table(material.reference_runs, layout.shown)
    placed = with_places(table, layout.panel, layout)
    draw = partial(draw_restricted, placed, palette=material.palette, factors=layout.shown)
    caption = (
        "Restricted mean of epochs_to_target: mean of min(T, E), where a run that never reaches the target counts as "
        f"E = {int(table['horizon'].max())} epochs (dotted). {layout.where(layout.shown)} Lower is faster; hollow "
        "markers: under half of the runs reached the target, so the mean mostly says “not within E”."
    )
    return FigureView(
        "restricted",
        caption,
        level_keys(layout, material.palette, layout.color, table[layout.color].unique().tolist()),
        draw_panels("restricted", [("", draw)], Shape(width=440, height=300, quantity="restricted mean (epochs)")),
        1,
        view_table("epochs_to_target_restricted_mean", table, layout.full_batch),
    )


def _seconds(material: Material) -> FigureView:
    layout = material.layout
    table = seconds_table(material.reference_runs, layout.shown)
    placed = with_places(table, layout.panel, layout)
    draw = partial(draw_seconds, placed, palette=material.palette, factors=layout.shown)
    caption = (
        "The same race in seconds: mean of train_seconds · min(T, E) / E, each run’s own share of its chunk’s "
        f"training time. {layout.where(layout.shown)} Runs of a chunk are trained together, and several "
        "chunks may share a core: this compares settings trained in bulk, and is not how long one training alone would "
        "take. Compiling is left out. Hollow: under half of the runs reached the target."
    )
    return FigureView(
        "seconds",
        caption,
        level_keys(layout, material.palette, layout.color, table[layout.color].unique().tolist()),
        draw_panels("seconds", [("", draw)], Shape(width=440, height=300, left=56, quantity="seconds to target")),
        1,
        view_table("seconds_to_target", table, layout.full_batch),
    )


def _anytime(material: Material) -> FigureView:
    layout, terms = material.layout, material.terms
    table = anytime_table(material.reference_runs, layout.shown, material.histories, terms.fit_validation, terms.floor)
    placed = with_places(table, layout.panel, layout)
    draw = partial(draw_anytime, placed, palette=material.palette, factors=layout.shown)
    caption = (
        f"Anytime quality: mean of {terms.fit_validation} over {int(table['grid'].max())} log-spaced epochs, the same "
        f"for all: every epoch at first, ever fewer later. Median over runs, bars are their middle half. "
        f"{layout.where(layout.shown)} Higher is better whenever one may have to stop."
    )
    return FigureView(
        "anytime",
        caption,
        level_keys(layout, material.palette, layout.color, table[layout.color].unique().tolist()),
        draw_panels("anytime", [("", draw)], Shape(width=440, height=300, quantity="anytime quality")),
        1,
        view_table("anytime_quality", table, layout.full_batch),
    )


def _combinations(material: Material) -> pd.DataFrame:
    """Anytime quality and the cost of the target, in epochs and in seconds, of every combination of studied factors."""
    layout, terms, runs = material.layout, material.terms, material.chosen
    keys = list(layout.studied)
    anytime = anytime_table(runs, keys, material.histories, terms.fit_validation, terms.floor)
    cost = restricted_table(runs, keys).drop(columns="horizon")
    seconds = seconds_table(runs, keys)[[*keys, "seconds_to_target"]]
    table = anytime[[*keys, "anytime_mean"]].merge(cost, on=keys).merge(seconds, on=keys)
    return table.sort_values("anytime_mean", ascending=False, kind="stable", ignore_index=True)


def _anytime_facts(material: Material, table: pd.DataFrame) -> dict[str, object]:
    if table.empty:
        return {"has_anytime": False}
    reached = table[table["share_reached"] >= ENOUGH]
    seconds, quality = reached["seconds_to_target"].tolist(), table["anytime_mean"].tolist()
    return {
        "has_anytime": True,
        "anytime": name_highest(_names(material, table), quality, decimals),
        "anytime_score": decimals(max(quality)),
        "cheapest": name_lowest(_names(material, reached), seconds, _milliseconds) if seconds else "",
        "cheapest_milliseconds": _milliseconds(min(seconds)) if seconds else "",
    }


def _names(material: Material, table: pd.DataFrame) -> list[str]:
    return [material.layout.describe(row, material.layout.studied) for _, row in table.iterrows()]


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.2g}"


def _facts(material: Material) -> dict[str, object]:
    speed = measure_speed(material)
    return {"speed": speed, "share_half": percent(speed.reached / speed.combinations)}
