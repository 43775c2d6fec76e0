"""One peer of benchmarks/peers.py and one cell in a process of their own, which trains whenever it is told to.

It compiles, trains once and says so in a line of JSON; then a line on standard input asks for a training, and a line of
JSON says what that took.
"""

import importlib
import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

L2 = 0.01
LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Cell:
    """What is trained: a network of ReLU units with one output, by Adam.

    Attributes:
        activations: What a program of ours can be switched to, ReLU among them.
    """

    depth: int
    width: int
    batch_size: int
    epochs: int
    activations: tuple[str, ...]
    n_features: int = 10
    n_train: int = 265
    n_validation: int = 67
    n_test: int = 111

    @classmethod
    def from_json(cls, text: str) -> "Cell":
        """What `to_json` has written."""
        fields = json.loads(text)
        return cls(**fields | {"activations": tuple(fields["activations"])})

    def to_json(self) -> str:
        """For another process."""
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        return f"{self.depth}x{self.width}, batch {self.batch_size}"

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Features, hidden units, output."""
        return (self.n_features, *[self.width] * self.depth, 1)

    @property
    def steps(self) -> int:
        """Steps an epoch, the last one of fewer examples."""
        return -(-self.n_train // self.batch_size)


@dataclass(frozen=True)
class Training:
    """A cell, ready to be trained.

    Attributes:
        train: Trains all runs, and returns what is asked for their loss.
        loss: Mean half squared error of their validation rows after the last epoch; nobody times this.
        runs: How many are trained by one call.
        compile_seconds: CPU seconds that it took to get ready; NaN where nothing is compiled.
    """

    train: Callable[[], Any]
    loss: Callable[[Any], float]
    runs: int
    compile_seconds: float = float("nan")


def nnjax(cell: Cell, kernels: str) -> Training:
    """A full chunk of ours, of whichever checkout comes first on the path: names are looked up where all have them."""
    chunk, bucket_module, architecture, tables, splits, scaling, optimizers = (
        importlib.import_module(f"nnjax.{name}")
        for name in (
            "training.chunk",
            "training.bucket",
            "network.architecture",
            "data.tables",
            "data.splits",
            "data.scaling",
            "training.optimizers",
        )
    )
    table = tables.load_table("diabetes")
    plan = splits.SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5)
    scaled = {
        number: scaling.scale_split(table, split)
        for number, split in enumerate(splits.make_splits(len(table.features), plan))
    }
    sizes = (cell.n_features, (cell.width,) * cell.depth, 1, cell.batch_size)
    rows = (cell.n_train, cell.n_validation, cell.n_test)
    named: dict[str, Any] = {"branches": architecture.branches_for(cell.activations)}
    if kernels == "fused":
        named["kernels"] = load_fused()
    bucket = bucket_module.Bucket(*sizes, *rows, cell.epochs, "adam", "half_mean_squared_error", **named)
    numbers = optimizers.Hyperparameters(LEARNING_RATE, L2)
    runs = bucket_module.chunk_size(bucket)
    trainees = [chunk.Trainee(str(run), "relu", "he", numbers, run, run % len(scaled)) for run in range(runs)]
    chunk.jax.jit(chunk.jax.numpy.sin)(0.5)  # what jax loads at its first compilation is no part of ours
    began = time.process_time()
    chunk.compile_program(bucket)
    compiled = time.process_time() - began

    def train() -> Any:
        chunk._order.cache_clear()  # scikit-learn draws its order inside its time, so do we
        return chunk.train_chunk(bucket, trainees, scaled).outcomes

    return Training(
        train, lambda told: float(np.mean([each["fit_validation_loss"][-1] for each in told])), runs, compiled
    )


def load_fused() -> str:
    """The full name of fused kernels, built, tested and loaded into this process.

    Raises:
        RuntimeError: They cannot be used here.
    """
    cache, choice = (importlib.import_module(f"nnjax.{name}") for name in ("sweep.compilation_cache", "kernels.choice"))
    folder = cache.cache_of_this_machine()
    found = choice.usable(folder)
    if not found.name:
        raise RuntimeError(found.reason)
    choice.load(folder, found.name)
    return str(found.name)


def sklearn(cell: Cell, data: Path) -> Training:
    """One MLPRegressor; its penalty is divided by the number of rows, ours is not."""
    from sklearn.neural_network import MLPRegressor

    x, y, x_validation, y_validation = (
        np.load(data / f"{name}.npy")[0] for name in ("x", "y", "x_validation", "y_validation")
    )

    def train() -> Any:
        network = MLPRegressor(
            hidden_layer_sizes=(cell.width,) * cell.depth,
            alpha=L2 * cell.batch_size,
            batch_size=cell.batch_size,
            max_iter=cell.epochs,
            n_iter_no_change=cell.epochs + 1,
            random_state=0,
        )
        network.fit(x, y.ravel())
        assert network.n_iter_ == cell.epochs
        return network.predict(x_validation)

    return Training(train, lambda told: half_squared_error(told[:, None], y_validation), 1)


def stacked(module_name: str, cell: Cell, data: Path, runs: int) -> Training:
    """The first of the runs that were drawn, by the function `train_stacked` of a module beside this one."""
    module: Any = importlib.import_module(module_name)
    names = ("x", "y", "x_validation", "y_validation", "examples")
    x, y, x_validation, y_validation, examples = (np.load(data / f"{name}.npy")[:runs] for name in names)
    weights = np.load(data / "weights.npy")
    layers = [
        tuple(np.load(data / f"layer_{layer}_{part}.npy")[:runs] for part in "ab") for layer in range(cell.depth + 1)
    ]

    def train() -> Any:
        return module.train_stacked([(w.copy(), b.copy()) for w, b in layers], x, y, examples, weights, L2)

    def loss(told: Any) -> float:
        signals = x_validation
        for place, (matrix, bias) in enumerate(told):
            signals = signals @ matrix + bias
            signals = signals if place == cell.depth else np.maximum(signals, 0)
        return half_squared_error(signals, y_validation)

    return Training(train, loss, runs)


def half_squared_error(predicted: Any, y: Any) -> float:
    """Mean over rows, and over runs where there are several."""
    return float(((predicted - y) ** 2).mean() / 2)


def prepare(kind: str, cell: Cell, data: Path, runs: int) -> Training:
    """A cell for a kind of peer."""
    if kind in ("xla", "fused"):
        return nnjax(cell, kind)
    if kind == "sklearn":
        return sklearn(cell, data)
    return stacked(f"stacked_{kind}", cell, data, runs)


def measure(training: Training) -> dict[str, float]:
    """CPU and wall seconds a run."""
    wall, cpu = time.perf_counter(), time.process_time()
    training.train()
    used = time.process_time() - cpu
    return {"cpu": used / training.runs, "wall": (time.perf_counter() - wall) / training.runs}


def main() -> None:
    """Serve one kind and cell, as whoever has started and pinned this says."""
    kind, cell, data, runs = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is no answer
    warnings.simplefilter("ignore")  # scikit-learn's networks have not converged
    try:
        training = prepare(kind, Cell.from_json(cell), Path(data), int(runs))
    except (ImportError, RuntimeError) as error:
        print(json.dumps({"refused": str(error)}), file=answers, flush=True)
        return
    loss = training.loss(training.train())
    ready = {"compile": training.compile_seconds, "loss": loss, "runs": training.runs, "megabytes": peak_megabytes()}
    print(json.dumps(ready), file=answers, flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure(training)), file=answers, flush=True)


def peak_megabytes() -> float:
    """The most memory that this process ever held; getrusage would tell that of whoever started it, where larger."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) * 1024 / 1e6


if __name__ == "__main__":
    main()
