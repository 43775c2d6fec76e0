"""Data sets as tables of numbers: one reader a name, so that another data set is one more entry."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Table:
    """A regression data set, not yet split or scaled.

    Attributes:
        name: Name in study files.
        features: Inputs in their own units, float64 [N, D].
        target: What is predicted, in its own unit, float64 [N, 1].
        feature_names: One name a column of `features`.
        target_name: Name of the target, as axis labels show it.
        digest: sha256 over names, shapes and numbers; part of every run's identity.
    """

    name: str
    features: NDArray[np.float64]
    target: NDArray[np.float64]
    feature_names: tuple[str, ...]
    target_name: str
    digest: str


def make_table(
    name: str,
    features: NDArray[np.float64],
    target: NDArray[np.float64],
    feature_names: tuple[str, ...],
    target_name: str,
) -> Table:
    """A table with its digest, from arrays of any memory order.

    Args:
        name: Name in study files.
        features: Inputs [N, D].
        target: Target [N] or [N, 1].
        feature_names: D names.
        target_name: Name of the target.

    Returns:
        The table, its arrays read-only.

    Raises:
        ValueError: If shapes do not agree or a number is not finite.
    """
    features = np.array(features, dtype=np.float64, order="C")
    target = np.array(target, dtype=np.float64, order="C").reshape(-1, 1)
    if features.ndim != 2 or features.shape != (len(target), len(feature_names)):
        raise ValueError(f"{name}: features {features.shape} do not fit {len(target)} rows, {len(feature_names)} names")
    if not (np.isfinite(features).all() and np.isfinite(target).all()):
        raise ValueError(f"{name}: a feature or a target is not a finite number")
    digest = hashlib.sha256(repr((features.shape, feature_names, target_name)).encode())
    for array in (features, target):
        digest.update(array.astype("<f8").tobytes())
        array.setflags(write=False)
    return Table(name, features, target, feature_names, target_name, digest.hexdigest())


def read_diabetes() -> Table:
    """442 patients, 10 measurements, disease progression one year later.

    Source: Efron, Hastie, Johnstone, Tibshirani (2004), Least angle regression; scikit-learn's copy, unscaled.
    """
    from sklearn.datasets import load_diabetes  # here: workers need no reader, and its import takes seconds

    bunch = load_diabetes(scaled=False)
    return make_table("diabetes", bunch.data, bunch.target, tuple(bunch.feature_names), "disease progression")


TABLES: dict[str, Callable[[], Table]] = {"diabetes": read_diabetes}


@lru_cache(maxsize=8)
def load_table(name: str) -> Table:
    """The data set of that name, read once a process.

    Args:
        name: A key of `TABLES`.

    Returns:
        The table.

    Raises:
        KeyError: If there is no such data set.

    Example:
        >>> load_table("diabetes").features.shape
        (442, 10)
    """
    return TABLES[name]()
