"""Whether the estimators' numbers are scikit-learn's: weights after five epochs, scores of a search over many seeds.

First: from the same seed, hence the same first weights and the same order of the rows, both estimators train five
epochs on standardised float32 data; shown is how far their weights are apart. Second: a search of two candidates on the
same splits, by both engines, over many seeds; shown is the interval of the mean difference of R².

    python benchmarks/same_numbers.py [--seeds 200]
"""

import argparse
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neural_network import MLPRegressor as Theirs
from sklearn.preprocessing import scale

from nnjax.estimators import MLPRegressor, VectorizedSearchCV

QUANTILES = (0.5, 0.9, 0.99, 1.0)


def diabetes() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Standardised, float32."""
    x, y = load_diabetes(return_X_y=True)
    return scale(x).astype(np.float32), scale(y).astype(np.float32)


def weight_differences(activation: str, solver: str, seeds: int, is_hard: bool = False) -> NDArray[np.float64]:
    """The largest absolute difference of a weight or bias, a seed; if hard, of two outputs and weighted rows."""
    x, y = diabetes()
    weights = None
    if is_hard:
        y, weights = np.c_[y, np.abs(y)], np.random.default_rng(0).integers(0, 5, len(y))
    given: dict[str, Any] = {"activation": activation, "solver": solver, "max_iter": 5, "batch_size": 32}
    largest = []
    for seed in range(seeds):
        ours, theirs = (make(random_state=seed, **given).fit(x, y, weights) for make in (MLPRegressor, Theirs))
        pairs = zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True)
        largest.append(max(float(np.abs(a - b).max()) for a, b in pairs))
    return np.asarray(largest)


def score_differences(seeds: int) -> NDArray[np.float64]:
    """Ours minus theirs: the mean test R² of every candidate of a search, its splits by the same seed [seeds, 2]."""
    x, y = diabetes()
    grid = {"activation": ["relu", "tanh"]}
    given: dict[str, Any] = {"hidden_layer_sizes": (20,), "batch_size": 32, "max_iter": 60, "learning_rate_init": 0.01}
    differences = []
    for seed in range(seeds):
        folds = KFold(5, shuffle=True, random_state=seed)
        ours = VectorizedSearchCV(MLPRegressor(random_state=seed, **given), grid, cv=folds, refit=False, n_jobs=2)
        theirs = GridSearchCV(Theirs(random_state=seed, **given), grid, cv=folds, refit=False, n_jobs=2)
        scores = [each.fit(x, y).cv_results_["mean_test_score"] for each in (ours, theirs)]
        differences.append(scores[0] - scores[1])
    return np.asarray(differences)


def main(seeds: int) -> None:
    """Print both comparisons."""
    warnings.simplefilter("ignore")  # five epochs do not converge
    print("largest difference of a weight after 5 epochs: quantiles over 20 seeds", QUANTILES)
    for activation in ("tanh", "relu"):
        for solver in ("sgd", "adam"):
            for is_hard in (False, True):
                found = np.quantile(weight_differences(activation, solver, 20, is_hard), QUANTILES)
                what = "two outputs, weighted" if is_hard else "one output"
                print(f"{activation:5} {solver:5} {what:21}", " ".join(f"{value:.1e}" for value in found))
    differences = score_differences(seeds)
    for name, each in zip(("relu", "tanh"), differences.T, strict=True):
        mean, error = each.mean(), each.std(ddof=1) / np.sqrt(len(each))
        low, high = stats.t.interval(0.95, len(each) - 1, mean, error)
        print(f"{name}: R2 ours - theirs over {len(each)} seeds: {mean:+.5f} [{low:+.5f}, {high:+.5f}]")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    main(parser.parse_args().seeds)
