"""Every name that MLflow gets to see: experiment, runs, tags, params, metrics. No other module spells one."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real

EXPERIMENT_PREFIX = "nnjax/"
"""Experiments are called by their study."""

KIND = "nnjax.kind"
STUDY = "nnjax.study"
SWEEP = "nnjax.sweep"
CELL = "nnjax.cell"
RUN = "nnjax.run"
STATUS = "nnjax.status"
REPLICATES = "nnjax.replicates"
REFERENCE = "nnjax.reference"
ARTIFACTS = "nnjax.artifacts"

NOTE = "mlflow.note.content"
PARENT = "mlflow.parentRunId"
RUN_NAME = "mlflow.runName"
RUN_COLOR = "mlflow.runColor"
USER = "mlflow.user"
SOURCE_NAME = "mlflow.source.name"
SOURCE_TYPE = "mlflow.source.type"
COMMIT = "mlflow.source.git.commit"
EXPERIMENT_KIND = "mlflow.experimentKind"
LOGGED_IMAGES = "mlflow.loggedImages"
LOGGED_ARTIFACTS = "mlflow.loggedArtifacts"

PARAMS = (
    "activation",
    "depth",
    "width",
    "batch_size",
    "l2",
    "learning_rate",
    "optimizer",
    "initializer",
    "epochs",
    "loss",
)
"""Params of every cell and run, where the results table has them; the study's other factors follow."""

REPLICATE_PARAMS = ("split", "seed")
"""Params that only a single run has."""

FINALS = (
    "best_epoch",
    "validation_r2",
    "test_r2",
    "test_rmse",
    "test_mae",
    "last_validation_r2",
    "last_test_r2",
    "last_test_rmse",
    "last_test_mae",
    "epochs_to_target",
    "grad_slope_0",
    "grad_ratio_0",
    "grad_slope",
    "grad_ratio",
    "saturated",
    "dead",
    "n_parameters",
    "train_seconds",
)
"""Metrics of one number a run, named as in the results table."""

DIVERGED_EPOCH = "diverged_epoch"

FIT_CURVES = ("fit_train_loss", "fit_train_r2", "fit_validation_loss", "fit_validation_r2")
MAIN_LAYER_CURVES = ("grad_norm", "unit_saturated")
OTHER_LAYER_CURVES = ("preactivation_grad_norm", "weight_norm", "update_ratio", "unit_mean", "unit_std", "unit_dead")

OTHER_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a4fb5", "#6b7280")
"""For callers that bring no palette: Okabe and Ito's colours, distinct for colour-blind eyes, and two more."""

SHORT = 12
"""Hexadecimal digits shown where a whole hash would only be in the way."""


def experiment_name(study: str) -> str:
    """The experiment's name.

    >>> experiment_name("diabetes")
    'nnjax/diabetes'
    """
    return EXPERIMENT_PREFIX + study


def sweep_name(sweep_id: str) -> str:
    """The sweep run's name."""
    return f"sweep {sweep_id[:SHORT]}"


def replicate_name(label: str, split: int, seed_index: int, seeds_per_split: int) -> str:
    """A single run's name, the replicate first: nested rows show about 12 characters.

    >>> replicate_name("relu d4 b32", 3, 0, 1), replicate_name("relu d4 b32", 3, 1, 2)
    ('#3 relu d4 b32', '#3.1 relu d4 b32')
    """
    replicate = f"#{split}" if seeds_per_split == 1 else f"#{split}.{seed_index}"
    return f"{replicate} {label}"


def curve_key(curve: str, layer: int) -> str:
    """The metric name of a curve; the part before the slash is its section among MLflow's charts.

    Args:
        curve: Name of the curve in the journal (there fit curves begin with `fit_`).
        layer: 1 … L+1, or 0 for a curve of the whole network.

    >>> curve_key("fit_validation_r2", 0), curve_key("grad_norm", 2)
    ('fit/validation_r2', 'grad_norm/layer_02')
    """
    return f"fit/{curve.removeprefix('fit_')}" if layer == 0 else f"{curve}/layer_{layer:02d}"


def level_text(level: object) -> str:
    """A factor level as MLflow's text: numbers short, lists of sizes joined by dashes.

    >>> level_text(0.0), level_text(1e-4), level_text(265), level_text("relu"), level_text((64, 32))
    ('0', '0.0001', '265', 'relu', '64-32')
    """
    if isinstance(level, list | tuple):
        return "-".join(level_text(part) for part in level)
    if isinstance(level, Integral):
        return str(level)
    if isinstance(level, Real):
        return f"{float(level):.10g}" if math.isfinite(level) else ""
    return str(level)


def rounded(value: float) -> float:
    """Six significant digits: the runs table would cut seventeen off.

    >>> rounded(0.123456789)
    0.123457
    """
    return float(f"{value:.6g}")


def identity(tags: Mapping[str, str]) -> str:
    """What a run of ours is, by its tags: the same in every store, whatever run id the store gave it.

    >>> identity({KIND: "run", RUN: "ab", CELL: "cd"})
    'run ab'
    """
    kind = tags[KIND]
    return f"{kind} {tags[{'run': RUN, 'cell': CELL, 'sweep': SWEEP}[kind]]}"


def run_uuid(experiment_id: str, sweep_id: str, identity: str) -> str:
    """The run id we choose where a store lets us choose: 32 hexadecimal digits of a hash.

    The table's primary key then forbids a second row for the same run.
    """
    text = "\0".join(("nnjax", experiment_id, sweep_id, identity))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def level_colors(levels: Iterable[str]) -> dict[str, str]:
    """A colour a level, in the order given; colours return after eight levels."""
    return {level: OTHER_COLORS[place % len(OTHER_COLORS)] for place, level in enumerate(levels)}
