"""What a search promises of ties, though its best candidate was picked by the scores that it is judged by.

Two kinds of searches of which the truth is known. *Exact*: scores of a normal model in which two splits of a table
correlate by their share of test rows; the truth is that all candidates are equal, that one is better than all others,
or that they fall evenly, all with unequal spreads. *Real*: GridSearchCV over ridge regressions and nearest neighbours,
on fresh tables from a known source; what a candidate is worth is its mean score on new rows, over all tables. Counted:
searches whose tied set holds the truly best candidate, rows of `intervals_` that hold the true difference to the chosen
one, and intervals of the chosen one's own score that hold what it is worth; and how large the tied set is.

    python benchmarks/search_ties.py [--searches 300] [--tables 60]
"""

import argparse
import warnings
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification, make_friedman1
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import BaseCrossValidator, KFold, RepeatedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from nnjax.estimators import intervals

Searched = tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, int]]
"""Scores of candidates × splits, what each candidate is worth, training and test rows of a split."""

DRAWS = 4_000
"""Draws of a critical value: fewer than in earnest, for a mean over many searches."""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=300, help="exact searches a line (default: %(default)s)")
    parser.add_argument("--tables", type=int, default=60, help="real searches a line (default: %(default)s)")
    asked = parser.parse_args()
    intervals._DRAWS = DRAWS
    head = f"{'best tied':>10} {'row right':>10} {'score right':>12} {'share tied':>11}"
    print(f"{'exact':<34}{head}")
    for candidates in (4, 24, 96):
        for splits, folds in ((2, 2), (3, 3), (5, 5), (10, 10), (20, 5)):
            for truth in ("equal", "one better", "falling"):
                found = [judged(*each) for each in exact(truth, candidates, splits, folds, asked.searches)]
                print(f"{candidates:>3} on {splits:>2} splits, {truth:<15}  {shares(found)}", flush=True)
    print(f"\n{'real':<34}{head}")
    for source in ("friedman", "classes"):
        for cv in (KFold(5, shuffle=True), RepeatedKFold(n_splits=5, n_repeats=4)):
            found = [judged(*each) for each in real(source, cv, asked.tables)]
            print(f"{source}, {cv.get_n_splits():>2} splits{'':<14}  {shares(found)}", flush=True)


def judged(scores: NDArray[np.float64], worth: NDArray[np.float64], sizes: tuple[int, int]) -> list[float]:
    """Whether the truly best is tied, share of rows that are right, whether the own score is, share that is tied."""
    best = int(scores.mean(axis=1).argmax())
    results = {"params": [{}] * len(scores)} | {f"split{n}_test_score": column for n, column in enumerate(scores.T)}
    table = intervals.candidate_intervals(results, best, sizes)
    true = worth[best] - worth
    is_right = ((table["low"] <= true + 1e-12) & (true - 1e-12 <= table["high"])).drop(best)
    own = intervals.chosen_score(scores, best, sizes)
    is_own = own is not None and own.low <= worth[best] <= own.high
    return [float(table["is_tied"][worth.argmax()]), float(is_right.mean()), float(is_own), table["is_tied"].mean()]


def shares(found: list[list[float]]) -> str:
    """Means over searches, in percent."""
    tied, right, own, size = 100 * np.mean(found, axis=0)
    return f"{tied:>10.1f} {right:>10.1f} {own:>12.1f} {size:>11.0f}"


def exact(truth: str, candidates: int, splits: int, folds: int, searches: int) -> Iterator[Searched]:
    """Searches of the normal model, each candidate with a spread of its own."""
    random, share = np.random.default_rng(1000 * candidates + splits), 1 / folds
    worth = {
        "equal": np.zeros(candidates),
        "one better": np.r_[0.0, np.full(candidates - 1, -0.8)],
        "falling": -np.linspace(0.0, 4.0, candidates),
    }[truth]
    spread = np.exp(random.normal(0.0, 0.7, candidates))[:, None]
    for _ in range(searches):
        table = np.sqrt(share) * random.standard_normal((candidates, 1))
        own = np.sqrt(1 - share) * random.standard_normal((candidates, splits))
        yield worth[:, None] + spread * (table + own), worth, (folds - 1, 1)


def real(source: str, cv: BaseCrossValidator, tables: int) -> list[Searched]:
    """Searches on fresh tables of 200 rows; a fifth of them tests."""
    warnings.simplefilter("ignore")
    random, found, worth = np.random.default_rng(7), [], []
    n_test = 200 // 5
    for _ in range(tables):
        x, y = rows(source, random)
        x, y, new_x, new_y = x[:200], y[:200], x[200:], y[200:]
        each = candidates_of(source)
        cv.random_state = int(random.integers(2**31))
        found.append(np.array([cross_val_score(one, x, y, cv=cv) for one in each]))
        train = random.permutation(200)[n_test:]
        worth.append([one.fit(x[train], y[train]).score(new_x, new_y) for one in each])
    truth = np.mean(worth, axis=0)
    return [(scores, truth, (200 - n_test, n_test)) for scores in found]


def rows(source: str, random: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A table of 200 rows and 2,000 new ones from the same source."""
    seed = int(random.integers(2**31))
    if source == "friedman":
        x, y = make_friedman1(2200, noise=1.5, random_state=seed)
        return x, y
    # The source stays; its rows are drawn anew.
    x, y = make_classification(22_000, 8, n_informative=4, class_sep=0.6, flip_y=0.1, random_state=0)
    chosen = random.permutation(len(x))[:2200]
    return x[chosen], y[chosen]


def candidates_of(source: str) -> list[BaseEstimator]:
    """Twelve candidates, some alike and some far apart."""
    near = (1, 3, 5, 9, 15, 40)
    if source == "friedman":
        lines = [Ridge(alpha) for alpha in (0.01, 1.0, 3.0, 10.0, 30.0, 300.0)]
        return [*lines, *(KNeighborsRegressor(k) for k in near)]
    lines = [LogisticRegression(C=c) for c in (1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0)]
    return [*lines, *(KNeighborsClassifier(k) for k in near)]


if __name__ == "__main__":
    main()
