"""Cards: a handful of near-square pictures with large type, for the tracking server's chart page."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.answers import MARGIN
from nnjax.report.chapters.scores import all_models, model_rows
from nnjax.report.drawing import CARD, Draw, draw_card, level_looks
from nnjax.report.figures.curves import draw_fit, draw_steps, fit_table, steps_table
from nnjax.report.figures.epochs import draw_epochs, epochs_table
from nnjax.report.figures.gradients import draw_layers, layer_table
from nnjax.report.figures.scores import draw_intervals
from nnjax.report.histories import first_tenth
from nnjax.report.material import Material

LONGEST_NAME = 158
"""Left margin of the card with the models' names."""


def write_cards(material: Material, folder: Path) -> dict[str, Path]:
    """Draw the cards: at the last level of the panel factor, the others at their reference.

    Args:
        material: What the chapters are made of.
        folder: Where to write.

    Returns:
        Short name -> PNG file.
    """
    layout, runs = material.layout, material.reference_runs
    if layout.panel:
        runs = runs[runs[layout.panel] == layout.levels[layout.panel][-1]]
    place = f"{layout.panel} = {layout.text(layout.panel, layout.levels[layout.panel][-1])}" if layout.panel else ""
    legend = level_looks(layout, material.palette, layout.color, runs[layout.color].unique().tolist())
    drawings: dict[str, tuple[str, Draw]] = {
        "convergence": (f"fit_validation_r2, {place}", _convergence(material, runs)),
        "epochs_to_target": (f"share of runs at target, {place}", _steps(material, runs)),
        "last_epoch": ("last_test_r2 against test_r2", _epochs(material)),
    }
    if material.histories.layers("preactivation_grad_norm") and (runs["depth"] > 1).any():
        drawings["gradients"] = (f"gradient by layer, {place}", _gradients(material, runs))
    cards = {
        name: draw_card(folder / f"{name}.png", title.strip(", "), draw, legend)
        for name, (title, draw) in drawings.items()
    }
    shape = replace(CARD, left=LONGEST_NAME)
    return cards | {
        "models": draw_card(folder / "models.png", "test_r2 minus that of ridge", _models(material), (), shape)
    }


def _convergence(material: Material, runs: pd.DataFrame) -> Draw:
    color = material.layout.color
    table = fit_table(runs, [color], material.histories, "fit_validation_r2")

    def draw(axes: Axes) -> None:
        if len(table):
            draw_fit(table, axes, material.palette, color)
            axes.set_ylim(bottom=max(-0.25, axes.get_ylim()[0]))

    return draw


def _steps(material: Material, runs: pd.DataFrame) -> Draw:
    color = material.layout.color
    return partial(draw_steps, steps_table(runs, [color]), palette=material.palette, factor=color)


def _gradients(material: Material, runs: pd.DataFrame) -> Draw:
    color = material.layout.color
    early = first_tenth(int(runs["epochs"].min()))
    table = layer_table(runs, [color], material.histories, "preactivation_grad_norm", early)

    def draw(axes: Axes) -> None:
        draw_layers(table, axes, material.palette, color)
        axes.set_xlabel("hidden layer")

    return draw


def _epochs(material: Material) -> Draw:
    color = material.layout.color

    def draw(axes: Axes) -> None:
        draw_epochs(epochs_table(material.results, [color]), axes, material.palette, color)
        axes.set_xlabel("test_r2 (best epoch)")

    return draw


def _models(material: Material) -> Draw:
    table = model_rows(material, all_models(material))
    return partial(draw_intervals, table.assign(name=table["name"].str.removeprefix("network, ")), margin=MARGIN)
