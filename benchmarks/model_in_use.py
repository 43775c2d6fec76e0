"""One model, seven ways to ask it: how far apart are they, how long does it take, and what memory?

Four models of tables with words, gaps and dates (a target as it is, one on a curve, two classes, three) are asked for
one row and for a thousand, among them gaps and words that no table had: by `nnjax predict`, `mlflow models serve` over
HTTP, `mlflow.pyfunc.load_model`, the NumPy-only file in a process that has no nnjax, the engine's float32, and ONNX
Runtime. The reference is the NumPy-only file in this process; differences are the largest, in standard deviations of
the target over the training rows, of probabilities as they are. Words and sets must be the same.

Then a model of the default study's best cell: seconds and peak memory of `nnjax fit` with ten networks and the fold
networks, of `nnjax predict` of many rows, and how soon the server answers.

    python benchmarks/model_in_use.py [--swept HOME [--study STUDY]] [--rows 100000 1000000]

HOME holds the default study, swept, or another; without it, that is not measured.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.model.standalone import Model, read_safetensors
from nnjax.network.activations import ActivationParameters
from nnjax.network.architecture import branch_indices, branches_for
from nnjax.network.mlp import Layer, Parameters
from nnjax.network.normalization import Moments
from nnjax.training.bucket import SQUARED_ERROR, Bucket
from nnjax.training.model import Model as Engine

ROOT = Path(__file__).parents[1]
STUDY = """
question = "How far apart are the ways to ask one model?"
[data]
file = "table.csv"
target = "{target}"
[replicates]
splits = 4
[studied]
width = [32]
[fixed]
epochs = 30
learning_rate = 0.01
missing_values = "median"
rare_words = 0.01
{fixed}
"""
MODELS = {
    "a target as it is": ("rent", 'date_columns = "elapsed"\ndepth = 4\nactivation = "tanh"'),
    "a target on a curve": ("rent", 'date_columns = "parts"\ntarget_scale = "quantile"\nskewed_columns = "quantile"'),
    "two classes": ("is_dear", 'date_columns = "elapsed"\nactivation = "gelu"\nnormalization = "batch"'),
    "three classes": ("sort", 'date_columns = "parts"\nword_columns = "target"\nnormalization = "layer"'),
}
"""Name -> target, and what is fixed."""

Columns = Mapping[str, NDArray[Any]]


def flats(draws: np.random.Generator, rows: int, towns: Sequence[str]) -> pd.DataFrame:
    """Words, numbers with gaps, true and false, dates; and three things to predict."""
    town, rooms = draws.integers(0, len(towns), rows), draws.integers(1, 6, rows).astype(float)
    built = pd.Timestamp("1950-01-01") + pd.to_timedelta(draws.integers(0, 26_000, rows), unit="D")
    rent = np.exp(6 + 0.25 * rooms + 0.1 * (town % 3) + 0.2 * draws.normal(size=rows)).round()
    rooms[draws.random(rows) < 0.05] = np.nan
    lake = np.where(draws.random(rows) < 0.05, None, draws.random(rows) < 0.3)  # type: ignore[call-overload]
    columns = {"town": np.array(towns)[town], "rooms": rooms, "lake": lake, "built": built, "rent": rent}
    frame = pd.DataFrame(columns)
    frame["is_dear"] = np.where(frame["rent"] > 1000, "yes", "no")
    frame["sort"] = pd.cut(frame["rent"], [0, 700, 1300, 1e9], labels=["low", "middle", "high"]).astype(str)
    return frame


def as_rows(text: pd.DataFrame) -> dict[str, Any]:
    """A table as MLflow's server takes it, gaps as null."""
    return {"columns": list(text), "data": text.astype(object).where(text.notna(), None).to_numpy().tolist()}


@contextmanager
def server(model: str, home: Path, uri: str) -> Iterator[str]:
    """The address of a server of a model, once it is alive."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["models", "serve", "--model-uri", model, "--env-manager", "local", "--port", str(port)]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # where MLflow looks for uvicorn
    environment = os.environ | {"MLFLOW_TRACKING_URI": uri, "PATH": path}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    started = subprocess.Popen([sys.executable, "-m", "mlflow", *words], cwd=home, env=environment, **quiet)
    try:
        address = f"http://127.0.0.1:{port}"
        while started.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"{address}/ping"):
                break
            time.sleep(0.05)
        yield address
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGTERM)
        started.wait()


def ask(address: str, rows: Mapping[str, Any]) -> pd.DataFrame:
    """What a server predicts."""
    body = json.dumps({"dataframe_split": rows}).encode()
    request = urllib.request.Request(f"{address}/invocations", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return pd.DataFrame(json.loads(answer.read())["predictions"])


def nnjax(*words: str | Path, home: Path) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "nnjax.cli", *map(str, words), "--home", str(home)]
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}  # MLflow sets it
    done = subprocess.run(command, cwd=home, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


def read_member(key: str, arrays: Mapping[str, NDArray[Any]]) -> tuple[Parameters, tuple[Moments, ...]]:
    """A network of the weights' file as the engine takes it: parameters, and moments of batch normalisation."""
    held: dict[int, dict[str, Any]] = {}
    for name, array in arrays.items():
        owner, number, part = name.split(".") if ".layer_" in name else ("", "", "")
        if owner == key:
            held.setdefault(int(number.removeprefix("layer_")), {})[part] = array
    every = [held[number] for number in sorted(held)]
    layers = tuple(Layer(**{name: each[name] for name in Layer._fields if name in each}) for each in every)
    return layers, tuple(Moments(each["mean"], each["variance"]) for each in every if "mean" in each)


def by_engine(
    document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], inputs: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Each member's outputs [N, O] as the engine computes them."""
    network = document["network"]
    sizes, activations = network["layer_sizes"], network["activations"]
    branches = branches_for(activations)
    bucket = Bucket(
        sizes[0], tuple(sizes[1:-1]), sizes[-1], 1, 1, 1, 1, 1, "adam", SQUARED_ERROR,
        output=network["output"], task=document["task"], structures=tuple(network["structures"]), branches=branches,
        maxout_pieces=network["maxout_pieces"], normalization=network["normalization"], residual=network["residual"],
    )  # fmt: skip
    numbers = ActivationParameters(network["negative_slope"], network["elu_alpha"])
    engine = Engine(bucket, jnp.asarray(branch_indices(activations, branches), jnp.int32), numbers)
    members = [read_member(each["key"], arrays) for each in document["ensemble"]]
    return [np.asarray(engine.predict(*member, jnp.float32(inputs)), dtype=np.float64) for member in members]


def points(model: Model, folder: Path, columns: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The point predictions, or probabilities, of the engine and of ONNX Runtime."""
    import onnxruntime

    arrays = read_safetensors(folder / "weights.safetensors")
    outputs = by_engine(model.document, arrays, model.preparations[0].inputs(columns))
    owned = [model._own(model.preparations[0], each) for each in outputs]
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    return {
        "the engine's float32": np.mean(owned, axis=0),
        "ONNX Runtime": session.run(None, {"features": model.features(columns)})[0],
    }


def differences(
    made: Mapping[str, pd.DataFrame], expected: pd.DataFrame, unit: float, by_points: Columns
) -> dict[str, float]:
    """Way -> its largest difference from the reference."""
    found = {}
    numbers = [str(name) for name in expected.select_dtypes("number")]
    for way, frame in made.items():
        assert (list(frame), len(frame)) == (list(expected), len(expected)), way
        others = [name for name in expected if name not in numbers]
        assert (frame[others].astype(str) == expected[others].astype(str)).all(axis=None), way
        found[way] = float(np.abs(frame[numbers].to_numpy(float) - expected[numbers].to_numpy(float)).max() / unit)
    names = [name for name in numbers if name.startswith(("prediction", "probability"))]
    for way, values in by_points.items():
        assert values.shape == (len(expected), len(names)), way
        found[way] = float(np.abs(values - expected[names].to_numpy(float)).max() / unit)
    return found


def compare(name: str, home: Path) -> dict[tuple[str, int], dict[str, float]]:
    """All ways to ask one model, for a row and for a thousand."""
    import mlflow

    draws, (target, fixed) = np.random.default_rng(5), MODELS[name]
    table = flats(draws, 600, ["Aarau", "Bern", "Chur", "Davos"])
    others = [other for other in ("rent", "is_dear", "sort") if other != target]
    table.drop(columns=others).to_csv(home / "table.csv", index=False)
    (home / "study.toml").write_text(STUDY.format(target=target, fixed=fixed))
    nnjax("sweep", "study.toml", home=home)
    nnjax("fit", "study.toml", "--seeds", "5", "--register", "flats", home=home)
    folder, uri = home / "models" / "study", f"sqlite:///{home / 'mlflow.db'}"
    mlflow.set_tracking_uri(uri)
    loaded, model = mlflow.pyfunc.load_model("models:/flats/1"), Model.load(folder)
    unit = float(table["rent"].std()) if target == "rent" else 1.0
    found, new = {}, flats(draws, 1000, ["Aarau", "Bern", "Chur", "Davos", "Zug"])
    new = new.drop(columns=["rent", "is_dear", "sort"])
    new.iloc[0] = ["Zug", np.nan, None, pd.Timestamp("2030-01-01")]  # one row that has all that is rare
    with server("models:/flats/1", home, uri) as address:
        for rows in (1, 1000):
            new.head(rows).to_csv(home / "new.csv", index=False)
            text = pd.read_csv(home / "new.csv")
            expected = pd.DataFrame(model.predict(text))
            nnjax("predict", folder, "new.csv", "--out", "predictions.csv", home=home)
            with (home / "alone.csv").open("w") as alone:
                words = [sys.executable, "-I", str(folder / "nnjax_model.py"), "new.csv"]
                subprocess.run(words, cwd=home, check=True, stdout=alone)
            made = {
                "nnjax predict": pd.read_csv(home / "predictions.csv"),
                "NumPy-only file, alone": pd.read_csv(home / "alone.csv"),
                "mlflow.pyfunc.load_model": loaded.predict(text),
                "mlflow models serve": ask(address, as_rows(text)),
            }
            by_points = points(model, folder, model.read(text))
            found[name, rows] = differences(made, expected, unit, by_points)
    return found


@dataclass(frozen=True)
class Used:
    """What a process took."""

    seconds: float
    processor: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:7.1f} s, {self.processor:7.1f} s of processors, {self.megabytes:6,.0f} MB at most"


def used(*words: str | Path, home: Path) -> Used:
    """Run a command of nnjax, and say what it took."""
    command = [sys.executable, "-m", "nnjax.cli", *map(str, words), "--home", str(home)]
    began = time.perf_counter()
    with (home / "said.txt").open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (home / "said.txt").read_text()
    return Used(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(study: Path, swept: Path, counts: Sequence[int], folder: Path) -> None:
    """Seconds and memory of a study's model."""
    model = swept / "models" / "benchmark"
    shutil.rmtree(model, ignore_errors=True)
    took = used("fit", study, "--name", "benchmark", home=swept)
    print(f"fit, ten networks and the folds'  {took}", flush=True)
    document = json.loads((model / "model.json").read_text())
    size = sum(each.stat().st_size for each in model.iterdir()) / 1e6
    networks = len(document["ensemble"]), sum(len(fold["keys"]) for fold in document["folds"])
    print(f"    {document['cell']['label']}, {networks[0]} networks and {networks[1]} of the folds, {size:.1f} MB")
    draws, names = np.random.default_rng(0), [each["name"] for each in document["columns"]]
    for count in counts:
        frame = pd.DataFrame(draws.normal(size=(count, len(names))) * 0.05, columns=names).round(6)
        frame.to_csv(folder / "rows.csv", index=False)
        took = used("predict", model, folder / "rows.csv", "--out", folder / "predictions.csv", home=swept)
        print(f"predict of {count:>12,} rows       {took}", flush=True)
    rows = as_rows(frame.head(1000))
    uri = f"sqlite:///{swept / 'mlflow.db'}"
    logged = logged_address(swept, study)
    began = time.perf_counter()
    with server(logged, swept, uri) as address:
        alive = time.perf_counter()
        one = {**rows, "data": rows["data"][:1]}
        ask(address, one)
        first = time.perf_counter()
        print(f"server: alive after {alive - began:.1f} s, first answer {1000 * (first - alive):.0f} ms later")
        for asked, words in ((one, "one row"), (rows, "1,000 rows")):
            print(f"    {words}: {1000 * median_seconds(address, asked):.0f} ms (median of 20)")


def logged_address(swept: Path, study: Path) -> str:
    """MLflow's address of the model: `fit` again finds it, and says where it is."""
    said = nnjax("fit", study, "--name", "benchmark", home=swept)
    return next(word for word in said.split() if word.startswith("models:/"))


def median_seconds(address: str, rows: Mapping[str, Any]) -> float:
    """Of twenty answers."""
    taken = []
    for _ in range(20):
        began = time.perf_counter()
        ask(address, rows)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def main() -> None:
    """Print the differences, then seconds and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--swept", type=Path, help="home with the study, swept")
    parser.add_argument(
        "--study", type=Path, default=ROOT / "experiments" / "diabetes.toml", help="(the default study)"
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000], help="how many are predicted")
    parser.add_argument("--only", nargs="*", default=list(MODELS), choices=MODELS, help="some of the models")
    options = parser.parse_args()
    found: dict[tuple[str, int], dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(options.only):
            home = Path(folder, str(number))
            home.mkdir()
            found |= compare(name, home)
            print(f"asked in every way: {name}", flush=True)
        if found:
            print(pd.DataFrame(found).to_string(float_format="{:.1e}".format))
        if options.swept:
            measure(options.study.resolve(), options.swept.resolve(), options.rows, Path(folder))


if __name__ == "__main__":
    main()
