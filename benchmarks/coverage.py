"""How often the intervals and sets of `nnjax fit` hold rows that the sweep never saw.

Each line is a table, or a source that draws one anew, at one level. So many times, rows are held out (of groups: whole
groups); a study sweeps the rest, its chosen cell is fitted by `nnjax fit`'s own functions, and the model predicts the
held-out rows from their raw columns. Where a study has many cells, the choice among them is inside: it was made by rows
that are not held out. A line is *below* where the mean share of held-out rows inside, over the hold-outs, is under the
level by more than three standard errors. Shares above the level are what CV+ gives: its proven level is lower, and
nobody can prove more.

    python benchmarks/coverage.py [--quick] [--holdouts 20] [--only iris persons] [--public FOLDER] [--processes 2]

With --public, the folder of benchmarks/public_tables.py --folder: the wages of its men are one more table.
"""

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from nnjax.data.preparation import table_columns
from nnjax.data.tables import load_table
from nnjax.model.calibration import score_folds
from nnjax.model.choice import choose_cell
from nnjax.model.coverage import coverage_of_folds
from nnjax.model.document import network_parts
from nnjax.model.files import Networks
from nnjax.model.fit import fit_study
from nnjax.model.networks import median_epoch, plan_refit, refit, retrain_runs
from nnjax.model.origin import FitOptions
from nnjax.model.standalone import Model
from nnjax.report.best_cell import choose_best_cell
from nnjax.results.scores import with_scores
from nnjax.results.table import results_table
from nnjax.sweep.compilation_cache import cache_folder, enable_compilation_cache
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.progress import Progress
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import load_study
from nnjax.terminal import to_nobody

LEVELS = ("0.8", "0.9", "0.95")
MEMBERS = 3
ONE = 'activation = ["relu"]'
MANY = 'activation = ["relu", "tanh"]\ndepth = [1, 2]\nl2 = [0.0, 0.01, 0.1]\nlearning_rate = [0.003, 0.01, 0.03]'
"""Levels of the factors: a single cell, or 36."""

Draw = Callable[[np.random.Generator], tuple[pd.DataFrame, pd.DataFrame]]
"""-> rows for the sweep, and rows that are held out."""


@dataclass(frozen=True)
class Source:
    """Where rows come from, and how they are swept.

    Attributes:
        meaning: What is awkward about it.
        draw: Its rows; `y` is predicted.
        cells: The studied factors.
        splits: Of the study's `[replicates]`.
        batch_size: Of the networks.
        extra: More of `[fixed]`.
        times: How many times as many hold-outs it takes, since its coverage differs more from one to the next.
    """

    meaning: str
    draw: Draw
    cells: str = ONE
    splits: str = "splits = 5\ntest_share = 0.2"
    batch_size: int = 32
    extra: str = ""
    times: int = 1


def study_text(source: Source, task: str, seed: int) -> str:
    """The study of a hold-out."""
    return f"""question = "How often do intervals hold?"
[data]
file = "rows.parquet"
target = "y"
task = "{task}"
[replicates]
{source.splits}
base_seed = {seed}
[studied]
{source.cells}
[fixed]
width = 16
epochs = 30
batch_size = {source.batch_size}
optimizer = "adam"
initializer = "auto"
{"" if "learning_rate" in source.cells else "learning_rate = 0.01"}
{source.extra}
"""


# ---- sources ----


def _parted(frame: pd.DataFrame, rows: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    shuffled = rng.permutation(len(frame))
    return frame.iloc[shuffled[:rows]], frame.iloc[shuffled[rows:]]


def built_in(name: str, rows: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table that is built in: so many rows are swept, the others held out."""
    table = load_table(name)
    frame = pd.DataFrame(table.features, columns=[f"x{number}" for number in range(table.features.shape[1])])
    labels = table.labels
    y = table.target[:, 0] if labels is None else np.array(table.class_names)[labels]
    return _parted(frame.assign(y=y), rows, rng)


def drawn(
    make: Callable[[NDArray[np.float64], np.random.Generator], Any], rows: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fresh rows of four inputs, half of them of no use, from a function of them; 1,000 held out."""
    x = rng.random((rows + 1000, 4))
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"]).assign(y=make(x, rng))
    return frame.iloc[:rows], frame.iloc[rows:]


def _wave(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sin(6 * x[:, 0]) + 2 * x[:, 1])


def growing_noise(x: NDArray[np.float64], rng: np.random.Generator) -> Any:
    """Noise that grows twentyfold."""
    return _wave(x) + (0.1 + 1.9 * x[:, 2]) * rng.standard_normal(len(x))


def heavy_tails(x: NDArray[np.float64], rng: np.random.Generator) -> Any:
    """Noise without a variance."""
    return _wave(x) + 0.5 * rng.standard_t(2, len(x))


def counts(x: NDArray[np.float64], rng: np.random.Generator) -> Any:
    """Counts: small, tied, skewed."""
    return rng.poisson(np.exp(_wave(x) / 2)).astype(float)


def rare_class(x: NDArray[np.float64], rng: np.random.Generator) -> Any:
    """Three classes, one of them rare."""
    noisy = _wave(x) + 0.5 * rng.standard_normal(len(x))
    return np.array(["low", "middle", "top"])[np.digitize(noisy, [1.0, 2.5])]


def nothing_to_learn(x: NDArray[np.float64], rng: np.random.Generator) -> Any:
    """Inputs say nothing, 36 cells."""
    return rng.standard_normal(len(x))


def mixed(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Words, gaps and dates."""
    n = 700
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 366, n), unit="D")
    town, x = rng.choice(["north", "south", "east", "west"], n, p=[0.4, 0.3, 0.2, 0.1]), rng.random(n)
    y = 2 * x + (town == "south") + np.cos(days.day_of_year / 58) + 0.4 * rng.standard_normal(n)
    gaps = np.where(rng.random(n) < 0.15, np.nan, x)
    frame = pd.DataFrame({"day": days, "town": town, "x": gaps, "y": y})
    return frame.iloc[:200], frame.iloc[200:]


def persons(groups: int, is_told_by_size: bool, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Persons of 2 to 20 rows, each with an own level, which may vary with the number of rows; 100 are held out."""
    every = np.arange(2, 21)  # the same sizes in every hold-out, and so the same programs
    sizes = np.concatenate([rng.permutation(np.resize(every, groups)), rng.permutation(np.resize(every, 100))])
    person = np.repeat(np.arange(len(sizes)), sizes)
    own = rng.standard_normal(len(sizes)) * (0.1 * sizes if is_told_by_size else 1.0)
    x = rng.random((len(person), 2))
    y = 2 * x[:, 0] + own[person] + 0.3 * rng.standard_normal(len(person))
    frame = pd.DataFrame({"person": person, "a": x[:, 0], "b": x[:, 1], "y": y})
    return frame[person < groups], frame[person >= groups]


def men(folder: Path, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Wages of 545 men in eight years, of whom 150 are swept."""
    from public_tables import fetch, panel

    frame = panel(fetch(folder / "packages")).rename(columns={"nr": "person", "wage": "y"})
    numbers = frame[["person", "school", "exper", "y"]]
    chosen = rng.permutation(numbers["person"].unique())
    return numbers[numbers["person"].isin(chosen[:150])], numbers[numbers["person"].isin(chosen[150:])]


FIVE_SEEDS = "splits = 5\ntest_share = 0.2\nseeds_per_split = 5"
BY_GROUP = 'method = "group_k_fold"\ngroups = "person"\nfolds = 5\nsplits = 5'
ONE_OUT = 'method = "leave_one_group_out"\ngroups = "person"'
FILLED = 'missing_values = "median"\ndate_columns = "parts"'

QUICK = ["diabetes", "growing noise", "rare class", "persons"]


def sources(public: Path | None) -> dict[str, Source]:
    """Name -> source; with the folder of the public tables one more."""
    more = {} if public is None else {"men": Source(str(men.__doc__), partial(men, public), splits=BY_GROUP)}
    return {**SOURCES, **more}


SOURCES = {
    "diabetes": Source("442 patients", partial(built_in, "diabetes", 300), MANY),
    "friedman": Source("a sine of a product, ten inputs", partial(built_in, "friedman_1", 200)),
    "five seeds": Source("the same, five networks a fold", partial(built_in, "friedman_1", 200), splits=FIVE_SEEDS),
    "growing noise": Source(str(growing_noise.__doc__), partial(drawn, growing_noise, 200)),
    "heavy tails": Source(str(heavy_tails.__doc__), partial(drawn, heavy_tails, 200)),
    "counts": Source(str(counts.__doc__), partial(drawn, counts, 150)),
    "few rows": Source(
        "24 rows, 36 cells to choose from", partial(drawn, growing_noise, 24), MANY, batch_size=8, times=2
    ),
    "nothing": Source(str(nothing_to_learn.__doc__), partial(drawn, nothing_to_learn, 60), MANY),
    "mixed": Source(str(mixed.__doc__), mixed, extra=FILLED),
    "iris": Source("three flowers, 100 of 150", partial(built_in, "iris", 100), MANY),
    "tumours": Source("two classes, easily told apart", partial(built_in, "breast_cancer", 250)),
    "rare class": Source(str(rare_class.__doc__), partial(drawn, rare_class, 300), MANY),
    "persons": Source("40 persons of 2 to 20 rows", partial(persons, 40, False), splits=BY_GROUP, times=3),
    "told by size": Source("persons with more rows vary more", partial(persons, 40, True), splits=BY_GROUP, times=3),
    "one left out": Source("20 persons, a fold each", partial(persons, 20, False), splits=ONE_OUT, times=3),
}


# ---- a hold-out ----


@dataclass(frozen=True)
class HoldOut:
    """What became of the held-out rows of one hold-out, one number a level; NaN where there are too few units for it.

    Attributes:
        inside: Share of them inside; of groups the mean of the groups' shares.
        width: Mean width, in standard deviations of the held-out target; of sets, classes.
        proven: The level that is proven.
        measured: With the choice inside, by the swept rows alone.
    """

    inside: list[float]
    width: list[float]
    proven: list[float]
    measured: list[float]


def hold_out(source: Source, home: Path, number: int, with_folder: bool) -> HoldOut:
    """Sweep, fit, predict."""
    swept, held = source.draw(np.random.default_rng([number, 19]))
    swept.to_parquet(home / "rows.parquet", index=False)
    task = "regression" if swept["y"].dtype.kind == "f" else "classification"
    (home / "study.toml").write_text(study_text(source, task, number))
    space = expand(load_study(home / "study.toml"))
    run_sweep(space, home, "serial")
    fitted = fit_in_memory(space, Journal(home))
    if with_folder:
        check_folder(space, home, fitted.model, held)
    spread = float(held["y"].std()) if task == "regression" else 1.0
    units = (held["person"] if "person" in held else pd.Series(np.arange(len(held)))).to_numpy()
    inside, width = [], []
    for level, proven in zip(LEVELS, fitted.proven, strict=True):
        if np.isnan(proven):
            inside.append(np.nan)
            width.append(np.nan)
            continue
        is_inside, widths = judge(fitted.model.predict(held.drop(columns="y"), level), held["y"].to_numpy())
        inside.append(float(pd.Series(is_inside).groupby(units).mean().mean()))
        width.append(float(widths.mean()) / spread)
    return HoldOut(inside, width, fitted.proven, fitted.measured)


def judge(found: dict[str, NDArray[Any]], y: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each row was inside [N], and how wide its interval is, or how many classes its set has [N]."""
    if "lower" in found:
        return (found["lower"] <= y) & (y <= found["upper"]), found["upper"] - found["lower"]
    sets = {name.removeprefix("in_set_"): column for name, column in found.items() if name.startswith("in_set_")}
    is_inside = np.array([bool(sets[each][row]) for row, each in enumerate(y)])
    return is_inside, np.sum([*sets.values()], axis=0).astype(np.float64)


@dataclass(frozen=True)
class Fitted:
    """A model in memory; what is proven at each level, and what its sweep measures."""

    model: Model
    proven: list[float]
    measured: list[float]


def fit_in_memory(space: Space, journal: Journal) -> Fitted:
    """A model as `nnjax fit` makes it, without baselines, importance and files."""
    results = with_scores(results_table(space, journal), space.study.judged)
    chosen = choose_cell(space, results, choose_best_cell(results))
    runs = retrain_runs(space, chosen.cell, journal, to_nobody)
    plan = plan_refit(space, chosen.cell, median_epoch(runs))
    networks = Networks(runs, plan, refit(space, plan, MEMBERS, to_nobody))
    ensemble, folds, arrays = networks.tensors()
    document = {
        **network_parts(space, plan),
        "threshold": None,
        "ensemble": ensemble,
        "folds": folds,
        "preparations": [each.document for each in networks.preparations(space)],
        "intervals": None,
    }
    columns = np.column_stack([column.values for column in table_columns(space.table)])
    scored = [score_folds(space, Model(document, arrays), columns, level) for level in LEVELS]
    proven = [np.nan if each.intervals is None else float(each.intervals["proven"] or 0) for each in scored]
    found = [coverage_of_folds(space, journal, Fraction(level)) for level in LEVELS]
    measured = [np.nan if isinstance(each, str) else float(each.coverage[0]) for each in found]
    return Fitted(Model(document | {"intervals": scored[0].intervals}, arrays | scored[0].arrays), proven, measured)


def check_folder(space: Space, home: Path, model: Model, held: pd.DataFrame) -> None:
    """See that the folder that `nnjax fit` writes predicts the same.

    Raises:
        AssertionError: It does not.
    """
    rows = held.drop(columns="y")
    options = FitOptions(members=MEMBERS, level=Fraction(LEVELS[0]))
    folder = fit_study(space, home, options, Progress()).folder
    found, expected = Model.load(folder).predict(rows), model.predict(rows)
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[name], expected[name]) for name in found), f"{folder} predicts otherwise"


# ---- the table ----


def measure(name: str, holdouts: int, public: Path | None, with_folder: bool) -> tuple[list[HoldOut], float]:
    """All hold-outs of a source, and the seconds that they took."""
    warnings.simplefilter("ignore")
    began, source = time.monotonic(), sources(public)[name]
    with tempfile.TemporaryDirectory() as home, threadpool_limits(1):
        enable_compilation_cache(cache_folder(Path(home)))
        found = [
            hold_out(source, Path(home), number, with_folder and number == 0)
            for number in range(holdouts * source.times)
        ]
    return found, time.monotonic() - began


def lines(name: str, source: Source, found: Sequence[HoldOut]) -> Iterator[tuple[str, bool]]:
    """A line a level, and whether the level is missed by more than three standard errors."""
    for place, level in enumerate(LEVELS):
        inside = np.array([each.inside[place] for each in found])
        told = name if place == 0 else source.meaning[:34] if place == 1 else ""
        if np.isnan(inside).any():
            yield f"{told:<34} {level:>5}  too few units", False
            continue
        mean, error = inside.mean(), inside.std(ddof=1) / len(inside) ** 0.5
        width, proven, measured = (
            float(np.mean([getattr(each, what)[place] for each in found])) for what in ("width", "proven", "measured")
        )
        is_below = mean < float(level) - 3 * error
        numbers = f"{mean:.3f} ± {error:.3f}  {proven:>6.3f}  {measured:>8.3f}  {width:>6.2f}"
        yield f"{told:<34} {level:>5}  {numbers}  {'BELOW' if is_below else ''}".rstrip(), is_below


def main() -> None:
    """Print a line a source and level."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--holdouts", type=int, default=20, help="hold-outs of a source (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="four sources, six hold-outs, no folders")
    parser.add_argument("--only", nargs="+", help="some of the sources")
    parser.add_argument("--public", type=Path, help="the folder that public_tables.py --folder has filled")
    parser.add_argument("--processes", type=int, default=2, help="sources side by side (default: %(default)s)")
    options = parser.parse_args()
    every = sources(options.public)
    names = options.only or (QUICK if options.quick else list(every))
    holdouts = 6 if options.quick else options.holdouts
    work = partial(measure, holdouts=holdouts, public=options.public, with_folder=not options.quick)
    print(f"{'':<34} level  inside           proven  measured   width   of {holdouts} hold-outs or more\n", flush=True)
    below = 0
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        for name, (found, seconds) in zip(names, pool.map(work, names), strict=True):
            for line, is_below in lines(name, every[name], found):
                print(line, flush=True)
                below += is_below
            print(f"{'':<34} {len(found)} hold-outs, {seconds:.0f} s\n", flush=True)
    print(f"{below} below the level by more than three standard errors")


if __name__ == "__main__":
    main()
