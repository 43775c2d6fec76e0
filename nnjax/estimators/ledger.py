"""How a search trains all its networks at once, although scikit-learn's own code calls `fit` one after another.

An estimator's `fit` asks `obtain` for its training. In a search it is called twice: while the search's ledger collects,
`fit` ends there, and what it asked for is noted; once all that was noted is trained, `fit` is served.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from hashlib import blake2b
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from nnjax.estimators.engine import import_engine
from nnjax.estimators.problem import Examples, Fitted, Problem, digest

Keep = Callable[[int, Fitted], None]
"""Takes the index and the result of a problem as soon as that one is done."""

TrainAll = Callable[[Sequence[Problem], bool, Keep], None]
"""Trains problems at once, watched or not, and hands over each result."""


class Collected(BaseException):
    """Ends a fit whose training has been noted.

    No `Exception`: whoever catches those on the way up would take it for a fit that failed.
    """


class TrainedTogether:
    """Marks an estimator whose `fit` asks `obtain` once: a search may train it beside others."""


class KeptResults(Protocol):
    """Where results outlive a search, by name."""

    def read(self, name: str) -> Fitted | None:
        """A result, if it is there and whole."""

    def write(self, name: str, fitted: Fitted) -> None:
        """Keep a result."""


class FitLedger:
    """The trainings that the fits of a search ask for, and the results of those that are done.

    Attributes:
        seed: What `random_state=None` stands for, in every fit alike.
        collects: Whether a fit that asks for an unknown training ends there; else it is trained at once.
        watches: Whether trainings are watched where a fit wants it: the refit's are, those of the folds nobody sees.
        asked: Names of the trainings asked for since somebody emptied this list.
    """

    def __init__(self, seed: int, train: TrainAll, kept: KeptResults | None = None) -> None:
        self.seed, self.collects, self.watches = seed, False, False
        self.asked: list[str] = []
        self._train, self._kept = train, kept
        self._done: dict[str, Fitted] = {}
        self._wanted: dict[str, Problem] = {}
        self._arrays: dict[tuple[str, tuple[int, ...], bytes], NDArray[np.float32]] = {}

    def obtain(self, problems: Sequence[Problem], watches: bool = False) -> list[Fitted]:
        """Results of trainings, in their order.

        Raises:
            Collected: Some are not known yet, and have been noted.
        """
        from nnjax.estimators.programs import trained_by  # here: with jax, which whoever drew the weights has imported

        watches = watches and self.watches
        names = [f"{digest(each, trained_by(each))}{'-watched' if watches else ''}" for each in problems]
        self.asked += names
        unknown = {name: each for name, each in zip(names, problems, strict=True) if not self._finds(name)}
        if unknown and self.collects:
            self._wanted |= {name: self._sharing_rows(each) for name, each in unknown.items()}
            raise Collected
        self._train_and_keep(unknown, watches)
        return [self._done[name] for name in names]

    def train_noted(self) -> None:
        """Train what has been noted; what was done before an error stays known."""
        noted, self._wanted = self._wanted, {}
        self._arrays.clear()
        self._train_and_keep(noted, watches=False)

    @property
    def n_noted(self) -> int:
        """Trainings that wait."""
        return len(self._wanted)

    @property
    def n_bytes_noted(self) -> int:
        """Of their rows."""
        return sum(each.nbytes for each in self._arrays.values())

    def result(self, name: str) -> Fitted | None:
        """What a known training came to."""
        return self._done.get(name)

    def seconds(self, name: str) -> float:
        """How long a known training took."""
        return self._done[name].seconds if name in self._done else 0.0

    def _finds(self, name: str) -> bool:
        if name not in self._done and self._kept is not None and (found := self._kept.read(name)):
            self._done[name] = found
        return name in self._done

    def _train_and_keep(self, problems: dict[str, Problem], watches: bool) -> None:
        names = list(problems)

        def keep(index: int, fitted: Fitted) -> None:
            self._done[names[index]] = fitted
            if self._kept is not None:
                self._kept.write(names[index], fitted)

        if problems:
            self._train(list(problems.values()), watches, keep)

    def _sharing_rows(self, problem: Problem) -> Problem:
        """The same problem, with equal arrays of rows held once for all that are noted."""
        validation = problem.validation
        return replace(
            problem,
            train=self._shared(problem.train),
            validation=validation if validation is None else self._shared(validation),
        )

    def _shared(self, rows: Examples) -> Examples:
        weights = rows.weights if rows.weights is None else self._known(rows.weights)
        return Examples(self._known(rows.x), self._known(rows.y), weights)

    def _known(self, array: NDArray[np.float32]) -> NDArray[np.float32]:
        content = blake2b(np.ascontiguousarray(array).data, digest_size=20).digest()
        return self._arrays.setdefault((array.dtype.str, array.shape, content), array)


_CURRENT: ContextVar[FitLedger | None] = ContextVar("ledger", default=None)


def current_ledger() -> FitLedger | None:
    """The ledger of the search that calls this, if any."""
    return _CURRENT.get()


@contextmanager
def using(ledger: FitLedger) -> Iterator[FitLedger]:
    """Have all fits that are called in here ask this ledger."""
    before = _CURRENT.set(ledger)
    try:
        yield ledger
    finally:
        _CURRENT.reset(before)


def obtain(problem: Problem, watches: bool = True) -> Fitted:
    """The result of a training: of this one alone, or the search's.

    Args:
        problem: What is trained.
        watches: Whether its layers are watched; in a search only those of the refit are.

    Raises:
        Collected: A search has noted it.
    """
    ledger = _CURRENT.get()
    if ledger is not None:
        return ledger.obtain([problem], watches)[0]
    fitted: Fitted = import_engine().train([problem], watches=watches, slots=1)[0]
    return fitted


def seed_of(random_state: int | np.random.RandomState | None) -> np.random.RandomState:
    """What a fit draws from: scikit-learn's rule, but None means the seed of the search where there is one."""
    ledger = _CURRENT.get()
    if random_state is None and ledger is not None:
        return np.random.RandomState(ledger.seed)
    state: np.random.RandomState = check_random_state(random_state)
    return state


def is_drawn_from_by_others(random_state: int | np.random.RandomState | None) -> bool:
    """Whether what `seed_of` gives is somebody's own: a person's generator, or NumPy's."""
    return isinstance(random_state, np.random.RandomState) or (random_state is None and _CURRENT.get() is None)
