"""What a person waits for: this checkout beside another one, and beside the loop that most people write.

    python benchmarks/waiting.py --before PATH [--rounds 3] [--only plan "quick, cold"] [--default] [--whole]
                                 [--lecture] [--loop] [--set KEY=VALUE] [--also KEY=VALUE]

Each row is a command of both checkouts in turn, round after round, in homes and caches of their own; both are run by
this interpreter. A command that is not to be cold is run once before, which nobody times: then bytecode and all that it
keeps for the next time are there in the first round, too. Wall seconds, medians; CPU seconds of the whole tree of
processes beside them, since those hardly notice what else the machine does, and the most memory that one of them held.
With --also the last column is this checkout again, its studies changed so: other kernels, for example.

With --default the default study is prepared with few epochs: what is waited for there depends on its runs, not on
those. With --whole it is trained as it stands, with nothing in any cache: minutes a round and checkout. With --lecture
its sweeps' own records are read afterwards: what compiling and training took, summed over threads.

The plain loop trains the quick study's runs by scikit-learn under joblib: the same splits, scaling, layers, batches,
epochs, rates and penalties, a `log_metric` of training loss and validation R² an epoch, one figure. It does not watch
gradients, choose an epoch, keep a journal, go on after a kill, compare with baselines, or compute an interval.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnjax.data.scaling import ScaledSplit
    from nnjax.sweep.space import Run

HERE = Path(__file__).parents[1]
QUICK, DEFAULT = "experiments/quick.toml", "experiments/diabetes.toml"
FEW_EPOCHS = "epochs=5"
LOOP_WORKERS = 2


@dataclass(frozen=True)
class Spent:
    """Wall and CPU seconds of a command, its children's among the latter; megabytes of the largest of its processes."""

    wall: float
    cpu: float
    megabytes: float


@dataclass(frozen=True)
class Checkout:
    """A build with a home and caches that nobody else uses, and what it changes of each study."""

    path: Path
    folder: Path
    changes: tuple[str, ...] = ()

    @property
    def home(self) -> Path:
        """Its home folder."""
        return self.folder / "home"

    def run(self, *words: str) -> Spent:
        """Wait for a command of nnjax."""
        changes = [word for change in self.changes for word in ("--set", change)] if len(words) > 1 else []
        words = ("--home", str(self.home), *words, *changes)
        return wait([sys.executable, "-m", "nnjax.cli", *words], self.path, self.folder)

    def forget(self, *, programs: bool) -> None:
        """Empty the home, of compiled programs only where that is asked for."""
        for path in self.home.iterdir() if self.home.is_dir() else ():
            if programs or path.name != ".cache":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        if programs:
            shutil.rmtree(self.folder / "caches", ignore_errors=True)


@dataclass(frozen=True)
class Row:
    """A line of the table: what is waited for, and what is done before it, which nobody times."""

    name: str
    command: tuple[str, ...]
    prepare: Callable[[Checkout], object] = lambda checkout: None
    is_cold: bool = False


def wait(command: list[str], place: Path, folder: Path) -> Spent:
    """Run a command to its end.

    Raises:
        RuntimeError: It failed.
    """
    usual = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    fonts = {"MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR") or str(Path(usual, "matplotlib"))}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | fonts | {"PYTHONPATH": str(place), "XDG_CACHE_HOME": str(folder / "caches")}
    with tempfile.TemporaryFile() as told:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=place, env=environment, stdout=told, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)  # it has waited for its own children: theirs is in what it used
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            told.seek(0)
            words = told.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{words}")
    return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6)


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """The table's lines, in an order in which each finds what it needs."""
    yield Row("quick, cold", ("sweep", QUICK), lambda build: build.forget(programs=True), is_cold=True)
    yield Row("quick, programs cached", ("sweep", QUICK), forget_quick)
    yield Row("quick, nothing to do", ("sweep", QUICK), prepare_quick)
    yield Row("plan, swept before", ("plan", QUICK))
    yield Row("plan, new home", ("plan", QUICK), lambda build: build.forget(programs=False))
    if options.default:
        study = (DEFAULT, "--set", FEW_EPOCHS)
        yield Row("default, nothing to do", ("sweep", *study), lambda build: prepare_default(build, study))
        yield Row("default, changed report", ("report", *study), forget_reports)
    if options.whole:
        yield Row("default, cold", ("sweep", DEFAULT), prepare_whole, is_cold=True)
    if options.lecture:
        yield Row("lecture", ("lecture",), lambda build: build.forget(programs=True), is_cold=True)


def prepare_quick(build: Checkout) -> None:
    """Have the quick study trained, tracked and reported."""
    if not (build.home / "reports" / "quick").is_dir():
        build.run("sweep", QUICK)


def forget_quick(build: Checkout) -> None:
    """Have its programs, and nothing else."""
    prepare_quick(build)
    build.forget(programs=False)


def prepare_default(build: Checkout, study: tuple[str, ...]) -> None:
    """Have the default study trained, tracked and reported."""
    if not (build.home / "reports" / "diabetes").is_dir():
        build.run("sweep", *study)


def prepare_whole(build: Checkout) -> None:
    """Have bytecode, and nothing else."""
    build.run("plan", DEFAULT)
    build.forget(programs=True)


def forget_reports(build: Checkout) -> None:
    """So that the next one is written anew."""
    shutil.rmtree(build.home / "reports", ignore_errors=True)


def measure(row: Row, builds: list[Checkout], rounds: int) -> list[list[Spent]]:
    """All builds in turn, round after round: one list a build."""
    for build in () if row.is_cold else builds:
        row.prepare(build)
        build.run(*row.command)
    spent: list[list[Spent]] = [[] for _ in builds]
    for _ in range(rounds):
        for build, seen in zip(builds, spent, strict=True):
            row.prepare(build)
            seen.append(build.run(*row.command))
    return spent


def describe(name: str, spent: list[list[Spent]]) -> str:
    """A line of the table: what each took, and how many times as fast each is as the first, by wall and by CPU."""
    medians = [
        Spent(*(statistics.median(getattr(one, of.name) for one in each) for of in fields(Spent))) for each in spent
    ]
    told = "".join(f"{each.wall:>9.1f} {each.cpu:>8.1f} {each.megabytes:>6.0f}" for each in medians)
    first = medians[0]
    times = "".join(f"{first.wall / each.wall:>9.2f} {first.cpu / each.cpu:>7.2f}" for each in medians[1:])
    return f"{name:<24}{told}{times}"


def describe_records(builds: list[Checkout]) -> str:
    """A line beside the table: thread seconds of compiling and training in all records, and how many times as fast."""
    spent = []
    for build in builds:
        records = [json.loads(path.read_text("utf-8")) for path in (build.home / "journal" / "sweeps").glob("*.json")]
        spent.append(tuple(sum(each["seconds"][stage] for each in records) for stage in ("compile", "train")))
    told = ", ".join(f"{compiled:.1f} + {trained:.1f}" for compiled, trained in spent)
    times = "".join(f"{sum(spent[0]) / sum(each):>9.2f}" for each in spent[1:])
    return f"  compiling + training, thread seconds: {told}{times}"


def train_by_a_plain_loop(folder: Path) -> None:
    """The loop that most people write."""
    import matplotlib as mpl
    import mlflow
    from sklearn.utils.parallel import Parallel, delayed

    from nnjax.data.scaling import scale_split
    from nnjax.sweep.space import expand
    from nnjax.sweep.study.study import load_study

    mpl.use("svg")
    import matplotlib.pyplot as plt

    space, store = expand(load_study(QUICK)), f"sqlite:///{folder / 'mlflow.db'}"
    scaled = [scale_split(space.table, split) for split in space.splits]
    mlflow.set_tracking_uri(store)
    mlflow.set_experiment("quick")  # here: of two workers that made the store at once, one would fail
    todo = (delayed(train_one)(store, run, scaled[run.replicate.split]) for run in space.runs)
    scores = Parallel(n_jobs=LOOP_WORKERS)(todo)
    figure, axes = plt.subplots()
    for name in dict.fromkeys(run.cell.label for run in space.runs):
        own = [score for score, run in zip(scores, space.runs, strict=True) if run.cell.label == name]
        axes.plot(range(len(own)), own, label=name)
    axes.set(xlabel="split", ylabel="test R²")
    axes.legend()
    figure.savefig(folder / "scores.svg")


def train_one(store: str, run: "Run", split: "ScaledSplit") -> float:
    """One run of the quick study by scikit-learn, told to MLflow epoch by epoch: its test R²."""
    import mlflow
    from sklearn.neural_network import MLPRegressor

    chosen = run.cell.configuration
    mlflow.set_tracking_uri(store)
    mlflow.set_experiment("quick")
    network = MLPRegressor(
        hidden_layer_sizes=chosen.hidden_layer_sizes,
        activation=str(chosen.activation),
        batch_size=chosen.batch_size,
        alpha=chosen.l2 * chosen.batch_size,  # scikit-learn divides its penalty by the rows of a batch
        learning_rate_init=chosen.learning_rate,
        random_state=run.replicate.seed,
    )
    with mlflow.start_run(run_name=run.cell.label):
        mlflow.log_params({"cell": run.cell.label, "split": run.replicate.split})
        for epoch in range(chosen.epochs):
            network.partial_fit(split.x_train, split.y_train.ravel())
            mlflow.log_metric("train_loss", network.loss_, step=epoch)
            mlflow.log_metric("validation_r2", network.score(split.x_validation, split.y_validation), step=epoch)
        score = float(network.score(split.x_test, split.y_test))
        mlflow.log_metric("test_r2", score)
    return score


def measure_loop(folder: Path, rounds: int) -> Iterator[tuple[str, list[Spent]]]:
    """The loop with an empty store, and again with the one that it has filled."""
    command = [sys.executable, str(Path(__file__).resolve()), "--plain-loop", str(folder / "loop")]
    cold, warm = [], []
    for _ in range(rounds):
        shutil.rmtree(folder / "loop", ignore_errors=True)
        (folder / "loop").mkdir()
        cold.append(wait(command, HERE, folder))
        warm.append(wait(command, HERE, folder))
    yield "plain loop, cold", cold
    yield "plain loop, again", warm


def main() -> None:
    """Print the table, a line as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, help="another checkout of nnjax, to compare this one with")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", metavar="ROW", help="rows of the table; all those that are asked for")
    parser.add_argument("--default", action="store_true", help="the default study, too: minutes to prepare")
    parser.add_argument("--whole", action="store_true", help="the default study as it stands, too, nothing cached")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of every study")
    parser.add_argument("--also", action="append", default=[], metavar="KEY=VALUE", help="this checkout again, changed")
    parser.add_argument("--lecture", action="store_true", help="the lecture's studies, too: half an hour a round")
    parser.add_argument("--loop", action="store_true", help="the plain loop, too")
    parser.add_argument("--plain-loop", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain_loop:
        train_by_a_plain_loop(options.plain_loop)
        return
    kinds: list[tuple[Path, list[str]]] = [(options.before.resolve(), [])] if options.before else []
    kinds += [(HERE, []), *([(HERE, options.also)] if options.also else [])]
    with tempfile.TemporaryDirectory() as name:
        builds = [
            Checkout(path, Path(name, str(number)), (*options.set, *changes))
            for number, (path, changes) in enumerate(kinds)
        ]
        for build in builds:
            build.home.mkdir(parents=True)
        columns = f"{'wall':>9} {'cpu':>8} {'MB':>6}" * len(builds) + f"{'wall':>9} {'cpu':>7}" * (len(builds) - 1)
        print(f"{'seconds':<24}{columns}{' times as fast' if len(builds) > 1 else ''}")
        for row in rows(options):
            if not options.only or row.name in options.only:
                print(describe(row.name, measure(row, builds, options.rounds)), flush=True)
                if row.name == "lecture":
                    print(describe_records(builds), flush=True)
        for title, spent in measure_loop(Path(name), options.rounds) if options.loop else ():
            print(describe(title, [spent]), flush=True)


if __name__ == "__main__":
    main()
