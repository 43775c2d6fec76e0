"""A sweep that nobody trained: plausible results and curves of the default study's shape, from formulas and a seed."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

ACTIVATIONS = ("logistic", "tanh", "relu", "leaky_relu", "elu", "softplus")
GAIN = {"logistic": 0.62, "tanh": 0.05, "relu": 0.0, "leaky_relu": 0.0, "elu": -0.03, "softplus": 0.25}
SPEED = {"logistic": 60.0, "tanh": 12.0, "relu": 9.0, "leaky_relu": 9.0, "elu": 10.0, "softplus": 20.0}


@dataclass(frozen=True)
class Design:
    """Shape of a synthetic sweep."""

    activations: tuple[str, ...] = ACTIVATIONS
    depths: tuple[int, ...] = (1, 2, 4, 8)
    batch_sizes: tuple[int, ...] = (8, 32, 265)
    l2: tuple[float, ...] = (0.0, 0.01, 0.1, 1.0)
    splits: int = 20
    epochs: int = 200
    seed: int = 5
    lost: tuple[str, ...] = field(default=("diverged", "missing"))


def synthetic_results(design: Design) -> pd.DataFrame:
    """One row a planned run, columns as the results table has them; two runs of the first cell are lost."""
    rng = np.random.default_rng(design.seed)
    split_luck = rng.normal(0, 0.06, design.splits)
    rows = [
        _row(rng, design, split_luck, cell, split)
        for cell in _cells(design)
        for split in range(design.splits)
    ]
    table = pd.DataFrame(rows)
    for index, status in enumerate(design.lost):
        _lose(table, index, status)
    return table


def _cells(design: Design) -> list[tuple[str, int, int, float]]:
    return [
        (activation, depth, batch_size, l2)
        for activation in design.activations
        for depth in design.depths
        for batch_size in design.batch_sizes
        for l2 in design.l2
    ]


def _row(
    rng: np.random.Generator, design: Design, luck: np.ndarray, cell: tuple[str, int, int, float], split: int
) -> dict[str, object]:
    activation, depth, batch_size, l2 = cell
    slope = GAIN[activation]
    speed = SPEED[activation] * (batch_size / 32) ** 0.6 * (1 + 0.3 * depth * (slope > 0.2))
    stuck = activation == "logistic" and depth >= 4
    fit = 0.02 if stuck else 0.46 - 0.01 * depth - 0.03 * (l2 == 0) - 0.1 * (l2 >= 1) - 0.1 * max(0, slope)
    fit += float(luck[split]) * (0.1 if stuck else 1.0)
    overfit = 0.0 if stuck or l2 >= 0.1 else 0.05 * depth * (32 / batch_size) ** 0.3
    best_epoch = int(np.clip(speed * 2.2 * rng.lognormal(0, 0.25), 1, design.epochs))
    test = fit + rng.normal(0, 0.02)
    last = test - overfit - abs(rng.normal(0, 0.01))
    target = speed * rng.lognormal(0, 0.2) if test > 0.38 else np.nan
    return {
        "run_id": f"{abs(hash_text((*cell, split))):064x}",
        "cell_id": f"{abs(hash_text(cell)):064x}",
        "cell": f"{activation} d{depth} b{batch_size} l2={l2:g}",
        "split": split, "seed_index": 0, "seed": 1000 + split, "status": "finished",
        "activation": activation, "depth": depth, "width": 64,
        "hidden_layer_sizes": "-".join(["64"] * depth), "batch_size": batch_size, "l2": l2,
        "learning_rate": 0.001, "optimizer": "adam", "momentum": 0.9, "beta_1": 0.9, "beta_2": 0.999,
        "epsilon": 1e-8, "initializer": "he", "loss": "half_mean_squared_error", "epochs": design.epochs,
        "best_epoch": best_epoch,
        "validation_r2": fit + 0.01 + rng.normal(0, 0.02), "test_r2": test,
        "test_rmse": 77 * np.sqrt(1 - test), "test_mae": 62 * np.sqrt(1 - test),
        "last_validation_r2": last + 0.01, "last_test_r2": last,
        "last_test_rmse": 77 * np.sqrt(1 - last), "last_test_mae": 62 * np.sqrt(1 - last),
        "epochs_to_target": np.ceil(target) if target <= design.epochs else np.nan, "target_r2": 0.4,
        "grad_slope_0": slope + rng.normal(0, 0.02) if depth > 1 else np.nan,
        "grad_ratio_0": -slope * (depth - 1) + rng.normal(0, 0.05),
        "grad_slope": 0.7 * slope + rng.normal(0, 0.03) if depth > 1 else np.nan,
        "grad_ratio": -0.7 * slope * (depth - 1) + rng.normal(0, 0.05),
        "saturated": float(np.clip({"logistic": 0.1, "tanh": 0.2}.get(activation, 0.0) + rng.normal(0, 0.02), 0, 1)),
        "dead": float(np.clip(0.03 * depth + rng.normal(0, 0.01), 0, 1)) if activation == "relu" else 0.0,
        "n_parameters": 704 + 4160 * (depth - 1) + 65, "diverged_epoch": -1,
        "train_seconds": 0.02 * depth * (32 / batch_size) ** 0.7, "started": 1.7e9, "ended": 1.7e9 + 60,
    }  # fmt: skip


def hash_text(parts: tuple[object, ...]) -> int:
    """A number from a name that is the same in every process."""
    return int.from_bytes(repr(parts).encode()[-24:], "big")


def _lose(table: pd.DataFrame, index: int, status: str) -> None:
    finals = table.columns[table.columns.get_loc("validation_r2") : table.columns.get_loc("n_parameters")]
    table.loc[index, finals] = np.nan
    table.loc[index, ["status", "diverged_epoch"]] = [status, 7 if status == "diverged" else -1]


def synthetic_curves(results: pd.DataFrame) -> pa.Table:
    """Curves of the finished runs given, as the journal keeps them: fit curves, gradients and update ratios by layer."""
    return pa.Table.from_pylist([_run_curves(row) for row in results.to_dict("records") if row["status"] == "finished"])


def _run_curves(row: dict[str, Any]) -> dict[str, object]:
    epoch = np.arange(row["epochs"] + 1)
    rise = 1 - np.exp(-epoch / SPEED[row["activation"]])
    over = (row["test_r2"] - row["last_test_r2"]) * np.clip(epoch / row["epochs"], 0, 1)
    slope = 0.0 if np.isnan(row["grad_slope_0"]) else row["grad_slope_0"]
    layers = range(1, row["depth"] + 1)
    return {
        "run_id": row["run_id"],
        "fit_validation_r2": -0.1 + (row["validation_r2"] + 0.1) * rise - over,
        "fit_train_r2": -0.1 + (row["validation_r2"] + 0.15) * rise + over,
        "preactivation_grad_norm": [
            10 ** (-1.5 - 0.5 * rise - slope * (1 - 0.4 * rise) * (row["depth"] - layer)) for layer in layers
        ],
        "update_ratio": [
            np.where(epoch == 0, np.nan, 10 ** (-2.0 - 0.1 * layer - 0.4 * rise)) for layer in [*layers, row["depth"] + 1]
        ],
    }
