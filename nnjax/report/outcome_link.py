"""From gradient to outcome: do combinations whose gradient vanishes early also score worse, or learn more slowly?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nnjax.claims.target import target_times, trained
from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.report.drawing import Shape, draw_panels, level_keys
from nnjax.report.figures.scales import decades, plain_numbers
from nnjax.report.formats import confidence, decimals
from nnjax.report.study_results import StudyResults
from nnjax.report.theme import MUTED, Palette
from nnjax.report.views import FigureView, Panel, view_table
from nnjax.statistics.association import RankCorrelation, split_half_correlation
from nnjax.statistics.convergence import log2_times

LINKED = ("grad_slope", "test_score", "log2_epochs")
"""The quantity, then the outcomes it is compared with."""

HALVES_SEED = 1904
"""Seed of the halvings: the same results give the same page."""
FEWEST_CELLS, FEWEST_HALVED_SPLITS = 3, 4


@dataclass(frozen=True)
class OutcomeLink:
    """Rank correlations of the early gradient slope with what came of it; the table has a row a combination."""

    table: pd.DataFrame
    score: RankCorrelation
    epochs: RankCorrelation


def split_means(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Slope over the first tenth of the training and both outcomes of each combination and split, seeds averaged.

    The runs are of networks with more than one hidden layer; at least one is there. Columns of `by`, split, and those
    of `LINKED`.
    """
    known = trained(runs)
    times = log2_times(target_times(known), float(known["epochs"].max()))
    return known.assign(log2_epochs=times).groupby([*by, "split"], sort=False)[list(LINKED)].mean().reset_index()


def link_table(means: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Means over splits of a combination: `by`, grad_slope, test_score, epochs_to_target (geometric, of min(T, E))."""
    table = means.groupby(list(by), sort=False)[list(LINKED)].mean().reset_index()
    return table.assign(epochs_to_target=np.exp2(table.pop("log2_epochs")))


def measure_link(study_results: StudyResults) -> OutcomeLink | None:
    """Correlate over combinations of the studied factors, nuisance levels chosen on validation rows.

    Returns:
        None with fewer than 3 combinations of more than one hidden layer, or fewer than 4 splits. A combination that
        has a slope in fewer than two splits (all others diverged) is left out.
    """
    keys = list(study_results.layout.studied)
    runs = trained(study_results.chosen[study_results.chosen["depth"] > 1])
    if runs.empty or runs["split"].nunique() < FEWEST_HALVED_SPLITS:
        return None
    means = split_means(runs, keys)
    wide = means.pivot(index=keys, columns="split", values=list(LINKED))
    slopes, scores, epochs = (pd.DataFrame(wide[name]) for name in LINKED)
    enough = np.logical_and.reduce([one.count(axis=1) >= 2 for one in (slopes, scores, epochs)])
    if enough.sum() < FEWEST_CELLS:
        return None
    found = [
        split_half_correlation(slopes[enough], outcome[enough], np.random.default_rng(HALVES_SEED))
        for outcome in (scores, epochs)
    ]
    kept = means.set_index(keys).loc[slopes.index[enough]].reset_index()
    return OutcomeLink(link_table(kept, keys), *found)


def link_sentence(link: OutcomeLink) -> str:
    """What was found; no verdict."""
    return (
        f"Over {link.score.cells} combinations of the studied factors, those whose gradient shrinks more in the first "
        f"tenth of training rank {_side(link.score, 'higher', 'lower')} in test score (rank correlation "
        f"{_interval(link.score)}) and {_side(link.epochs, 'slower', 'faster')} to the target (with epochs, "
        f"where never counts as the last one, {_interval(link.epochs)}). Slope and outcome are taken from different "
        f"halves of the splits; the interval is the jackknife’s {confidence(link.score.level)} over splits of this "
        "table. This describes these "
        "combinations, which differ in more than their slope; it is no verdict on a cause."
    )


def _side(found: RankCorrelation, above: str, below: str) -> str:
    if found.low <= 0.0 <= found.high:
        return f"neither {above} nor {below} beyond the luck of the splits"
    return above if found.estimate > 0 else below


def _interval(found: RankCorrelation) -> str:
    return f"{decimals(found.estimate, 2)}, {decimals(found.low, 2)} … {decimals(found.high, 2)}"


def draw_link(table: pd.DataFrame, axes: Axes, palette: Palette, factor: str, outcome: str) -> None:
    """A dot a combination: outcome against slope, in the colour of its level."""
    for level, cells in table.groupby(factor, sort=False):
        style = palette[factor, level]
        axes.plot(cells["grad_slope"], cells[outcome], style.marker, color=style.color, alpha=0.75)
    axes.axvline(0, color=MUTED, linewidth=1)
    axes.set_xlabel("grad_slope (decades a layer)")
    plain_numbers(axes.xaxis)
    if outcome == EPOCHS_TO_TARGET:
        decades(axes)
    else:
        plain_numbers(axes.yaxis)


def link_figure(study_results: StudyResults, link: OutcomeLink) -> FigureView:
    """Both outcomes against the slope, a panel each with its own y axis."""
    layout, palette = study_results.layout, study_results.palette
    panels: list[Panel] = []
    for outcome, name, quantity in (
        ("test_score", "score", study_results.terms.test),
        (EPOCHS_TO_TARGET, "epochs", EPOCHS_TO_TARGET),
    ):
        draw = partial(draw_link, link.table, palette=palette, factor=layout.color, outcome=outcome)
        panels += draw_panels(f"gradient-link-{name}", [("", draw)], Shape(quantity=quantity))
    nuisance = f" {', '.join(layout.nuisance)} chosen on validation rows in each split." if layout.nuisance else ""
    caption = (
        "Each combination of the studied factors with more than one hidden layer: mean slope of log₁₀ g_l over the "
        "first tenth of training (right of the line: vanishing) against "
        f"{study_results.terms.test}, and against the geometric mean of epochs_to_target, where never counts as the "
        f"last epoch.{nuisance} If slope decided, the dots would lie along a line; where one slope "
        "goes with many outcomes, something else does."
    )
    return FigureView(
        "gradient-link",
        caption,
        level_keys(layout, palette, layout.color, link.table[layout.color].unique().tolist()),
        tuple(panels),
        2,
        view_table("gradient_and_outcome", link.table, layout.full_batch),
    )
