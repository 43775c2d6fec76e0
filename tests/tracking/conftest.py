"""A made-up sweep as tables, in the shapes that the results room promises."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nnjax.judged import USUAL
from nnjax.metrics import judged
from nnjax.sweep.study.tables import CurveChoice
from nnjax.tracking.curves import curve_names, thin_curves
from nnjax.tracking.description import DataDescription, SweepDescription
from nnjax.tracking.layout import SweepTables
from nnjax.tracking.names import cell_columns, param_text
from nnjax.tracking.server import running_server
from nnjax.tracking.sync import Destination

HERE = Path(__file__).parent

EPOCHS = 60
STARTED = 1_700_000_000.0
FACTORS: dict[str, tuple[Any, ...]] = {
    "activation": ("logistic", "relu"),
    "depth": (1, 4),
    "batch_size": (8, 265),
    "l2": (0.0, 0.01),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """MLflow's own use of its libraries is deprecated here and there; that is not ours to mend."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning"))


def _scores(score: float, noise: float, task: str) -> dict[str, float]:
    """The numbers that one task has; the other's are NaN, as in the results table."""
    regression = {
        "validation_r2": score,
        "test_r2": score + noise,
        "test_rmse": 55.0 + noise,
        "last_test_r2": score - 0.1,
        "target_r2": 0.4,
    }
    classification = {
        "validation_accuracy": score,
        "test_accuracy": score + noise,
        "test_balanced_accuracy": score + noise - 0.01,
        "test_log_loss": 0.7 - noise,
        "test_brier": 0.2 - noise,
        "test_roc_auc": 0.8 + noise,
        "last_test_accuracy": score - 0.1,
        "target_accuracy": 0.4,
    }
    own, other = (regression, classification) if task == "regression" else (classification, regression)
    return own | dict.fromkeys(other, np.nan)


def _finals(generator: np.random.Generator, levels: dict[str, Any], task: str) -> dict[str, float]:
    score = 0.4 + 0.05 * (levels["activation"] == "relu") - 0.01 * levels["depth"] + 0.05 * generator.normal()
    return {
        "best_epoch": 12.0,
        **_scores(score, 0.02 * generator.normal() - 0.01, task),
        "epochs_to_target": 7.0 if score > 0.4 else np.nan,
        "function_evaluations": 60.0,
        "grad_slope_0": -0.02 * levels["depth"] if levels["depth"] > 1 else np.nan,
        "grad_slope": 0.3 + 0.01 * generator.normal() if levels["depth"] > 1 else np.nan,
        "saturated": abs(0.1 * generator.normal()),
        "n_parameters": 5000,
        "train_seconds": 0.07,
    }


def make_results(factors: dict[str, tuple[Any, ...]], splits: int, task: str) -> pd.DataFrame:
    """One row a planned run; the third run has diverged."""
    generator = np.random.default_rng(7)
    rows: list[dict[str, Any]] = []
    for cell, levels in enumerate(product(*factors.values())):
        setting = dict(zip(factors, levels, strict=True))
        label = "{activation} d{depth} b{batch_size} l2={l2}".format(**setting)
        for split in range(splits):
            own = {"run_id": f"{len(rows):064x}", "cell_id": f"{cell:064x}", "cell": label, "split": split}
            seed = {"seed_index": 0, "seed": int(generator.integers(2**32)), "status": "finished"}
            fixed = {"width": 64, "learning_rate": 0.001, "optimizer": "adam", "initializer": "glorot"}
            rest = {"loss": "half_mean_squared_error", "epochs": EPOCHS, "diverged_epoch": -1, "dropout": 0.5}
            times = {"started": STARTED + cell, "ended": STARTED + cell + 0.9}
            rows.append(own | seed | setting | fixed | rest | _finals(generator, setting, task) | times)
    kept = ("grad_slope_0", "n_parameters", "target_r2", "target_accuracy")
    numbers = [key for key in _finals(generator, setting, task) if key not in kept]
    rows[2] |= {"status": "diverged", "diverged_epoch": 5} | dict.fromkeys(numbers, np.nan)
    return pd.DataFrame(rows)


def make_cells(results: pd.DataFrame, task: str) -> pd.DataFrame:
    """Means, sd and (as it were) intervals over replicates."""
    scores = [key for key in _scores(0.0, 0.0, "regression") if not key.startswith("target")]
    finals = ["best_epoch", *scores, "epochs_to_target", "function_evaluations", "grad_slope_0"]
    finals += ["grad_slope", "saturated", "n_parameters", "train_seconds"]
    main = ("validation_r2", "test_r2", "validation_accuracy", "test_accuracy")
    groups = results.groupby("cell_id", sort=False)
    table = groups.agg(
        cell=("cell", "first"),
        **{factor: (factor, "first") for factor in FACTORS},
        replicates=("run_id", "size"),
        diverged=("status", lambda status: int((status == "diverged").sum())),
        missing=("status", lambda status: int((status == "missing").sum())),
        **{name: (name, "mean") for name in finals},
        **{f"{name}_sd": (name, "std") for name in main},
        **{f"{judged('test', task)}_low": (judged("test", task), "min")},
        **{f"{judged('test', task)}_high": (judged("test", task), "max")},
    )
    table = table.rename(columns=cell_columns(USUAL[task])).reset_index()
    return table.sort_values("validation_score", ascending=False)


def make_curves(table: pd.DataFrame, owner: str, names: tuple[str, ...]) -> pd.DataFrame:
    """Every epoch of every curve, long."""
    epochs = np.arange(EPOCHS + 1)
    parts = []
    for place, (owner_id, depth) in enumerate(zip(table[owner], table["depth"], strict=True)):
        for name in (name for name in names if not name.startswith("fit_test")):
            for layer in [0] if name.startswith("fit_") else range(1, int(depth) + 1):
                values = (0.5 + 0.02 * (place % 7)) * np.exp(-epochs / (20 + place % 50)) + 0.1 * layer
                parts.append(
                    pd.DataFrame({owner: owner_id, "epoch": epochs, "curve": name, "layer": layer, "value": values})
                )
    return pd.concat(parts) if parts else pd.DataFrame()


def make_tables(
    factors: dict[str, tuple[Any, ...]], splits: int, curves: CurveChoice, task: str = "regression"
) -> SweepTables:
    """All tables of a made-up sweep."""
    results = make_results(factors, splits, task)
    cells, main = results.drop_duplicates("cell_id"), curve_names("main", task)
    return SweepTables(
        results=results,
        cells=make_cells(results, task),
        cell_curves=thin_curves(make_curves(cells, "cell_id", main), "cell_id"),
        run_curves=thin_curves(make_curves(results, "run_id", curve_names(curves, task)), "run_id"),
    )


@pytest.fixture(scope="session")
def describe() -> Callable[..., SweepDescription]:
    """Makes descriptions of the made-up sweep."""

    texts = {factor: tuple(param_text(level) for level in levels) for factor, levels in FACTORS.items()}

    def make(curves: CurveChoice = "none", **changes: Any) -> SweepDescription:
        settings: dict[str, Any] = {
            "sweep_id": "5eed" * 16,
            "study": "made-up",
            "question": "Which of activation, depth and batch size matters?",
            "factors": texts,
            "setting": {factor: levels[0] for factor, levels in texts.items()},
            "studied": ("activation", "depth", "batch_size"),
            "curves": curves,
            "command": "nnjax sweep experiments/made-up.toml",
            "commit": "c0ffee",
            "user": "somebody",
            "study_text": "question = '?'\n",
            "environment": {"python": "3.11"},
            "data": DataDescription("diabetes", "d1" * 32, ("age", "bmi"), ("progression",), 442),
        }
        return SweepDescription(**(settings | changes))

    return make


@pytest.fixture(scope="session")
def description(describe: Callable[..., SweepDescription]) -> SweepDescription:
    """The made-up sweep."""
    return describe()


@pytest.fixture(scope="session")
def tables() -> SweepTables:
    """16 cells of 3 replicates."""
    return make_tables(FACTORS, 3, "none")


@pytest.fixture
def two(tables: SweepTables) -> SweepTables:
    """Two cells of three replicates, one of them diverged."""
    ids = set(tables.results["cell_id"].unique()[:2])
    results = tables.results[tables.results["cell_id"].isin(ids)].reset_index(drop=True)
    cells = tables.cells[tables.cells["cell_id"].isin(ids)]
    return SweepTables(results, cells, tables.cell_curves, tables.run_curves)


@pytest.fixture(scope="session")
def tables_with_curves() -> SweepTables:
    """The same with curves of single runs."""
    return make_tables(FACTORS, 3, "main")


@dataclass(frozen=True)
class MadeUp:
    """A made-up sweep of one task."""

    task: str
    description: SweepDescription
    tables: SweepTables


@pytest.fixture(scope="session", params=["regression", "classification"])
def sweep(request: pytest.FixtureRequest, describe: Callable[..., SweepDescription]) -> MadeUp:
    """16 cells of 3 replicates with curves of single runs, of either task."""
    data = DataDescription("moons(noise=0.2)", "d2" * 32, ("x1", "x2"), ("moon",), 200, ("upper", "lower"))
    own = {} if request.param == "regression" else {"data": data}
    description = describe("main", task=request.param, target=0.4, fixed=("dropout",), **own)
    return MadeUp(request.param, description, make_tables(FACTORS, 3, "main", request.param))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite store without experiments of ours: migrations take seconds, so tests copy it."""
    from mlflow.tracking import MlflowClient

    file = tmp_path_factory.mktemp("store") / "empty.db"
    MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


@pytest.fixture
def destination(tmp_path: Path, empty_database: Path) -> Destination:
    """A fresh local store."""
    (tmp_path / "mlflow.db").write_bytes(empty_database.read_bytes())
    return Destination(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path)


@pytest.fixture(scope="session")
def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, free_port: int) -> Iterator[str]:
    """A real MLflow server over a fresh store."""
    home = tmp_path_factory.mktemp("server")
    (home / "mlflow.db").write_bytes(empty_database.read_bytes())
    with running_server(f"sqlite:///{home / 'mlflow.db'}", home, port=free_port) as address:
        yield address
