"""A search that trains all candidates at once beside GridSearchCV over scikit-learn's MLP: the same 480 fits.

96 candidates (activation x alpha x learning rate x two shapes) on the same five folds, on two cores each, both
refitting the best. Every search runs in a process of its own, its imports inside its time; "cold" has no compiled
program and "warm" reads back what the cold one compiled; Python's own bytecode is there in either case, by a small
search of both before, which nobody times. Shown: seconds by the clock; CPU seconds of all its processes,
from their start to their end, which hardly notice what else the machine does; and the memory of the process that
searches (scikit-learn trains in others).

    python benchmarks/search_speed.py [--table diabetes|rows8000] [--batch-size 32|auto] [--rounds 1] [--candidates 96]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

N_JOBS = 2
ENGINES = ("scikit-learn", "nnjax")


SIZES = (2, 4, 8, 16, 32, 48, 64, 80, 96)
"""Numbers of candidates that a whole grid has."""


def grid(candidates: int) -> dict[str, list[Any]]:
    """So many candidates, one of `SIZES`: of the full 96 fewer penalties, then fewer rates of one activation."""
    rates, shapes = [1e-3, 3e-3, 1e-2, 3e-2], [(50,), (50, 50)]
    penalties = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1][: max(1, candidates // 16)]
    if candidates < 16:
        return {"learning_rate_init": rates[: candidates // 2], "hidden_layer_sizes": shapes}
    activations = ["relu", "tanh"]
    return {"activation": activations, "learning_rate_init": rates, "hidden_layer_sizes": shapes, "alpha": penalties}


def search(engine: str, table: str, batch_size: str, candidates: int) -> None:
    """One search in this process; prints what it came to as JSON."""
    began = time.perf_counter()
    import warnings

    import numpy as np
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import GridSearchCV, KFold
    from sklearn.preprocessing import scale

    warnings.simplefilter("ignore")  # of 480 fits some do not converge
    os.environ["PYTHONWARNINGS"] = "ignore"
    if table == "diabetes":
        x, y = load_diabetes(return_X_y=True)
    else:
        generator = np.random.default_rng(0)
        x = generator.standard_normal((8000, 10))
        y = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.5 * generator.standard_normal(8000)
    x, y = scale(x).astype(np.float32), scale(y).astype(np.float32)
    size = batch_size if batch_size == "auto" else int(batch_size)
    given: dict[str, Any] = {"batch_size": size, "max_iter": 200, "random_state": 0}
    folds = KFold(5, shuffle=True, random_state=0)
    if engine == "nnjax":
        from nnjax.estimators import MLPRegressor, VectorizedSearchCV

        found = VectorizedSearchCV(MLPRegressor(**given), grid(candidates), cv=folds, n_jobs=N_JOBS).fit(x, y)
    else:
        from sklearn.neural_network import MLPRegressor as Theirs

        found = GridSearchCV(Theirs(**given), grid(candidates), cv=folds, n_jobs=N_JOBS).fit(x, y)
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "megabytes": used.ru_maxrss / 1000,
                "best": float(found.best_score_),
                "mean": float(np.mean(found.cv_results_["mean_test_score"])),
            }
        )
    )


def measured(engine: str, arguments: argparse.Namespace, caches: Path) -> dict[str, float]:
    """A search in a process of its own, with these caches."""
    command = [sys.executable, __file__, "--engine", engine, "--table", arguments.table]
    command += ["--batch-size", arguments.batch_size, "--candidates", str(arguments.candidates)]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"XDG_CACHE_HOME": str(caches)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)  # of children's children, too, since those were waited for
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result | {"cpu": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime}


def compare(arguments: argparse.Namespace) -> None:
    """All searches in turns, every other round the other way round; medians, and the range of ratios."""
    results: dict[str, list[dict[str, float]]] = {}
    for engine in ENGINES:
        with tempfile.TemporaryDirectory() as folder:
            measured(engine, argparse.Namespace(**vars(arguments) | {"candidates": 2}), Path(folder))
    for number in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            turns = [("nnjax, cold", "nnjax"), ("nnjax, warm", "nnjax"), ("scikit-learn", "scikit-learn")]
            for name, engine in turns if number % 2 == 0 else [turns[2], *turns[:2]]:
                results.setdefault(name, []).append(measured(engine, arguments, Path(folder)))
                print(f"{name}: {results[name][-1]}", file=sys.stderr, flush=True)
    print(f"{arguments.table}, batch_size={arguments.batch_size}, {arguments.candidates} candidates, 5 folds")
    print(
        f"{'':14} {'seconds':>8} {'ratio':>6} {'(range)':>15} {'CPU s':>7} {'ratio':>6} "
        f"{'MB':>6} {'best R2':>8} {'mean R2':>8}"
    )
    for name, found in results.items():
        median = {key: statistics.median(each[key] for each in found) for key in found[0]}
        pairs = list(zip(results["scikit-learn"], found, strict=True))
        ratios = sorted(theirs["seconds"] / ours["seconds"] for theirs, ours in pairs)
        cpu_ratio = statistics.median(theirs["cpu"] / ours["cpu"] for theirs, ours in pairs)
        spread = f"({ratios[0]:5.2f} - {ratios[-1]:5.2f})"
        print(
            f"{name:14} {median['seconds']:8.1f} {statistics.median(ratios):6.2f} {spread} {median['cpu']:7.1f} "
            f"{cpu_ratio:6.2f} {median['megabytes']:6.0f} "
            f"{median['best']:8.3f} {median['mean']:8.3f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", choices=("diabetes", "rows8000"), default="diabetes")
    parser.add_argument("--batch-size", default="32")
    parser.add_argument("--candidates", type=int, choices=SIZES, default=96)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--engine", choices=ENGINES)
    given = parser.parse_args()
    if given.engine:
        search(given.engine, given.table, given.batch_size, given.candidates)
    else:
        compare(given)
