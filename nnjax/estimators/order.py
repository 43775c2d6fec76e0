"""The order of the rows as scikit-learn shuffles them: one running order, shuffled again before every epoch."""

import copy
import threading

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray
from sklearn.utils import shuffle

Orders = Int[NDArray[np.int32], "epochs rows"]


class RunningOrder:
    """The orders of all epochs, drawn as they are asked for; one object serves every training that draws alike.

    Args:
        random_state: What draws them, from a copy; None: the rows' own order, every time.
        n_rows: How many rows there are.

    >>> orders = RunningOrder(np.random.RandomState(0), 5)
    >>> orders.epochs(0, 2).tolist() == orders.epochs(0, 2).tolist()
    True
    """

    def __init__(self, random_state: np.random.RandomState | None, n_rows: int) -> None:
        self._random_state = copy.deepcopy(random_state)
        self._last = np.arange(n_rows, dtype=np.int32)
        self._drawn: list[NDArray[np.int32]] = []
        self._drawing = threading.Lock()

    def epochs(self, first: int, count: int) -> Orders:
        """The orders of epochs `first` …, counted from 0."""
        if self._random_state is None:
            return np.broadcast_to(self._last, (count, len(self._last)))
        with self._drawing:
            while len(self._drawn) < first + count:
                self._last = shuffle(self._last, random_state=self._random_state)
                self._drawn.append(self._last)
            return np.stack(self._drawn[first : first + count])


def advanced(random_state: np.random.RandomState, n_rows: int, epochs: int) -> np.random.RandomState:
    """A copy of the state as it is after so many epochs' orders were drawn."""
    after = copy.deepcopy(random_state)
    order = np.arange(n_rows)
    for _ in range(epochs):
        after.shuffle(order)
    return after
