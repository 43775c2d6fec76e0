"""Decision regions in the plane: what networks of several widths and depths make of two spirals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from nnjax.data.scaling import ScaledSplit
from nnjax.data.streams import derive_seed
from nnjax.data.tables import load_table
from nnjax.network.architecture import branches_for
from nnjax.report.theme import INK, MUTED, NEGATIVE, PAGE, POSITIVE
from nnjax.tour.picture import draw_dots, drawing, figure_svg
from nnjax.training.bucket import Bucket
from nnjax.training.chunk import train_all
from nnjax.training.optimizers import Hyperparameters
from nnjax.training.trainee import Trainee

TINTS = (0.5, 0.7, 0.9)
"""Probabilities of a class from which on its region is one tint stronger."""


@dataclass(frozen=True)
class Gallery:
    """What is trained for a gallery, a row a depth, a column a width."""

    train: str = "spirals(noise=0.1, rows=400, seed=0)"
    """Source of the training rows, two classes in the plane."""
    validation: str = "spirals(noise=0.1, rows=400, seed=1)"
    """Source of the rows on which accuracy is measured: the same, drawn anew."""
    depths: tuple[int, ...] = (1, 2, 4)
    widths: tuple[int, ...] = (4, 8, 32)
    seeds: int = 20
    """Networks in each place."""
    epochs: int = 1000
    """Passes over the training rows; regions are those after the last."""
    activation: str = "relu"
    initializer: str = "he"
    learning_rate: float = 0.01
    batch_size: int = 32
    points: int = 64
    """Points of the grid along each side."""


@dataclass(frozen=True)
class Regions:
    """What the networks of one width and depth make of the plane. S seeds, G points along each side."""

    probability: Float[np.ndarray, "S G G"]
    """Of the second class at each point of the grid, rows from bottom to top, [S, G, G]."""
    accuracy: Float[np.ndarray, " S"]
    """On validation rows, after the last epoch, [S]."""


@dataclass(frozen=True)
class Plane:
    """The rows and the grid, in standard units of the training rows."""

    split: ScaledSplit
    """Training and validation rows; the grid in place of the test rows."""
    half_width: float
    """The grid reaches from −half_width to half_width along both axes."""

    @property
    def classes(self) -> tuple[np.ndarray, np.ndarray]:
        """The training rows of either class, [n, 2] each."""
        is_second = self.split.y_train[:, 0] > 0.5
        return self.split.x_train[~is_second], self.split.x_train[is_second]


def make_plane(gallery: Gallery) -> Plane:
    """Scale the rows, lay the grid.

    >>> plane = make_plane(Gallery(points=3))
    >>> plane.split.x_test.shape, plane.split.x_test[4].tolist()
    ((9, 2), [0.0, 0.0])
    """
    table, other = load_table(gallery.train), load_table(gallery.validation)
    mean, scale = table.features.mean(axis=0), table.features.std(axis=0)
    x, x_other = (((rows.features - mean) / scale).astype(np.float32) for rows in (table, other))
    half_width = float(1.08 * np.abs(x).max())
    side = np.linspace(-half_width, half_width, gallery.points)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2).astype(np.float32)
    split = ScaledSplit(
        x_train=x,
        y_train=table.target.astype(np.float32),
        x_validation=x_other,
        y_validation=other.target.astype(np.float32),
        x_test=grid,
        y_test=np.zeros((len(grid), 1), dtype=np.float32),  # the grid has no true class; its scores are not read
        y_mean=np.zeros(1),
        y_scale=np.ones(1),
    )
    return Plane(split, half_width)


def train_gallery(gallery: Gallery, plane: Plane) -> dict[tuple[int, int], Regions]:
    """Train all networks of a gallery: (depth, width) -> regions. Equal galleries give equal numbers on one machine."""
    places = product(gallery.depths, gallery.widths)
    return {(depth, width): _train(gallery, plane, (width,) * depth) for depth, width in places}


def _train(gallery: Gallery, plane: Plane, hidden_layer_sizes: tuple[int, ...]) -> Regions:
    split = plane.split
    bucket = Bucket(
        n_features=2,
        hidden_layer_sizes=hidden_layer_sizes,
        n_outputs=1,
        batch_size=gallery.batch_size,
        n_train=len(split.x_train),
        n_validation=len(split.x_validation),
        n_test=len(split.x_test),
        epochs=gallery.epochs,
        optimizer="adam",
        loss="binary_cross_entropy",
        output="logistic",
        task="classification",
        branches=branches_for([gallery.activation]),
    )
    numbers = Hyperparameters(gallery.learning_rate, l2=0.0)
    trainees = [
        Trainee(f"seed {i}", gallery.activation, gallery.initializer, numbers, derive_seed("regions", i), split=0)
        for i in range(gallery.seeds)
    ]
    outcomes = train_all(bucket, trainees, {0: split})
    probability = np.array([outcome["last_test_prediction"].reshape(-1, 2)[:, 1] for outcome in outcomes])
    accuracy = np.array([outcome["last_validation_accuracy"] for outcome in outcomes])
    return Regions(probability.reshape(-1, gallery.points, gallery.points), accuracy)


def draw_plane(probability: Float[np.ndarray, "G G"], plane: Plane, axes: Axes) -> None:
    """Tints of either class, the stronger the surer; the boundary; the training rows."""
    side = np.linspace(-plane.half_width, plane.half_width, len(probability))
    for color, sure in ((POSITIVE, probability), (NEGATIVE, 1 - probability)):
        for tint in TINTS:
            if sure.max() > tint:
                axes.contourf(side, side, sure, levels=[tint, 2], colors=[color], alpha=0.22)
    if probability.min() < 0.5 < probability.max():
        axes.contour(side, side, probability, levels=[0.5], colors=[INK], linewidths=0.9)
    for rows, color in zip(plane.classes, (NEGATIVE, POSITIVE), strict=True):
        draw_dots(rows, PAGE, 3.0, axes)
        draw_dots(rows, color, 2.0, axes)
    axes.set_xlim(-plane.half_width, plane.half_width)
    axes.set_ylim(-plane.half_width, plane.half_width)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.grid(visible=False)


def average_gallery(regions: Mapping[tuple[int, int], Regions], plane: Plane) -> str:
    """SVG: one row a depth, one column a width, the probability averaged over all seeds."""
    depths, widths = (sorted({place[axis] for place in regions}) for axis in (0, 1))
    panels = [
        [
            (f"depth {depth}, width {width}: {_percent(each.accuracy.mean())}", each.probability.mean(axis=0))
            for width in widths
            for each in [regions[depth, width]]
        ]
        for depth in depths
    ]
    return _gallery(panels, plane, "Decision regions by depth and width, averaged over seeds")


def seeds_gallery(
    regions: Mapping[tuple[int, int], Regions], plane: Plane, places: Sequence[tuple[int, int]], seeds: int = 4
) -> str:
    """SVG: one row a network, the first seeds side by side."""
    panels = [
        [
            (f"{depth} × {width}, seed {seed}: {_percent(each.accuracy[seed])}", each.probability[seed])
            for seed in range(seeds)
        ]
        for (depth, width), each in ((place, regions[place]) for place in places)
    ]
    return _gallery(panels, plane, "Decision regions of single networks")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _gallery(panels: Sequence[Sequence[tuple[str, Float[np.ndarray, "G G"]]]], plane: Plane, title: str) -> str:
    rows, columns = len(panels), len(panels[0])
    with drawing(205 * columns + 10, 222 * rows + 8, font_size=10.5) as figure:
        all_axes = figure.subplots(rows, columns, squeeze=False)
        top = 1 - 22 / (222 * rows + 8)
        figure.subplots_adjust(left=0.008, right=0.992, top=top, bottom=0.008, wspace=0.03, hspace=0.1)
        for axes, (above, probability) in zip(all_axes.flat, chain(*panels), strict=True):
            draw_plane(probability, plane, axes)
            axes.set_title(above, color=MUTED, pad=4)
        return figure_svg(figure, title)
