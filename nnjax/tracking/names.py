"""Every name that MLflow gets to see: experiment, runs, tags, params, metrics. No other module spells one."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from numbers import Real

from nnjax.judged import THRESHOLDS, Judged, compared_by
from nnjax.metrics import CURVES, EPOCHS_TO_TARGET, FINALS, LAYER_CURVES, MEASURES, Metric, judged
from nnjax.sweep import space
from nnjax.sweep.study.factors import ALWAYS_TOLD

EXPERIMENT_PREFIX = "nnjax/"
"""Experiments are called by their study."""

KIND = "nnjax.kind"
STUDY = "nnjax.study"
SWEEP = "nnjax.sweep"
PLAN = "nnjax.plan"
CELL = "nnjax.cell"
RUN = "nnjax.run"
MODEL = "nnjax.model"
STATUS = "nnjax.status"
REPLICATES = "nnjax.replicates"
PARENT_NAME = "nnjax.parent"
REFERENCE = "nnjax.reference"
CLAIMS = "nnjax.claims"
ARTIFACTS = "nnjax.artifacts"

NOTE = "mlflow.note.content"
PARENT = "mlflow.parentRunId"
RUN_NAME = "mlflow.runName"
RUN_COLOR = "mlflow.runColor"
USER = "mlflow.user"
SOURCE_NAME = "mlflow.source.name"
SOURCE_TYPE = "mlflow.source.type"
COMMIT = "mlflow.source.git.commit"
COMMIT_IS_DIRTY = "nnjax.commit.dirty"
EXPERIMENT_KIND = "mlflow.experimentKind"
LOGGED_IMAGES = "mlflow.loggedImages"
LOGGED_ARTIFACTS = "mlflow.loggedArtifacts"

REPORT = "report/index.html"
"""The report among the artifacts of the sweep's own run."""

PARAMS = ALWAYS_TOLD
"""Params of every cell and run; the study's other factors and what it fixes differently from the default follow."""

REPLICATE_PARAMS = ("split", "seed")
"""Params that only a single run has."""


def told_of(finals: Iterable[Metric]) -> tuple[str, ...]:
    """Metrics of one number a run, named as in the results table; those that a task does not have are not told.

    In the order of the results table, but for the epochs to the target: they come before the passes.
    """
    told = [final.name for final in finals if final.margin is not None and final.name != EPOCHS_TO_TARGET]
    told.insert(told.index("function_evaluations"), EPOCHS_TO_TARGET)
    return tuple(told)


TOLD = told_of(FINALS)
"""Those of every study."""

_ELSEWHERE = (metric for measure in MEASURES for metric in Judged(measure, 0.0).of_validation if not measure.is_judged)
CHOSEN_BY = tuple(metric.name for metric in (*_ELSEWHERE, *THRESHOLDS))
"""Those that only a study is told of which is judged by the measure, or chooses a threshold."""

DIVERGED_EPOCH = "diverged_epoch"

CELL_ENDINGS = ("", "_sd", "_low", "_high")
"""What a cell says of a number: its mean over the replicates, their standard deviation, the ends of its interval."""


def cell_columns(judged: Judged) -> dict[str, str]:
    """Metric of a cell -> its column in the cells table, which has intervals and deviations of some; means come first.

    What runs are chosen by goes by the name of the measure here, though a cell's is the mean of scores, in the
    measure's own unit.

    >>> from nnjax.judged import USUAL
    >>> columns = cell_columns(USUAL["regression"])
    >>> columns["test_r2"], columns["test_r2_low"], columns["test_rmse_sd"]
    ('test_score', 'test_score_low', 'test_rmse_sd')
    """
    own = {name: judged.column(name) for name in told_of(compared_by(judged))}
    own |= {name: name for name in judged.scores if judged.sign < 0}
    return {f"{name}{ending}": f"{column}{ending}" for ending in CELL_ENDINGS for name, column in own.items()}


MAIN_LAYER_CURVES = tuple(curve.name for curve in CURVES if curve.is_of_layers and curve.is_main)
OTHER_CURVES = (*(name for name in LAYER_CURVES if name not in MAIN_LAYER_CURVES), "fit_evaluations")

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


def fit_curves(task: str) -> tuple[str, ...]:
    """The curves of loss and score that a task has; those of the test rows only where a study asks for them.

    >>> fit_curves("regression")[:4]
    ('fit_train_loss', 'fit_train_r2', 'fit_validation_loss', 'fit_validation_r2')
    """
    parts = ("fit_train", "fit_validation", "fit_test")
    return tuple(name for part in parts for name in (f"{part}_loss", judged(part, task)))


def curve_key(curve: str, layer: int) -> str:
    """The metric name of a curve; the part before the slash is its section among MLflow's charts.

    The layer is 1 … L+1, or 0 for a curve of the whole network.

    >>> curve_key("fit_validation_r2", 0), curve_key("grad_norm", 2)
    ('fit/validation_r2', 'grad_norm/layer_02')
    """
    return f"fit/{curve.removeprefix('fit_')}" if layer == 0 else f"{curve}/layer_{layer:02d}"


def param_text(level: object) -> str:
    """A value of the results table as MLflow's text: as labels and axes write it; nothing for an unknown number.

    >>> param_text(0.0), param_text(1e-4), param_text(265), param_text("relu"), param_text(("tanh", "relu"))
    ('0', '0.0001', '265', 'relu', 'tanh-relu')
    >>> param_text(float("nan")), param_text("")
    ('', 'none')
    """
    if isinstance(level, Real):
        return space.level_text(float(level)) if math.isfinite(level) else ""
    items = tuple(map(str, level)) if isinstance(level, tuple) else str(level)
    return space.level_text(items) or "none"


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


def plan_id(study: str, target: float | None, run_ids: Iterable[str]) -> str:
    """What a sweep is in MLflow: the study's name, the level that is waited for, the runs. No wording is part of it.

    >>> plan_id("depth", 0.4, ["b", "a"]) == plan_id("depth", 0.4, ["a", "b"])
    True
    """
    text = "\0".join(("nnjax", study, repr(target), *sorted(run_ids)))
    return hashlib.sha256(text.encode()).hexdigest()


def run_uuid(experiment_id: str, owner: str, identity: str) -> str:
    """The run id we choose where a store lets us choose: 32 hexadecimal digits of a hash.

    The table's primary key then forbids a second row for the same run. Owner of a single run is the study, by its name;
    that of the sweep's own run and of its cells is the sweep.
    """
    text = "\0".join(("nnjax", experiment_id, owner, identity))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
