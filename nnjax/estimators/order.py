"""The order of the rows as scikit-learn shuffles them: one running order, shuffled again before every epoch."""

import copy
import threading
from collections import deque

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

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
        self._drawn: deque[NDArray[np.int32]] = deque()
        self._n_forgotten = 0
        self._drawing = threading.Lock()

    def epochs(self, first: int, count: int, forgets: bool = False) -> Orders:
        """The orders of epochs `first` …, counted from 0; those before them are let go where nobody else needs any.

        Raises:
            IndexError: They were let go.
        """
        if self._random_state is None:
            return np.broadcast_to(self._last, (count, len(self._last)))
        with self._drawing:
            if first < self._n_forgotten:
                raise IndexError(f"epoch {first} was let go, the first that is left is {self._n_forgotten}")
            while self._n_forgotten + len(self._drawn) < first + count:
                places = np.arange(len(self._last))
                self._random_state.shuffle(places)  # as sklearn.utils.shuffle does
                self._last = self._last[places]
                self._drawn.append(self._last)
            while forgets and self._n_forgotten < first:
                self._drawn.popleft()
                self._n_forgotten += 1
            start = first - self._n_forgotten
            return np.stack([self._drawn[start + place] for place in range(count)])
