"""What was watched of every layer, epoch after epoch, as arrays and as a tidy table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

History = Mapping[str, NDArray[np.float64]]
"""Measure -> its values [E, layers]; of hidden layers alone where there is nothing to say of the output layer."""


def continued(before: History, later: History) -> dict[str, NDArray[np.float64]]:
    """The history of two fits one after the other.

    >>> continued({"grad_norm": np.ones((2, 1))}, {"grad_norm": np.zeros((1, 1))})["grad_norm"].ravel().tolist()
    [1.0, 1.0, 0.0]
    """
    if set(before) != set(later):
        return dict(later)
    return {name: np.concatenate([before[name], values]) for name, values in later.items()}


def history_frame(history: History, layers: int) -> "pd.DataFrame":
    """One row an epoch and layer, both counted from 1; the last layer is the output's.

    >>> history_frame({"grad_norm": np.ones((1, 2)), "unit_dead": np.zeros((1, 1))}, 2)
       epoch  layer  grad_norm  unit_dead
    0      1      1        1.0        0.0
    1      1      2        1.0        NaN
    """
    epochs = max((len(values) for values in history.values()), default=0)
    columns: dict[str, NDArray[np.generic]] = {
        "epoch": np.repeat(np.arange(1, epochs + 1), layers),
        "layer": np.tile(np.arange(1, layers + 1), epochs),
    }
    for name, values in history.items():
        filled = np.full((epochs, layers), np.nan)
        filled[:, : values.shape[1]] = values
        columns[name] = filled.ravel()
    import pandas as pd

    return pd.DataFrame(columns)
