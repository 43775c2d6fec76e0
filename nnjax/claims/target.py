"""The epochs to the target of runs that were trained: the one door, where never and missing part."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.metrics import EPOCHS_TO_TARGET


def trained(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that are there, finished or diverged: a missing one says nothing about the target."""
    return runs[runs["status"] != "missing"]


def target_times(runs: pd.DataFrame) -> NDArray[np.float64]:
    """Epochs to the target, one number a run, of a table with status and epochs_to_target.

    Infinite where a trained run never reached the target (one that diverged never does), NaN where the run is missing.

    >>> status = ["finished", "finished", "diverged", "missing"]
    >>> runs = pd.DataFrame({"status": status, "epochs_to_target": [3.0, None, None, None]})
    >>> target_times(runs).tolist()
    [3.0, inf, inf, nan]
    """
    times = runs[EPOCHS_TO_TARGET].to_numpy(dtype=np.float64)
    is_missing = (runs["status"] == "missing").to_numpy()
    return np.where(is_missing, np.nan, np.where(np.isnan(times), np.inf, times))
