"""The three pictures that every answer begins with: convergence, vanishing gradients, scores."""

from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.drawing import Draw
from nnjax.report.figures.curves import draw_fit, fit_table
from nnjax.report.figures.gradients import draw_layers, layer_table
from nnjax.report.figures.scores import draw_spread, placed_scores, spread_table
from nnjax.report.histories import GRADIENT
from nnjax.report.once import once
from nnjax.report.setting import PictureSetting, deep_runs
from nnjax.report.study_results import StudyResults
from nnjax.report.theme import Palette


@dataclass(frozen=True)
class Picture:
    """One of the three: its name, what its y axis shows, how it is drawn."""

    name: str
    quantity: str
    draw: Draw


@once
def first_pictures(study_results: StudyResults, setting: PictureSetting) -> tuple[Picture, ...]:
    """Those of the three that there is something to draw for, at a setting."""
    runs = setting.runs(study_results.chosen)
    return tuple(
        picture
        for picture in (
            _convergence(study_results, setting, runs),
            _gradients(study_results, setting, deep_runs(study_results, setting)),
            _scores(study_results, setting, runs),
        )
        if picture is not None
    )


def _convergence(study_results: StudyResults, setting: PictureSetting, runs: pd.DataFrame) -> Picture | None:
    terms, factor = study_results.terms, setting.factor
    table = fit_table(runs, [factor], study_results.histories, terms.fit_validation, terms.curve_floor)
    if table.empty:
        return None

    draw = partial(_draw_convergence, table, palette=study_results.palette, factor=factor, lowest=terms.lowest_shown)
    return Picture("convergence", terms.fit_validation, draw)


def _draw_convergence(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str, lowest: float) -> None:
    """Curves; the y axis does not reach below the lowest value shown, unless all of them do."""
    draw_fit(table, axes, palette, factor)
    low, high = axes.get_ylim()
    axes.set_ylim(bottom=max(lowest, low) if high > lowest else low)


def _gradients(study_results: StudyResults, setting: PictureSetting, deep: pd.DataFrame) -> Picture | None:
    table = layer_table(deep, [setting.factor], study_results.histories, GRADIENT, [0])
    if table.empty:
        return None

    draw = partial(_draw_gradients, table, palette=study_results.palette, factor=setting.factor)
    return Picture("gradients", f"{GRADIENT} at the start", draw)


def _draw_gradients(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str) -> None:
    draw_layers(table, axes, palette, factor)
    axes.set_xlabel("hidden layer")


def _scores(study_results: StudyResults, setting: PictureSetting, runs: pd.DataFrame) -> Picture:
    table = placed_scores(spread_table(runs, [setting.factor]), [setting.factor], setting.factor, study_results.layout)
    baseline = float(study_results.baseline().mean())
    draw = partial(draw_spread, palette=study_results.palette, factor=setting.factor, baseline=baseline)
    quantity = f"{study_results.terms.test}, dashed: {study_results.terms.reference}"
    return Picture("scores", quantity, partial(draw, table))
