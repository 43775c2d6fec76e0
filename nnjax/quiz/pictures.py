"""The quiz's drawings: boundaries of the gates, regions of the networks, shares solved, spread of R²."""

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes

from nnjax.lecture.gates import LECTURE_WEIGHTS, fold_threshold
from nnjax.quiz.networks import AXIS, Region, xor_table
from nnjax.quiz.perceptrons import GateAnswer
from nnjax.report.drawing import Shape
from nnjax.report.figures.scales import named_y, plain_numbers
from nnjax.report.theme import ACCENT, INK, MUTED, NEGATIVE, PAGE, POSITIVE

SQUARE = Shape(width=250, height=248, left=34, right=10, top=8, bottom=34, font_size=11.5, across=4)
SMALL = Shape(width=130, height=130, left=5, right=5, top=5, bottom=5, across=4)
SIDE = (-0.5, 1.5)
WASH = 0.16
"""Opacity of the side that answers 1, or of either side."""

ONE, ZERO = POSITIVE, NEGATIVE
"""Colours of the classes 1 and 0."""


def draw_gate(answer: GateAnswer, axes: Axes) -> None:
    """The patterns, the boundary that was found, the lecture's dashed; for XOR the boundaries that keep coming back."""
    _square(axes, answer.gate.patterns.shape[1])
    if answer.run.is_converged:
        _draw_side(answer.run.weights, axes)
        _draw_boundary(answer.run.weights, axes, color=INK, linewidth=1.8)
        if answer.gate.name in LECTURE_WEIGHTS:
            lecture = fold_threshold(LECTURE_WEIGHTS[answer.gate.name])
            _draw_boundary(lecture, axes, color=MUTED, linewidth=1.5, dashes=(4, 2))
    else:
        last = int(answer.run.cycle_updates[-1])
        for weights in np.unique(answer.run.history[-last - 1 :], axis=0):
            _draw_boundary(weights, axes, color=INK, linewidth=1.2)
        _draw_certificate(answer, axes)
    _draw_patterns(answer.gate.patterns, answer.gate.targets, axes, 10)


def _square(axes: Axes, n_inputs: int) -> None:
    axes.set_xlim(*SIDE)
    axes.set_ylim(*SIDE)
    axes.grid(visible=False)
    axes.set_xticks([0, 1])
    axes.set_yticks([0, 1] if n_inputs > 1 else [])
    axes.set_xlabel("x₁" if n_inputs > 1 else "x", labelpad=1)
    if n_inputs > 1:
        axes.set_ylabel("x₂", rotation=0, labelpad=4)
    else:
        axes.spines["left"].set_visible(False)


def _draw_side(weights: Float[np.ndarray, " D+1"], axes: Axes) -> None:
    """Where the weighted sum, from those at the corners of the square, is positive."""
    x1, x2 = np.meshgrid(SIDE, SIDE)
    score = weights[0] + weights[1] * x1 + (weights[2] if len(weights) > 2 else 0.0) * x2
    axes.contourf(SIDE, SIDE, score, levels=[0.0, np.inf], colors=[ONE], alpha=WASH)


def _draw_boundary(
    weights: Float[np.ndarray, " D+1"], axes: Axes, color: str, linewidth: float, dashes: tuple[float, ...] = ()
) -> None:
    """The line w · x = 0 across the square; nothing where the inputs have no weight."""
    w1, w2 = weights[1], weights[2] if len(weights) > 2 else 0.0
    style: dict[str, Any] = {"color": color, "linewidth": linewidth, "dashes": dashes or (None, None)}
    if w2:
        axes.plot(SIDE, [-(weights[0] + w1 * x) / w2 for x in SIDE], **style)
    elif w1:
        axes.axvline(-weights[0] / w1, **style)


def _draw_certificate(answer: GateAnswer, axes: Axes) -> None:
    """The mixtures of either class that meet in one point."""
    proof = answer.separation.certificate
    if proof is None:
        return
    for shares, color in ((proof.upper, ONE), (proof.lower, ZERO)):
        ends = answer.gate.patterns[shares > 0]
        axes.plot(ends[:, 0], ends[:, 1], color=color, linewidth=1.5, dashes=(1.5, 1.5))
    axes.plot(*proof.point, "D", color=INK, markersize=6)


def _draw_patterns(
    patterns: Float[np.ndarray, "N D"], targets: Float[np.ndarray, " N"], axes: Axes, size: float
) -> None:
    """Filled where the target is 1, hollow where it is 0; a single input on a line half way up."""
    for pattern, target in zip(patterns, targets, strict=True):
        y = pattern[1] if len(pattern) > 1 else 0.5
        face, edge = (ONE, ONE) if target else (PAGE, ZERO)
        axes.plot(pattern[0], y, "o", color=face, markeredgecolor=edge, markeredgewidth=2, markersize=size, zorder=5)


def draw_region(region: Region, axes: Axes, size: float = 10) -> None:
    """What a network answers everywhere: class 1 and class 0, the boundary between them, the four patterns."""
    _square(axes, 2)
    axes.contourf(AXIS, AXIS, region.probability, levels=[-1.0, 0.5, 2.0], colors=[ZERO, ONE], alpha=WASH)
    if region.probability.min() < 0.5 <= region.probability.max():
        axes.contour(AXIS, AXIS, region.probability, levels=[0.5], colors=[INK], linewidths=1.6)
    table = xor_table()
    _draw_patterns(table.features, table.target[:, 0], axes, size)


def draw_small_region(region: Region, axes: Axes) -> None:
    """The same without axes, for a gallery."""
    draw_region(region, axes, size=6)
    axes.set_axis_off()


def draw_solved(table: pd.DataFrame, axes: Axes) -> None:
    """A dot at the share solved and a line over its interval, activation by activation: from `solved_table`."""
    for place, row in enumerate(table.to_dict("records")):
        axes.plot([row["low"], row["high"]], [place, place], color=ACCENT, linewidth=2.6, alpha=0.55)
        axes.plot(row["share"], place, "o", color=ACCENT, markersize=6)
        axes.text(1.035, place, str(row["solved"]), color=INK, va="center")
    named_y(axes, table["activation"].tolist())
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("seeds that solve XOR")


def draw_scores(scores: pd.DataFrame, spread: pd.DataFrame, one: float, axes: Axes) -> None:
    """A dot for each R² of `scores_table`, below it `summary_table`'s interval, a line down from the one number."""
    axes.axvline(one, color=POSITIVE, linewidth=1.2, dashes=(4, 2))
    for place, row in enumerate(spread.to_dict("records")):
        values = scores.loc[scores["row"] == row["row"], "test_score"].to_numpy()
        axes.plot(values, place - 0.14 + _stagger(values), "o", color=ACCENT, alpha=0.6, markersize=5, linewidth=0)
        axes.plot([row["low"], row["high"]], [place + 0.22] * 2, color=INK, linewidth=2.6)
        axes.plot(row["mean_r2"], place + 0.22, "|", color=INK, markersize=12, markeredgewidth=2.2)
    own = len(spread) - 1
    axes.plot(one, own - 0.14, "D", color=POSITIVE, markersize=8, zorder=6)
    named_y(axes, spread["row"].tolist())
    plain_numbers(axes.xaxis)
    axes.set_xlabel("test_r2")


def _stagger(values: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Small offsets that keep neighbours apart: low, middle, high in the order of the values."""
    offsets = np.empty(len(values))
    offsets[np.argsort(values, kind="stable")] = np.resize([-0.09, 0.0, 0.09], len(values))
    return offsets
