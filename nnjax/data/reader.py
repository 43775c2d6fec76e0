"""What the registry of data sets knows of one set, and what its reader returns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Task = Literal["regression", "classification"]


class Columns(NamedTuple):
    """The numbers of a data set and the names of its columns."""

    features: NDArray[np.float64]
    """Inputs in their own units [N, D]."""
    target: NDArray[np.float64]
    """Regression: outputs in their own units, [N] or [N, O]. Classification: class numbers 0 … K − 1, [N]."""
    feature_names: tuple[str, ...]
    """One name a column of `features`."""
    target_names: tuple[str, ...]
    """One name a column of `target`."""
    class_names: tuple[str, ...] = ()
    """One name a class; empty for regression."""


@dataclass(frozen=True)
class Reader:
    """A data set in the registry; it takes those of rows, noise and seed that have a default here.

    Attributes:
        name: Name in study files.
        task: "regression" or "classification".
        n_features: Columns before any polynomial is formed.
        read: Makes the columns; keywords are those of `defaults`, all of them.
        description: One line for a person.
        source: Where the numbers or the recipe come from.
        rows: Default number of rows; None if the set has a fixed number.
        noise: Default noise (its meaning is in the description); None if the set has none.
        seed: Default seed of the draw; None if nothing is drawn.
        fewest_rows: Smallest number of rows that can be asked for.
    """

    name: str
    task: Task
    n_features: int
    read: Callable[..., Columns]
    description: str
    source: str
    rows: int | None = None
    noise: float | None = None
    seed: int | None = None
    fewest_rows: int = 2

    @property
    def defaults(self) -> dict[str, int | float]:
        """The parameters that the set takes, with their defaults."""
        every = {"rows": self.rows, "noise": self.noise, "seed": self.seed}
        return {name: value for name, value in every.items() if value is not None}
