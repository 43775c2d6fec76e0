"""Models of seven public tables on rows that neither sweep nor model has seen: is the report's promise kept?

Of each table of `public_tables.py` a quarter is held out: whole groups where splits follow groups, the latest rows
where they follow time. The study is swept on the rest, `nnjax fit` makes its model, `nnjax predict` predicts the rows
that were held out, and `mlflow models serve` some of them over HTTP. Beside the model's score stand the interval that
its card promises, how often its prediction intervals held, and scikit-learn's gradient boosting in a pipeline as one
would write it, fitted on the very same rest.

    python benchmarks/public_models.py [--only panel co2] [--folder FOLDER]
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from public_tables import SEED, STUDIES, TABLES, Files, columns_of, each_table, pipelines, run, write

from nnjax.sweep.study.study import Study, load_study
from nnjax.training.class_measures import ClassPredictions, measure_classes

HELD_OUT = 0.25
SERVED_ROWS = 200


def held_out(frame: pd.DataFrame, study: Study) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows are held out."""
    draws, followed = np.random.default_rng(SEED), study.replicates.follows
    if followed is None:
        return draws.random(len(frame)) < HELD_OUT
    values = frame[followed[1]]
    if followed[0] == "order":
        return (values > values.quantile(1 - HELD_OUT)).to_numpy()
    groups = np.sort(values.unique())
    return values.isin(draws.choice(groups, round(HELD_OUT * len(groups)), replace=False)).to_numpy()


def measure(name: str, files: Files, home: Path) -> dict[str, object]:
    """Sweep, fit, predict and serve one table."""
    home = home / name
    home.mkdir(parents=True, exist_ok=True)
    path = STUDIES / f"{name}.toml"
    file = home / next(line.split('"')[1] for line in path.read_text().splitlines() if line.startswith("file"))
    frame = TABLES[name](files).reset_index(drop=True)
    write(frame, file)
    with contextlib.chdir(home):
        study = load_study(path)
    out = held_out(frame, study)
    target = str((study.data.target or ("",))[0])
    write(frame[~out], file)
    new = home / f"new-{file.name}"
    write(frame[out].drop(columns=target), new)
    print(f"\n=== {name}: {(~out).sum():,} rows, {out.sum():,} held out", flush=True)
    print(f"swept in {run('sweep', path, home)[1]}", flush=True)
    said, took = run("fit", path, home)
    print(f"fitted in {took}\n{said}", flush=True)
    model, predictions = home / "models" / study.name, home / "predictions.csv"
    words = [sys.executable, "-m", "nnjax.cli", "predict", str(model), str(new), "--out", str(predictions)]
    subprocess.run(words, check=True, cwd=home)
    document = json.loads((model / "model.json").read_text())
    predicted = pd.read_csv(predictions)
    truth = frame.loc[out, target].reset_index(drop=True)
    x = frame[columns_of(study, frame)].copy()
    for each in x.select_dtypes("datetime").columns:
        x[f"{each} year"], x[each] = x[each].dt.year, x[each].dt.day_of_year
    boosting = pipelines(x, study.table.task)["boosting"].fit(x[~out], frame.loc[~out, target])
    promise, positive = document["scores"]["promise"], study.data.positive
    found: dict[str, object] = {
        "rows": int((~out).sum()),
        "promised": promise["estimate"],
        "low": promise["low"],
        "high": promise["high"],
    }
    if positive is None:
        found |= {"model": r2(truth, predicted["prediction"]), "boosting": r2(truth, boosting.predict(x[out]))}
    else:
        place = list(boosting.classes_).index(positive)
        probabilities = {
            "model": predicted[f"probability_{positive}"],
            "boosting": boosting.predict_proba(x[out])[:, place],
        }
        found |= {each: average_precision(truth == positive, values) for each, values in probabilities.items()}
    found["inside"] = None if promise["low"] is None else promise["low"] <= found["model"] <= promise["high"]
    found["covered at 90 %"] = covered(truth, predicted)
    found["served"] = served(model, frame[out].drop(columns=target), predicted, home)
    return found


def r2(truth: Any, predicted: Any) -> float:
    """R², at worst −1 as in the report."""
    truth, predicted = np.asarray(truth, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    return max(-1.0, 1 - float(np.mean((truth - predicted) ** 2) / np.var(truth)))


def average_precision(is_positive: Any, probability: Any) -> float:
    """Of the class that is looked for."""
    share = np.asarray(probability, dtype=np.float64)
    both = np.column_stack([1 - share, share])[None]
    given = ClassPredictions(np.asarray(is_positive, dtype=np.int64), both, None, None)
    return float(measure_classes(given, ("average_precision",))["average_precision"][0])


def covered(truth: pd.Series, predicted: pd.DataFrame) -> float | None:
    """Share of rows inside their interval or set; None without."""
    if "lower" in predicted:
        return float(((truth >= predicted["lower"]) & (truth <= predicted["upper"])).mean())
    names = {name.removeprefix("in_set_"): name for name in map(str, predicted) if name.startswith("in_set_")}
    if not names:
        return None
    return float(np.mean([predicted[names[str(value)]][row] for row, value in enumerate(truth)]))


def served(model: Path, rows: pd.DataFrame, predicted: pd.DataFrame, home: Path) -> float:
    """The largest difference of served predictions from those of the command line, in their standard deviations."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["models", "serve", "--model-uri", str(model), "--env-manager", "local", "--port", str(port)]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # where MLflow looks for uvicorn
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", *words], cwd=home, env={**os.environ, "PATH": path}, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/ping"):
                break
            time.sleep(0.1)
        asked = json.loads(rows.head(SERVED_ROWS).to_json(orient="split", date_format="iso", index=False))
        body = json.dumps({"dataframe_split": {key: asked[key] for key in ("columns", "data")}}).encode()
        request = urllib.request.Request(f"{address}/invocations", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            told = pd.DataFrame(json.loads(answer.read())["predictions"])
    finally:
        server.terminate()
        server.wait()
    numbers = [name for name in told.select_dtypes("number") if name in predicted]
    here = predicted[numbers].head(SERVED_ROWS)
    return float(np.max(np.abs(told[numbers].to_numpy() - here.to_numpy()) / predicted[numbers].std().to_numpy()))


def main() -> None:
    """Print what each command said, then the table."""
    print("\n" + each_table(__doc__, measure).to_string(float_format="{:.3g}".format))


if __name__ == "__main__":
    main()
