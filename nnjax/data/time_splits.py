"""Splits along time: rows train that are older than those that validate, and these older than those that test."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nnjax.data.arrangement import Codes, Parts, RowNumbers, SplitsError
from nnjax.data.random_rows import training_rows


@dataclass(frozen=True)
class TimedRows:
    """The rows of a table by the instants that they are of.

    Attributes:
        codes: Number of the instant of every row, 0 … M − 1 from the oldest [N].
    """

    codes: Codes

    @cached_property
    def before(self) -> NDArray[np.int64]:
        """Rows older than each instant, and all rows behind the last [M + 1]."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.codes))])

    @cached_property
    def _by_time(self) -> RowNumbers:
        return np.argsort(self.codes, kind="stable").astype(np.int32)

    def rows_between(self, start: int, end: int) -> RowNumbers:
        """The rows of the instants from `start` up to, without, `end`."""
        return self._by_time[self.before[start] : self.before[end]]

    def latest_before(self, end: int, n_rows: int, draws: np.random.Generator) -> RowNumbers:
        """So many rows older than an instant, the latest there are; of the oldest instant among them a random part."""
        oldest = int(np.searchsorted(self.before, self.before[end] - n_rows, side="right")) - 1
        whole = self.rows_between(oldest + 1, end)
        return np.concatenate([draws.permutation(self.rows_between(oldest, oldest + 1))[: n_rows - len(whole)], whole])


@dataclass(frozen=True)
class _Window:
    """Instants of a split: training rows are older than `train_end`; the others begin at one and end before another."""

    train_end: int
    validation: tuple[int, int]
    test: tuple[int, int]


def time_parts(
    rows: TimedRows, folds: int, gap: int, validation_share: float, draws: list[np.random.Generator]
) -> list[Parts]:
    """One split a test block; the blocks are the latest half of the table, in order.

    Training, gap, validation, gap and test follow one another; no instant is parted between them. Equally many rows
    validate in all splits, but for those of an instant; all splits train on the latest rows before these, as many as
    the split with the fewest has.

    Args:
        rows: The table's rows.
        folds: Number of test blocks.
        gap: Instants left out between two parts.
        validation_share: Share of the rows before the first test block that validate.
        draws: One stream a split.

    Raises:
        SplitsError: If there are too few instants.
    """
    windows = _windows(rows, folds, gap, validation_share)
    n_train = min(int(rows.before[window.train_end]) for window in windows)
    if n_train < 1:
        raise _too_few(rows, folds, gap)
    return [
        Parts(
            rows.latest_before(each.train_end, n_train, own),
            rows.rows_between(*each.validation),
            rows.rows_between(*each.test),
        )
        for each, own in zip(windows, draws, strict=True)
    ]


def _windows(rows: TimedRows, folds: int, gap: int, validation_share: float) -> list[_Window]:
    blocks = _test_blocks(rows, folds)
    first = blocks[0][0] - gap
    if first < 1:
        raise _too_few(rows, folds, gap)
    pool = int(rows.before[first])
    n_validation = pool - training_rows(pool, validation_share)
    windows = []
    for start, end in blocks:
        # The latest instant at which as many rows begin; those of one instant stay together.
        begin = int(np.searchsorted(rows.before, rows.before[start - gap] - max(1, n_validation), side="right")) - 1
        if begin - gap < 1:
            raise _too_few(rows, folds, gap)
        windows.append(_Window(begin - gap, (begin, start - gap), (start, end)))
    return windows


def _test_blocks(rows: TimedRows, folds: int) -> list[tuple[int, int]]:
    """First instant of each test block, and the one behind its last: about equally many rows, one instant at least."""
    last = len(rows.before) - 1
    half = _nearest(rows.before, rows.before[-1] / 2)
    if last - half < folds:
        problem = f"the later half of the rows has {last - half:,} instants, fewer than {folds} folds"
        raise SplitsError("folds", problem, "write fewer folds, or name a column that tells instants finer apart")
    ends = [half]
    for fold in range(1, folds):
        wished = _nearest(rows.before, rows.before[half] + (rows.before[-1] - rows.before[half]) * fold / folds)
        ends.append(min(max(wished, ends[-1] + 1), last - (folds - fold)))
    return list(pairwise([*ends, last]))


def _nearest(before: NDArray[np.int64], rows: float) -> int:
    """The instant before which the number of rows is nearest to this one; of two equally near ones the later."""
    return len(before) - 1 - int(np.argmin(np.abs(before[::-1] - rows)))


def _too_few(rows: TimedRows, folds: int, gap: int) -> SplitsError:
    instants = len(rows.before) - 1
    problem = f"{instants:,} instants are too few to train, validate and test one after the other in the first split"
    if gap:
        return SplitsError("gap", f"{problem} with gaps of {gap:,}", "write a smaller gap")
    return SplitsError("folds", problem, "take a table of more instants, or a method without an order")
