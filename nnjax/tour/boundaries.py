"""The two boundaries of logistic regression: a straight line, and the circle that squared features make of it."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse as EllipsePatch
from matplotlib.ticker import FuncFormatter, MultipleLocator

from nnjax.data.tables import Table, load_table
from nnjax.lecture.boundary import circular_boundary, circular_features, linear_boundary
from nnjax.lecture.logistic_regression import fit_newton, predict_probability
from nnjax.report.figures.scales import number_text
from nnjax.report.theme import INK, MUTED, NEGATIVE, POSITIVE
from nnjax.tour.picture import draw_dots, drawing, figure_svg

LINEAR = "and(noise=0.18, rows=120, seed=0)"
CIRCULAR = "disk(noise=0.1, rows=400, seed=0)"

Theta = Float[np.ndarray, " D+1"]


def fit_line(table: Table) -> Theta:
    """θ of logistic regression on the features as they are, hardly penalised.

    >>> fit_line(load_table(LINEAR)).round(1).tolist()
    [-11.0, 7.3, 6.4]
    """
    return fit_newton(table.features, table.target[:, 0], l2=1e-3).theta


def fit_circle(table: Table) -> Theta:
    """θ of logistic regression on x₁, x₂, x₁², x₂², divided by −θ₀: the lecture's is (−1, 0, 0, 1, 1).

    >>> fit_circle(load_table(CIRCULAR)).round(2).tolist()
    [-1.0, -0.0, -0.0, 1.03, 0.95]
    """
    theta = fit_newton(circular_features(table.features), table.target[:, 0], l2=1e-3).theta
    return np.asarray(theta / -theta[0])


def draw_classes(table: Table, axes: Axes, limits: tuple[float, float]) -> None:
    """The rows of both classes in a square of the plane."""
    second = table.target[:, 0] > 0.5
    draw_dots(table.features[~second], NEGATIVE, 4.0, axes)
    draw_dots(table.features[second], POSITIVE, 4.0, axes)
    axes.set_xlim(limits)
    axes.set_ylim(limits)
    axes.set_xlabel("x₁")
    axes.set_ylabel("x₂", rotation=0)
    axes.grid(visible=False)
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MultipleLocator(0.5))
        axis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))


def draw_probability(probability: Callable[[np.ndarray], np.ndarray], axes: Axes) -> None:
    """Tint the half where y = 1 is predicted, that is where the probability is at least ½."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x1, x2 = np.linspace(left, right, 160), np.linspace(low, high, 160)
    grid = np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)
    field = probability(grid).reshape(len(x2), len(x1))
    axes.contourf(x1, x2, field, levels=[0.5, 2], colors=[POSITIVE], alpha=0.14)
    axes.contourf(x1, x2, field, levels=[-1, 0.5], colors=[NEGATIVE], alpha=0.12)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def boundaries_picture() -> str:
    """SVG: both boundaries as learned, the unit circle dashed beside the learned one."""
    straight, round_ = load_table(LINEAR), load_table(CIRCULAR)
    theta, circle = fit_line(straight), fit_circle(round_)
    with drawing(640, 330) as figure:
        left, right = figure.subplots(1, 2)
        figure.subplots_adjust(left=0.085, right=0.985, top=0.9, bottom=0.14, wspace=0.24)
        draw_classes(straight, left, (-0.6, 1.7))
        draw_probability(lambda grid: predict_probability(theta, grid), left)
        ends = np.array(left.get_xlim())
        left.plot(ends, linear_boundary(theta, ends), color=INK, linewidth=1.5, scaley=False)
        left.set_title("AND with noise: θ₀ + θ₁x₁ + θ₂x₂ = 0", loc="left")
        draw_classes(round_, right, (-1.6, 1.6))
        draw_probability(lambda grid: predict_probability(circle, circular_features(grid)), right)
        found = circular_boundary(circle)
        width, height = (2 * axis for axis in found.semi_axes)
        right.add_patch(EllipsePatch(found.center, width, height, fill=False, edgecolor=INK, linewidth=1.5))
        right.add_patch(EllipsePatch((0, 0), 2, 2, fill=False, edgecolor=MUTED, linewidth=1, linestyle="--"))
        right.set_title("disk: learned (solid), unit circle (dashed)", loc="left")
        return figure_svg(figure, "Straight and circular decision boundary of logistic regression")
