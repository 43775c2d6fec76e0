"""Cards: a handful of near-square pictures with large type, for the tracking server's chart page."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.report.chapters.scores import all_models, model_rows
from nnjax.report.drawing import CARD, Draw, draw_card, level_looks
from nnjax.report.figures.curves import draw_fit, draw_steps, fit_table, steps_table
from nnjax.report.figures.epochs import draw_epochs, epochs_table
from nnjax.report.figures.gradients import draw_layers, layer_table
from nnjax.report.figures.scores import draw_intervals
from nnjax.report.histories import first_tenth
from nnjax.report.study_results import StudyResults

NAME_MARGIN = 158
"""Left margin of the card with the models' names."""


def write_cards(study_results: StudyResults, folder: Path) -> None:
    """Draw the cards, files of a short name: at the last level of the panel factor, the others at their reference."""
    for stale in folder.glob("*.png"):
        stale.unlink()
    layout, terms, runs = study_results.layout, study_results.terms, study_results.reference_runs
    place = ""
    if layout.panel:
        last = [level for level in layout.levels[layout.panel] if level in set(runs[layout.panel])][-1]
        runs = runs[runs[layout.panel] == last]
        place = f"{layout.panel} = {layout.text(layout.panel, last)}"
    legend = level_looks(layout, study_results.palette, layout.color, runs[layout.color].unique().tolist())
    looks: dict[str, Any] = {"palette": study_results.palette, "factor": layout.color}
    steps = partial(draw_steps, steps_table(runs, [layout.color]), **looks)
    cells = epochs_table(study_results.results, [layout.color])
    epochs = partial(draw_epochs, cells, metric=f"{terms.test} (best epoch)", **looks)
    drawings: dict[str, tuple[str, Draw]] = {
        "convergence": (f"{terms.fit_validation}, {place}", _convergence(study_results, runs)),
        EPOCHS_TO_TARGET: (f"share of runs at target, {place}", steps),
        "last_epoch": (f"{terms.last_test} against {terms.test}", epochs),
    }
    if study_results.histories.layers("preactivation_grad_norm") and (runs["depth"] > 1).any():
        drawings["gradients"] = (f"gradient by layer, {place}", _gradients(study_results, runs))
    for name, (title, draw) in drawings.items():
        draw_card(folder / f"{name}.png", title.strip(", "), draw, legend)
    title = f"{terms.test} minus that of {terms.reference}"
    models = model_rows(study_results, all_models(study_results))
    named = models.assign(name=models["name"].str.removeprefix("network, "))
    draw_models = partial(draw_intervals, named, margin=terms.margin)
    draw_card(folder / "models.png", title, draw_models, (), replace(CARD, left=NAME_MARGIN))


def _convergence(study_results: StudyResults, runs: pd.DataFrame) -> Draw:
    color, terms = study_results.layout.color, study_results.terms
    table = fit_table(runs, [color], study_results.histories, terms.fit_validation, terms.floor)

    def draw(axes: Axes) -> None:
        if len(table):
            draw_fit(table, axes, study_results.palette, color)
            low, high = axes.get_ylim()
            axes.set_ylim(bottom=max(terms.lowest_shown, low) if high > terms.lowest_shown else low)

    return draw


def _gradients(study_results: StudyResults, runs: pd.DataFrame) -> Draw:
    color = study_results.layout.color
    early = first_tenth(int(runs["epochs"].min()))
    table = layer_table(runs, [color], study_results.histories, "preactivation_grad_norm", early)

    def draw(axes: Axes) -> None:
        draw_layers(table, axes, study_results.palette, color)
        axes.set_xlabel("hidden layer")

    return draw
