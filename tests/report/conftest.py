"""A sweep that nobody trained: plausible results, curves and baselines for any study, from formulas and a seed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from nnjax.report.histories import make_histories
from nnjax.report.material import Material, assemble
from nnjax.report.write import WrittenReport, write_material
from nnjax.sweep.record import SweepRecord
from nnjax.sweep.space import Run, Space, expand
from nnjax.sweep.study import load_study

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

DECADES_A_LAYER = {"logistic": 0.62, "softplus": 0.25, "tanh": 0.05, "elu": -0.03}
"""Slope of log10 g_l at initialisation; 0 for the others."""

EPOCHS_TO_LEARN = {"logistic": 60.0, "softplus": 20.0, "tanh": 12.0}
"""Time constant of the validation curve at batch size 32; 9 for the others."""


def synthetic_results(space: Space, seed: int = 5) -> pd.DataFrame:
    """One row a planned run in the columns of the results table, all finished."""
    rng = np.random.default_rng(seed)
    luck = rng.normal(0, 0.06, len(space.splits))
    return pd.DataFrame([_row(rng, run, float(luck[run.replicate.split]), space) for run in space.runs])


def lose(results: pd.DataFrame, index: int, status: str) -> pd.DataFrame:
    """The same table with one run diverged or missing."""
    lost = results.copy()
    columns = list(lost.columns)
    lost.loc[index, columns[columns.index("validation_r2") : columns.index("n_parameters")]] = np.nan
    lost.loc[index, "target_r2"] = results.loc[index, "target_r2"]
    lost.loc[index, "status"] = status
    lost.loc[index, "diverged_epoch"] = 7 if status == "diverged" else -1
    return lost


def _row(rng: np.random.Generator, run: Run, luck: float, space: Space) -> dict[str, object]:
    setting = run.cell.configuration
    name, depth, epochs = setting.activation, setting.depth, setting.epochs
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
        "best_epoch": int(np.clip(speed * 2.2 * rng.lognormal(0, 0.25), 1, epochs)),
        "validation_r2": fit + 0.01 + rng.normal(0, 0.02), "test_r2": test,
        "test_rmse": 77 * np.sqrt(1 - test), "test_mae": 62 * np.sqrt(1 - test),
        "last_validation_r2": last + 0.01, "last_test_r2": last,
        "last_test_rmse": 77 * np.sqrt(1 - last), "last_test_mae": 62 * np.sqrt(1 - last),
        "epochs_to_target": float(np.ceil(target)) if reached else np.nan,
        "target_r2": space.study.logging.target_r2,
        "grad_slope_0": slope + rng.normal(0, 0.02) if depth > 1 else np.nan,
        "grad_ratio_0": -slope * (depth - 1) + rng.normal(0, 0.05),
        "grad_slope": 0.7 * slope + rng.normal(0, 0.03) if depth > 1 else np.nan,
        "grad_ratio": -0.7 * slope * (depth - 1) + rng.normal(0, 0.05),
        "saturated": float(np.clip({"logistic": 0.1, "tanh": 0.2}.get(name, 0.0) + rng.normal(0, 0.02), 0, 1)),
        "dead": float(np.clip(0.03 * depth + rng.normal(0, 0.01), 0, 1)) if name == "relu" else 0.0,
        "n_parameters": 704 + 4160 * (depth - 1) + 65, "diverged_epoch": -1,
        "train_seconds": 0.02 * depth * (32 / setting.batch_size) ** 0.7, "started": 1.7e9, "ended": 1.7e9 + 60,
    }  # fmt: skip


def synthetic_curves(results: pd.DataFrame) -> pa.Table:
    """Curves of the finished runs given, as the journal keeps them."""
    return pa.Table.from_pylist([_run_curves(row) for row in results.to_dict("records") if row["status"] == "finished"])


def _run_curves(row: dict[str, Any]) -> dict[str, object]:
    epoch = np.arange(row["epochs"] + 1)
    rise = 1 - np.exp(-epoch / EPOCHS_TO_LEARN.get(row["activation"], 9.0))
    over = (row["test_r2"] - row["last_test_r2"]) * epoch / row["epochs"]
    slope = 0.0 if np.isnan(row["grad_slope_0"]) else row["grad_slope_0"]
    layers = np.arange(1, row["depth"] + 2)
    signal = [-1.5 - 0.5 * rise - slope * (1 - 0.4 * rise) * (row["depth"] - layer) for layer in layers[:-1]]
    return {
        "run_id": row["run_id"],
        "fit_validation_r2": -0.1 + (row["validation_r2"] + 0.1) * rise - over,
        "fit_train_r2": -0.1 + (row["validation_r2"] + 0.15) * rise + over,
        "preactivation_grad_norm": [10**decades for decades in signal],
        "update_ratio": [np.where(epoch == 0, np.nan, 10 ** (-2 - 0.1 * layer - 0.4 * rise)) for layer in layers],
    }


def synthetic_baselines(space: Space, seed: int = 5) -> pd.DataFrame:
    """One row a baseline and split: test R² of each model around a mean of its own."""
    rng = np.random.default_rng(seed)
    means = {"mean": -0.017, "ridge": 0.477, "ridge, all rows": 0.481, "MLPRegressor": 0.47}
    luck = rng.normal(0, 0.06, len(space.splits))
    rows = [
        {"model": model, "split": split, "detail": "", "test_r2": mean + luck[split] + rng.normal(0, 0.01)}
        for model, mean in means.items()
        for split in range(len(space.splits))
    ]
    return pd.DataFrame(rows).assign(test_rmse=55.0, test_mae=45.0)


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


def synthetic_material(space: Space, results: pd.DataFrame) -> Material:
    """Material of these results, with curves and baselines to match."""

    def histories_of(run_ids: Any) -> Any:
        return make_histories(synthetic_curves(results[results["run_id"].isin(run_ids)]))

    return assemble(space, results, histories_of, synthetic_baselines(space), synthetic_record(space))


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
def material(space: Space, results: pd.DataFrame) -> Material:
    """What its report is made of."""
    return synthetic_material(space, results)


@pytest.fixture(scope="session")
def make_results() -> Callable[[Space], pd.DataFrame]:
    """Space -> results of all its runs."""
    return synthetic_results


@pytest.fixture(scope="session")
def make_material() -> Callable[[Space, pd.DataFrame], Material]:
    """Space and results -> material."""
    return synthetic_material


@pytest.fixture(scope="session")
def written(material: Material, tmp_path_factory: pytest.TempPathFactory) -> WrittenReport:
    """The report of the small study on the disk."""
    return write_material(material, tmp_path_factory.mktemp("report"))
