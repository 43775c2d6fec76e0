"""Tables of which many rows are of one person: what random folds and whole groups make of two learners."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnjax.calibration.learners import least_squares_r2
from nnjax.data.arrangement import Arrangement
from nnjax.data.splits import REPEATED_K_FOLD, SPLITTERS, Split, SplitPlan, make_splits
from nnjax.statistics.interval import PairedInterval, paired_interval
from nnjax.statistics.power import detectable_difference
from nnjax.statistics.verdict import Verdict, judge

GROUPED_ROWS, GROUPED_FOLDS, GROUPED_SPLITS = 400, 5, 20
ROW_INPUTS, IDLE_INPUTS = 4, 3
GROUPED_MARGIN = 0.02

FLOOR = -1.0
"""Where R² is cut, as that of a run is: that of two rows alike can be any number."""

SPREAD_OF_SIZES = 0.8
"""Standard deviation of the logarithm of a person's rows: of forty, the most are twenty times the least (median)."""

VALIDATION_SHARE = 0.2

TWICE_DETECTABLE = 2.1
"""Effect of A's input at which, of a hundred persons, the true difference is twice the detectable one (0.686 and 0.348
over 1,000 tables, `benchmarks/grouped.py`)."""


@dataclass(frozen=True)
class Persons:
    """Tables of so many persons, and what is true of the two learners that are compared on them.

    Attributes:
        number: Persons.
        effect_a: What an input of A's, the same in all rows of a person, adds to the target; B does not see it.
        effect_b: What an input of B's adds, which A does not see.
    """

    number: int
    effect_a: float = 0.0
    effect_b: float = 0.0


@dataclass(frozen=True)
class GroupedScores:
    """Differences of two learners' scores, split by split, on one table.

    Attributes:
        differences: A − B in test R² [J].
        n_train: Training rows, validation rows aside, as the correction counts them for groups.
        n_test: Mean number of test rows.
        is_judged: Whether a claim on such splits gets a verdict at all.
    """

    differences: NDArray[np.float64]
    n_train: int
    n_test: int
    is_judged: bool = True

    @property
    def interval(self) -> PairedInterval:
        """The corrected interval of one claim."""
        return paired_interval(self.differences, self.n_train, self.n_test)

    @property
    def detectable(self) -> float:
        """The smallest true difference that is found with 80 % power at this spread."""
        spread = float(self.differences.std(ddof=1))
        return detectable_difference(spread, len(self.differences), self.n_train, self.n_test, 0.95)

    def is_found(self, sign: int = 1) -> bool:
        """Whether the verdict is that A, or with −1 that B, is better."""
        around = paired_interval(sign * self.differences, self.n_train, self.n_test)
        return self.is_judged and judge("beats", around, GROUPED_MARGIN).verdict is Verdict.SUPPORTED


def grouped_scores(persons: Persons, method: str, seed: int) -> GroupedScores:
    """Two linear learners on a fresh table, of rows that are drawn anew from persons that are drawn anew.

    Both see the row's own inputs, which matter, and inputs of the person: one that adds to the target if it has an
    effect, and a few that say nothing, others for each learner. Every person has a level of its own that nobody sees.
    Where a person's rows stand on both sides, inputs of the person tell who it is.
    """
    generator = np.random.default_rng([seed, persons.number])
    codes = _rows_of_persons(persons.number, generator)
    x, level = generator.standard_normal((len(codes), ROW_INPUTS)), generator.standard_normal(persons.number)
    own = generator.standard_normal((2, persons.number, 1 + IDLE_INPUTS))
    effects = persons.effect_a * own[0, :, 0] + persons.effect_b * own[1, :, 0]
    y = x.sum(axis=1) / 2 + (level + effects)[codes] + generator.standard_normal(len(codes))
    arrangement = Arrangement("groups", "person", codes)
    splits = _split(arrangement, method, seed)
    train, test = (np.array([np.isin(np.arange(len(codes)), rows) for rows in part]) for part in _parts(splits))
    a, b = (
        np.maximum(FLOOR, least_squares_r2(np.concatenate([x, inputs[codes]], axis=1), y, test, train))
        for inputs in own
    )
    # As a study's space counts them: validation rows are among them where rows are drawn at random.
    n_train = len(splits[0].train) + (len(splits[0].validation) if method == REPEATED_K_FOLD else 0)
    n_test = round(test.sum(axis=1).mean())
    return GroupedScores(np.asarray(a - b), n_train, n_test, not SPLITTERS[method].interval.doubt(method, arrangement))


def _rows_of_persons(number: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """The person of every row; two rows a person at least."""
    weights = generator.lognormal(0.0, SPREAD_OF_SIZES, number)
    sizes = np.maximum(2, np.round(weights / weights.sum() * GROUPED_ROWS)).astype(np.int64)
    return np.repeat(np.arange(number), sizes)


def _split(persons: Arrangement, method: str, seed: int) -> tuple[Split, ...]:
    n_splits = persons.count if method == "leave_one_group_out" else GROUPED_SPLITS
    plan = SplitPlan(method, n_splits, 1 / GROUPED_FOLDS, VALIDATION_SHARE, seed, GROUPED_FOLDS)
    return make_splits(len(persons.codes), plan, None, persons)


def _parts(splits: tuple[Split, ...]) -> tuple[list[NDArray[np.int32]], list[NDArray[np.int32]]]:
    return [np.concatenate([each.train, each.validation]) for each in splits], [each.test for each in splits]
