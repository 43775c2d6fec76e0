"""A sweep that nobody trained: plausible results, curves and baselines for any study, from formulas and a seed."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from nnjax.report.histories import DRAWN_LAYER_CURVES, make_histories
from nnjax.report.page import Page, render_page
from nnjax.report.study_results import Reading, StudyResults, assemble
from nnjax.report.task import CLASSIFICATION, REGRESSION, TERMS, TaskTerms, cut_column
from nnjax.report.views import Chapter
from nnjax.report.write import write_study_report
from nnjax.sweep.journal.record import SweepRecord
from nnjax.sweep.space import Run, Space, expand, level_text
from nnjax.sweep.study.study import load_study

STUDY = """
question = "Which of activation and depth matters?"

[data]
name = "diabetes"

[replicates]
splits = 4
base_seed = 5

[studied]
activation = ["logistic", "relu", "elu"]
depth = [1, 3]
batch_size = [32, "full"]

[nuisance]
l2 = [0.0, 0.1]

[fixed]
width = 8
epochs = 12
optimizer = "adam"
initializer = "auto"

[[claims]]
name = "relu-beats-logistic"
sentence = "With three hidden layers, relu beats logistic."
kind = "beats"
a = {activation = "relu"}
b = {activation = "logistic"}
at = {depth = 3, batch_size = "full"}

[[claims]]
name = "gradient-vanishes"
sentence = "With three logistic layers the gradient shrinks."
kind = "exceeds"
a = {activation = "logistic", depth = 3, batch_size = 32}
metric = "grad_slope_0"
threshold = 0.3
"""

CLASSES = """
question = "Does depth help to tell irises apart?"
lecture = "Deeper networks tell classes apart better."
confirms = "Depth 2 beats depth 0 by more than 0.02 in accuracy."
refutes = "Depth 2 has no such advantage."

[data]
name = "iris"

[replicates]
splits = 4
seeds_per_split = 2
base_seed = 5

[studied]
activation = ["logistic", "relu"]
depth = [0, 2]

[grid]
exclude = [{activation = "logistic", depth = 0}]

[fixed]
width = 8
epochs = 12
optimizer = "adam"
initializer = "auto"
l2 = 0.0

[[claims]]
name = "depth-helps"
sentence = "Two hidden layers beat none."
kind = "beats"
a = {activation = "relu", depth = 2}
b = {activation = "relu", depth = 0}
metric = "test_accuracy"

[[claims]]
name = "depth-is-surer"
sentence = "Two hidden layers have a lower log loss."
kind = "beats"
a = {activation = "relu", depth = 2}
b = {activation = "relu", depth = 0}
metric = "test_log_loss"
margin = 0.1
"""

DECADES_A_LAYER = {"logistic": 0.62, "softplus": 0.25, "tanh": 0.05, "elu": -0.03}
"""Slope of log10 g_l at initialisation; 0 for the others."""

EPOCHS_TO_LEARN = {"logistic": 60.0, "softplus": 20.0, "tanh": 12.0}
"""Time constant of the validation curve at batch size 32; 9 for the others."""

ONE_FACTOR = """
question = "Which?"
data = {name = "diabetes"}
replicates = {splits = 4, base_seed = 5}
studied = {activation = ["relu", "tanh", "logistic"]}
fixed = {depth = 3, width = 8, epochs = 12}
"""


def synthetic_results(space: Space, seed: int = 5) -> pd.DataFrame:
    """One row a planned run in the columns of the results table, all finished."""
    rng = np.random.default_rng(seed)
    luck = rng.normal(0, 0.06, len(space.splits))
    return pd.DataFrame([_row(rng, run, float(luck[run.replicate.split]), space) for run in space.runs])


def lose(results: pd.DataFrame, index: int, status: str) -> pd.DataFrame:
    """The same table with one run diverged or missing."""
    lost = results.copy()
    columns = list(lost.columns)
    lost.loc[index, columns[columns.index("best_epoch") : columns.index("n_parameters")]] = np.nan
    lost.loc[index, "status"] = status
    lost.loc[index, "diverged_epoch"] = 7 if status == "diverged" else -1
    return lost


def _row(rng: np.random.Generator, run: Run, luck: float, space: Space) -> dict[str, object]:
    setting = run.cell.configuration
    name, depth, epochs = level_text(setting.activation), setting.depth, setting.epochs
    slope = DECADES_A_LAYER.get(name, 0.0)
    is_stuck = name == "logistic" and depth >= 8
    speed = EPOCHS_TO_LEARN.get(name, 9.0) * (setting.batch_size / 32) ** 0.6 * (1 + 0.3 * depth * (slope > 0.2))
    fit = 0.02 if is_stuck else 0.48 - 0.01 * depth - 0.02 * (setting.l2 == 0) - 0.1 * max(0.0, slope)
    fit += luck * (0.1 if is_stuck else 1.0)
    overfit = 0.0 if is_stuck or setting.l2 >= 0.1 else 0.04 * depth * (32 / setting.batch_size) ** 0.3
    test = fit + rng.normal(0, 0.02)
    last = test - overfit - abs(rng.normal(0, 0.01))
    target = speed * rng.lognormal(0, 0.2)
    reached = test > 0.38 and target <= epochs
    return {
        "run_id": run.run_id, "cell_id": run.cell.cell_id, "cell": run.cell.label,
        "split": run.replicate.split, "seed_index": run.replicate.seed_index, "seed": run.replicate.seed,
        "status": "finished", "activation": name, "depth": depth, "width": setting.width,
        "hidden_layer_sizes": "-".join(map(str, setting.hidden_layer_sizes)), "batch_size": setting.batch_size,
        "l2": setting.l2, "learning_rate": setting.learning_rate, "optimizer": setting.optimizer,
        "momentum": setting.momentum, "beta_1": setting.beta_1, "beta_2": setting.beta_2, "epsilon": setting.epsilon,
        "initializer": setting.initializer, "loss": setting.loss, "epochs": epochs,
        "target_r2": np.nan, "target_accuracy": np.nan, TERMS[space.table.task].target: 0.4,
        "best_epoch": int(np.clip(speed * 2.2 * rng.lognormal(0, 0.25), 1, epochs)),
        **SCORES[space.table.task](fit + 0.01 + rng.normal(0, 0.02), test, last),
        "epochs_to_target": float(np.ceil(target)) if reached else np.nan,
        "function_evaluations": float(epochs) * (2.5 if setting.optimizer == "lbfgs" else 1),
        "grad_slope_0": slope + rng.normal(0, 0.02) if depth > 1 else np.nan,
        "grad_ratio_0": -slope * (depth - 1) + rng.normal(0, 0.05) if depth > 1 else np.nan,
        "grad_slope": 0.7 * slope + rng.normal(0, 0.03) if depth > 1 else np.nan,
        "grad_ratio": -0.7 * slope * (depth - 1) + rng.normal(0, 0.05) if depth > 1 else np.nan,
        "saturated": float(np.clip({"logistic": 0.1, "tanh": 0.2}.get(name, 0.0) + rng.normal(0, 0.02), 0, 1))
        if depth else np.nan,
        "dead": (float(np.clip(0.03 * depth + rng.normal(0, 0.01), 0, 1)) if name == "relu" else 0.0)
        if depth else np.nan,
        "n_parameters": 704 + 4160 * (depth - 1) + 65, "diverged_epoch": -1,
        "train_seconds": 0.02 * (depth + 1) * (32 / setting.batch_size) ** 0.7, "started": 1.7e9, "ended": 1.7e9 + 60,
    }  # fmt: skip


def _regression_scores(validation: float, test: float, last: float) -> dict[str, float]:
    return {
        "validation_r2": validation, "test_r2": test, "test_rmse": 77 * np.sqrt(1 - test),
        "test_mae": 62 * np.sqrt(1 - test), "last_validation_r2": last + 0.01, "last_test_r2": last,
        "last_test_rmse": 77 * np.sqrt(1 - last), "last_test_mae": 62 * np.sqrt(1 - last),
    }  # fmt: skip


def _class_scores(validation: float, test: float, last: float) -> dict[str, float]:
    """R² from 0 to 1 stretched to accuracies from 0.5 on."""
    right = {"": 0.5 + test / 2, "last_": 0.5 + last / 2}
    scores = {"validation_accuracy": 0.5 + validation / 2, "last_validation_accuracy": 0.505 + last / 2}
    for prefix, accuracy in right.items():
        scores |= {
            f"{prefix}test_accuracy": accuracy, f"{prefix}test_balanced_accuracy": accuracy - 0.01,
            f"{prefix}test_log_loss": 1 - accuracy, f"{prefix}test_brier": (1 - accuracy) / 2,
            f"{prefix}test_roc_auc": (1 + accuracy) / 2, f"{prefix}test_average_precision": accuracy - 0.02,
            f"{prefix}test_f1": accuracy - 0.03, f"{prefix}test_matthews": 2 * accuracy - 1,
            f"{prefix}test_calibration_error": (1 - accuracy) / 3,
        }  # fmt: skip
    return scores


SCORES = {"regression": _regression_scores, "classification": _class_scores}


def synthetic_curves(results: pd.DataFrame, terms: TaskTerms) -> pa.Table:
    """Curves of the finished runs given, as the journal keeps them: null where the task has none."""
    rows = [_run_curves(row, terms) for row in results.to_dict("records") if row["status"] == "finished"]
    floats = pa.list_(pa.float32())
    other = {"classification": REGRESSION, "regression": CLASSIFICATION}[terms.task]
    curves = [*terms.shown_curves, other.fit_train, other.fit_validation]
    layers = dict.fromkeys(DRAWN_LAYER_CURVES, pa.list_(floats))
    return pa.Table.from_pylist(
        rows, schema=pa.schema({"run_id": pa.string()} | dict.fromkeys(curves, floats) | layers)
    )


def _run_curves(row: dict[str, Any], terms: TaskTerms) -> dict[str, object]:
    epoch = np.arange(row["epochs"] + 1)
    rise = 1 - np.exp(-epoch / EPOCHS_TO_LEARN.get(row["activation"], 9.0))
    over = (row[terms.test] - row[terms.last_test]) * epoch / row["epochs"]
    slope = 0.0 if np.isnan(row["grad_slope_0"]) else row["grad_slope_0"]
    layers = np.arange(1, row["depth"] + 2)
    signal = [-1.5 - 0.5 * rise - slope * (1 - 0.4 * rise) * (row["depth"] - layer) for layer in layers[:-1]]
    validation = -0.1 + (row[terms.validation] + 0.1) * rise - over
    return {
        "run_id": row["run_id"],
        terms.fit_validation: validation,
        terms.fit_train: -0.1 + (row[terms.validation] + 0.15) * rise + over,
        terms.fit_test: validation - 0.01 if terms is CLASSIFICATION else None,
        "fit_evaluations": epoch * row["function_evaluations"] / row["epochs"],
        "fit_validation_loss": 1 - validation + 0.01 * np.cos(3 * epoch),
        "preactivation_grad_norm": [10**decades for decades in signal],
        "update_ratio": [np.where(epoch == 0, np.nan, 10 ** (-2 - 0.1 * layer - 0.4 * rise)) for layer in layers],
    }


def synthetic_predictions(runs: pd.DataFrame, space: Space) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """Class probabilities of the finished runs given: the first row of each split is taken for the next class."""
    n_classes = len(space.table.class_names)
    predictions = {}
    for row in runs[runs["status"] == "finished"].to_dict("records"):
        classes = space.table.labels[space.splits[row["split"]].test].copy()
        classes[0] = (classes[0] + 1) % n_classes
        predictions[row["run_id"]] = (0.1 + 0.7 * np.eye(n_classes)[classes]).ravel()
    return predictions


MEANS = {
    "regression": {
        "mean": -0.017,
        "ridge": 0.477,
        "ridge, all rows": 0.481,
        "gradient boosting": 0.46,
        "MLPRegressor": 0.47,
    },
    "classification": {
        "majority class": -0.34,
        "logistic regression": 0.477,
        "logistic regression, all rows": 0.481,
        "gradient boosting": 0.46,
        "MLPClassifier": 0.47,
    },
}


def synthetic_baselines(space: Space, seed: int = 5) -> pd.DataFrame:
    """One row a baseline and split: scores of each model around a mean of its own."""
    rng, task = np.random.default_rng(seed), space.table.task
    luck = rng.normal(0, 0.06, len(space.splits))
    rows = []
    for model, mean in MEANS[task].items():
        for split in range(len(space.splits)):
            score = mean + luck[split] + rng.normal(0, 0.01)
            scores = SCORES[task](score, score, score)
            wanted = {name: scores[name] for name in TERMS[task].test_metrics if name in scores}
            if len(space.table.class_names) == 2:
                cut = [name.removeprefix("test_") for name in wanted]
                wanted |= {cut_column(name, by): scores[f"test_{name}"] + 0.01 for name in cut for by in cut}
            rows.append({"model": model, "split": split, "detail": "", **wanted})
    return pd.DataFrame(rows)


def synthetic_record(space: Space) -> SweepRecord:
    """What a sweep would have noted about itself."""
    return SweepRecord(
        sweep_id="abc123",
        study=space.study.name,
        study_path=space.study.path,
        study_text=space.study.text,
        overrides=(),
        runs=len(space.runs),
        command_line=f"nnjax sweep {space.study.path}",
        host={"name": "somewhere", "cores": 2, "python": "3.11"},
        versions={"nnjax": "0.1.0", "jax": "0.10.2"},
        git_commit="0123abc",
        executor="processes",
        workers=2,
        started=1.7e9,
        trained=len(space.runs),
        executions=1,
        ended=1.7e9 + 60,
        seconds={"setup": 2.0, "compile": 5.0, "train": 40.0, "wall": 30.0, "track": 3.0},
        peak_memory_mb=900.0,
    )


def synthetic_study_results(space: Space, results: pd.DataFrame) -> StudyResults:
    """StudyResults of these results, with curves and baselines to match."""

    def of(run_ids: Any) -> pd.DataFrame:
        return results[results["run_id"].isin(run_ids)]

    reading = Reading(
        lambda run_ids: make_histories(synthetic_curves(of(run_ids), TERMS[space.table.task])),
        lambda run_ids: synthetic_predictions(of(run_ids), space),
    )
    return assemble(space, results, reading, lambda: synthetic_baselines(space), synthetic_record(space))


@pytest.fixture(scope="session")
def make_space(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Space]:
    """Study text -> its space."""

    def make(text: str) -> Space:
        path: Path = tmp_path_factory.mktemp("study") / "some-study.toml"
        path.write_text(text)
        return expand(load_study(path))

    return make


@pytest.fixture(scope="session")
def space(make_space: Callable[[str], Space]) -> Space:
    """A small study: three activations, two depths, two batch sizes, two penalties, four splits."""
    return make_space(STUDY)


@pytest.fixture(scope="session")
def results(space: Space) -> pd.DataFrame:
    """Its results: one run diverged, one is missing."""
    return lose(lose(synthetic_results(space), 0, "diverged"), 5, "missing")


@pytest.fixture(scope="session")
def study_results(space: Space, results: pd.DataFrame) -> StudyResults:
    """What its report is made of."""
    return synthetic_study_results(space, results)


@pytest.fixture(scope="module")
def without_claims(make_space: Callable[[str], Space]) -> StudyResults:
    """One factor, three levels, nothing claimed."""
    space = make_space(ONE_FACTOR)
    return synthetic_study_results(space, synthetic_results(space))


@pytest.fixture(scope="session")
def classes(make_space: Callable[[str], Space]) -> StudyResults:
    """StudyResults of a small classification: two activations, no or two hidden layers, four splits, two seeds."""
    space = make_space(CLASSES)
    return synthetic_study_results(space, lose(synthetic_results(space), 0, "diverged"))


@pytest.fixture(scope="session")
def make_results() -> Callable[[Space], pd.DataFrame]:
    """Space -> results of all its runs."""
    return synthetic_results


@pytest.fixture(scope="session")
def make_study_results() -> Callable[[Space, pd.DataFrame], StudyResults]:
    """Space and runs -> the study's results."""
    return synthetic_study_results


def chapter_words(*chapters: Chapter) -> str:
    """The words of a page that has these chapters alone."""
    page = render_page(Page("some-study", "Which?", "", chapters, ""))
    return " ".join(re.sub("<[^>]+>", "", page[page.index("<main") :]).split())


@pytest.fixture(scope="session")
def words_of() -> Callable[..., str]:
    """Chapters -> what they say on a page."""
    return chapter_words


@pytest.fixture(scope="session")
def written_classes(classes: StudyResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the small classification on the disk."""
    return write_study_report(classes, tmp_path_factory.mktemp("classes"))


@pytest.fixture(scope="session")
def written(study_results: StudyResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the small study on the disk."""
    return write_study_report(study_results, tmp_path_factory.mktemp("report"))
