"""The gradient's way back through a deep sigmoid network, with each remedy beside the plain network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import REPEATED_K_FOLD, SplitPlan, make_splits
from nnjax.data.streams import derive_seed
from nnjax.data.tables import load_table
from nnjax.report.figures.scales import decades
from nnjax.report.histories import first_tenth
from nnjax.report.theme import ACCENT, MUTED
from nnjax.statistics.bands import quartile_band
from nnjax.tour.picture import drawing, figure_svg
from nnjax.training.bucket import Bucket
from nnjax.training.chunk import train_all
from nnjax.training.optimizers import Hyperparameters
from nnjax.training.trainee import Trainee


@dataclass(frozen=True)
class Remedy:
    """A change of the plain network."""

    name: str
    """Above its panel."""
    network: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `Bucket` that change."""
    run: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `Trainee` that change."""


@dataclass(frozen=True)
class Setting:
    """The plain network, and how long it is watched."""

    table: str = "diabetes"
    depth: int = 8
    """Hidden layers of logistic units."""
    width: int = 32
    epochs: int = 50
    """Length of the training, of which the first tenth is shown."""
    seeds: int = 20
    """Networks of each kind, each on a split of its own."""
    learning_rate: float = 0.003


PLAIN = Remedy("plain")

REMEDIES = (
    Remedy("1 small variance, σ = 0.01", run={"initializer": "small_normal"}),
    Remedy("1 fitting variance, 4 × Glorot", run={"initializer_gain": 4.0}),
    Remedy("2 ReLU, He", run={"activation": "relu", "initializer": "he"}),
    Remedy("3 batch normalisation", network={"normalization": "batch"}),
    Remedy("layer normalisation", network={"normalization": "layer"}),
    Remedy("4 clipping to (−1, 1)", network={"clipping": "value"}),
    Remedy("5 residual, over one layer", network={"residual": 1}),
    Remedy(
        "2, 3, 4 and 5 together",
        network={"normalization": "batch", "clipping": "value", "residual": 1},
        run={"activation": "relu", "initializer": "he"},
    ),
)
"""The lecture's five by their numbers, layer normalisation beside them."""


def gradient_table(remedies: Sequence[Remedy] = (PLAIN, *REMEDIES), setting: Setting | None = None) -> pd.DataFrame:
    """Train each kind of network and read what arrives at its layers.

    One row a remedy, moment ("start", "early") and layer (1 = next to the input): low, median, high of g_l, the RMS
    over rows and units of the loss's derivative by the pre-activation. Early is each network's median over the first
    tenth of the epochs.
    """
    setting = setting or Setting()
    table = load_table(setting.table)
    splits = make_splits(len(table.target), SplitPlan(REPEATED_K_FOLD, setting.seeds, 0.25, 0.2, 5))
    scaled = {number: scale_split(table, split) for number, split in enumerate(splits)}
    return pd.concat([_watch(remedy, setting, scaled) for remedy in remedies], ignore_index=True)


def _watch(remedy: Remedy, setting: Setting, scaled: Mapping[int, ScaledSplit]) -> pd.DataFrame:
    bucket = Bucket(
        n_features=scaled[0].x_train.shape[1],
        hidden_layer_sizes=(setting.width,) * setting.depth,
        n_outputs=scaled[0].y_train.shape[1],
        batch_size=32,
        n_train=len(scaled[0].x_train),
        n_validation=max(len(split.x_validation) for split in scaled.values()),
        n_test=max(len(split.x_test) for split in scaled.values()),
        epochs=setting.epochs,
        optimizer="adam",
        loss="half_mean_squared_error",
        branches=("logistic", "relu"),
    )
    bucket = replace(bucket, **remedy.network)
    numbers = Hyperparameters(setting.learning_rate, l2=0.0)
    plain = (Trainee(f"{each}", "logistic", "glorot", numbers, derive_seed("remedies", each), each) for each in scaled)
    trainees = [replace(trainee, **remedy.run) for trainee in plain]
    outcomes = train_all(bucket, trainees, scaled)
    norms = np.array([outcome["preactivation_grad_norm"] for outcome in outcomes], dtype=np.float64)
    moments = {"start": norms[:, :, 0], "early": np.median(norms[:, :, first_tenth(setting.epochs)], axis=2)}
    bands = {moment: quartile_band(values) for moment, values in moments.items()}
    layers = range(1, setting.depth + 1)
    rows = [{"remedy": remedy.name, "moment": moment, "layer": layers, **bands[moment]._asdict()} for moment in bands]
    return pd.concat(map(pd.DataFrame, rows), ignore_index=True)


def draw_remedy(table: pd.DataFrame, axes: Axes) -> None:
    """Two lines a network of `gradient_table`, solid as initialised, dashed early on; of the plain one in grey."""
    for (remedy, moment), line in table.groupby(["remedy", "moment"], sort=False):
        is_plain = remedy == PLAIN.name
        color, dashes = (MUTED if is_plain else ACCENT), (() if moment == "start" else (4, 2))
        if not is_plain:
            axes.fill_between(line["layer"], line["low"], line["high"], color=color, alpha=0.18, linewidth=0)
        axes.plot(line["layer"], line["median"], color=color, dashes=dashes, linewidth=1.2 if is_plain else 2.0)
    decades(axes)
    layers = sorted(table["layer"].unique())
    axes.set_xticks(layers)
    axes.set_xlim(layers[0] - 0.3, layers[-1] + 0.3)


def remedies_picture(table: pd.DataFrame, across: int = 4) -> str:
    """SVG: a panel a remedy, on one scale."""
    names = [name for name in table["remedy"].drop_duplicates() if name != PLAIN.name]
    rows = -(-len(names) // across)
    width, height = 222 * across + 30, 190 * rows + 34
    with drawing(width, height, font_size=10.5) as figure:
        all_axes = figure.subplots(rows, across, sharex=True, sharey=True, squeeze=False)
        figure.subplots_adjust(
            left=46 / width, right=1 - 8 / width, top=1 - 40 / height, bottom=36 / height, wspace=0.08, hspace=0.24
        )
        for axes, name in zip(all_axes.ravel(), names, strict=False):
            draw_remedy(table[table["remedy"].isin([PLAIN.name, name])], axes)
            axes.set_title(name, loc="left", pad=4)
        for axes in all_axes[-1]:
            axes.set_xlabel("hidden layer (1 is next to the input)" if axes is all_axes[-1, 0] else "hidden layer")
        figure.text(
            8 / width, 1 - 14 / height, "gradient g_l; green: with the remedy, grey: plain; solid: as initialised, "
            "dashed: first tenth of training", color=MUTED,
        )  # fmt: skip
        return figure_svg(figure, "Gradient against layer, for each remedy beside the plain deep sigmoid network")
