"""How fast, and how far: fit against the epoch, epochs to the target."""

from functools import partial

from nnjax.report.drawing import Shape, draw_panels, level_keys, panels_by
from nnjax.report.figures.curves import (
    draw_fit,
    draw_restricted,
    draw_steps,
    fit_table,
    restricted_table,
    steps_table,
)
from nnjax.report.formats import decimals, percent
from nnjax.report.layout import with_places
from nnjax.report.material import Material
from nnjax.report.views import Chapter, FigureView, view_table

LOWEST_SHOWN = -0.25
"""R² below this is cut off: the first epochs of a network that still predicts anything."""


def convergence_chapter(material: Material) -> Chapter:
    """Curves, staircases and restricted means."""
    layout = material.layout
    figures = {"fit": _fit(material), "steps": _steps(material)}
    if layout.panel:
        figures["restricted"] = _restricted(material)
    for factor in layout.others:
        figures[f"fit_{factor}"] = _fit_by(material, factor)
    return Chapter("convergence", "Convergence", figures, facts=_facts(material) | {"others": layout.others})


def _fit(material: Material) -> FigureView:
    layout, runs = material.layout, material.reference_runs
    table = fit_table(runs, layout.shown, material.histories, "fit_validation_r2")
    parts = panels_by(table, layout.panel, layout, partial(draw_fit, palette=material.palette, factor=layout.color))
    caption = (
        "fit_validation_r2 against the epoch: median over runs (line) and their middle half (band), which is spread, "
        f"not confidence. {_where(material, layout.shown)} A steep start is fast learning; a line that falls again is "
        "over-fitting; a line that stays at 0 learns nothing. Values below "
        f"{decimals(LOWEST_SHOWN, 2)} are cut off."
    )
    return FigureView(
        "fit",
        caption,
        level_keys(layout, material.palette, layout.color, table[layout.color].unique().tolist()),
        draw_panels("fit", parts, Shape(quantity="fit_validation_r2", lowest=LOWEST_SHOWN)),
        2,
        view_table("convergence_curves", table, layout.full_batch),
    )


def _fit_by(material: Material, factor: str) -> FigureView:
    """The same curves with another studied factor as colour, the colour factor at its reference."""
    layout = material.layout
    by = [factor, layout.panel]
    runs = layout.at_reference(material.chosen, by)
    table = fit_table(runs, by, material.histories, "fit_validation_r2")
    parts = panels_by(table, layout.panel, layout, partial(draw_fit, palette=material.palette, factor=factor))
    caption = (
        f"fit_validation_r2 against the epoch by {factor}: median and middle half of the runs. {_where(material, by)} "
        + (
            "An epoch is one pass over the training rows: small batches take more steps in it."
            * (factor == "batch_size")
        )
    )
    return FigureView(
        f"fit-{factor}",
        caption,
        level_keys(layout, material.palette, factor, table[factor].unique().tolist()),
        draw_panels(f"fit-{factor}", parts, Shape(quantity="fit_validation_r2", lowest=LOWEST_SHOWN)),
        2,
        view_table(f"convergence_curves_by_{factor}", table, layout.full_batch),
    )


def _steps(material: Material) -> FigureView:
    layout = material.layout
    table = steps_table(material.reference_runs, layout.shown)
    parts = panels_by(table, layout.panel, layout, partial(draw_steps, palette=material.palette, factor=layout.color))
    caption = (
        f"Share of runs that have reached fit_validation_r2 ≥ {_target(material):g}, against the epoch. "
        f"{_where(material, layout.shown)} The circle marks where training stopped: what is missing to 1 there never "
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
        f"E = {int(table['horizon'].max())} epochs (dotted). {_where(material, layout.shown)} Lower is faster; hollow "
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


def _facts(material: Material) -> dict[str, object]:
    table = restricted_table(material.chosen, material.layout.studied).sort_values("restricted_mean")
    reached = table[table["share_reached"] >= 0.5]
    never = int((table["share_reached"] == 0).sum())
    fastest = reached.iloc[0] if len(reached) else None
    return {
        "target": f"{_target(material):g}",
        "fastest": ", ".join(
            f"{factor} = {material.layout.text(factor, fastest[factor])}" for factor in material.layout.studied
        )
        if fastest is not None
        else "",
        "fastest_epochs": decimals(fastest["restricted_mean"], 1) if fastest is not None else "",
        "share_half": percent(len(reached) / len(table)),
        "combinations": len(table),
        "never": never,
    }


def _target(material: Material) -> float:
    return float(material.results["target_r2"].iloc[0])


def _where(material: Material, varied: list[str]) -> str:
    sentence = material.layout.reference_sentence(varied)
    return f"At {sentence}." if sentence else ""
