"""Splits in which a group of rows, such as those of one person, never stands on two sides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import numpy as np
from numpy.typing import NDArray

from nnjax.data.arrangement import Codes, Labels, Parts, RowNumbers, SplitsError
from nnjax.data.random_rows import training_rows
from nnjax.data.streams import split_stream

Groups = NDArray[np.int64]
"""Numbers of groups."""


@dataclass(frozen=True)
class GroupedRows:
    """The rows of a table by the groups that they are of.

    Attributes:
        codes: Number of the group of every row, 0 … G − 1 [N].
        labels: Class number of every row [N]; None for a regression.
    """

    codes: Codes
    labels: Labels | None = None

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of every group [G]."""
        return np.bincount(self.codes)

    @cached_property
    def kinds(self) -> NDArray[np.int64]:
        """The class of which each group has most more than the table has [G]; 0 where there are no classes."""
        if self.labels is None:
            return np.zeros(len(self.sizes), dtype=np.int64)
        classes = int(self.labels.max()) + 1
        counts = np.bincount(self.codes * classes + self.labels, minlength=len(self.sizes) * classes)
        shares = counts.reshape(-1, classes) / self.sizes[:, None]
        return np.asarray(np.argmax(shares / np.bincount(self.labels, minlength=classes), axis=1))

    def rows_of(self, groups: Groups) -> RowNumbers:
        """The rows of some groups."""
        is_wanted = np.zeros(len(self.sizes), dtype=np.bool_)
        is_wanted[groups] = True
        return np.flatnonzero(is_wanted[self.codes]).astype(np.int32)


def group_parts(
    rows: GroupedRows, tests: Iterable[Groups], bounds: tuple[int, int], validation_share: float, base_seed: int
) -> tuple[list[Parts], tuple[int, int, int]]:
    """The splits with these test groups, and the most rows that each part of such a split can have.

    Training takes whole groups until it has rows enough. With at most `outside` − L of them, where L is the largest
    group outside the test part, one whole group at least is left to validate. (Where `outside` is least, the largest of
    all is in the test part; where it is not, `outside` is larger by more than it is larger than the second.)

    Args:
        rows: The table's rows.
        tests: The test groups of each split.
        bounds: The smallest and the largest number of test rows that any split can have.
        validation_share: Share of the rows outside the test part that should validate.
        base_seed: What all shuffles are derived from.

    Raises:
        SplitsError: If the largest groups leave nothing to train on.
    """
    total, (least, most), second = len(rows.codes), bounds, int(np.sort(rows.sizes)[-2:][0])
    n_train = min(training_rows(total - most, validation_share), total - most - second)
    if n_train < 1:
        problem = f"of {total:,} rows up to {most:,} are tested and a group of {second:,} validates, none can train"
        raise SplitsError("groups", problem, "take a table of more groups, or name a column of smaller ones")
    streams = (split_stream(base_seed, "validation", index) for index in count())
    parts = [part_outside(rows, test, n_train, draws) for test, draws in zip(tests, streams, strict=False)]
    return parts, (n_train, total - least - n_train, most)


def folded_tests(rows: GroupedRows, folds: int, base_seed: int) -> Iterator[Groups]:
    """The test groups of split after split, repeat after repeat without end."""
    for repeat in count():
        fold_of = deal_folds(rows, folds, split_stream(base_seed, "split", repeat))
        yield from (np.flatnonzero(fold_of == fold) for fold in range(folds))


def fold_sizes(rows: GroupedRows, folds: int) -> tuple[int, int]:
    """The smallest and the largest number of rows that any fold of any repeat can have."""
    blocks = _blocks(rows, _dealing_order(rows, np.zeros(len(rows.sizes))), folds)
    return (
        sum(int(rows.sizes[block].min()) for block in blocks if len(block) == folds),
        sum(int(rows.sizes[block].max()) for block in blocks),
    )


def deal_folds(rows: GroupedRows, folds: int, draws: np.random.Generator) -> NDArray[np.int64]:
    """The fold of every group [G]: groups of like size and class are dealt to different folds.

    Of every class, as `GroupedRows.kinds` has it, each fold gets ⌊g/k⌋ or ⌈g/k⌉ of the g groups; of every k groups that
    are dealt together, one. So the folds' rows differ by no more than the sizes of their groups do.
    """
    order = _dealing_order(rows, draws.random(len(rows.sizes)))
    fold_of = np.empty(len(order), dtype=np.int64)
    is_rest = _is_rest(rows.kinds[order], folds)
    whole, rest = order[~is_rest], order[is_rest]
    fold_of[whole] = np.argsort(draws.random((len(whole) // folds, folds)), axis=1).ravel()
    fold_of[rest] = draws.permutation(folds)[np.arange(len(rest)) % folds]
    return fold_of


def _dealing_order(rows: GroupedRows, ties: NDArray[np.float64]) -> Groups:
    """Groups class by class, the largest first; equally large ones by `ties`."""
    return np.lexsort((ties, -rows.sizes, rows.kinds))


def _is_rest(kinds: NDArray[np.int64], folds: int) -> NDArray[np.bool_]:
    """Whether a group, class by class, is one of the last of its class, too few for all folds to get one."""
    _, starts, place, counts = np.unique(kinds, return_index=True, return_inverse=True, return_counts=True)
    return np.asarray(np.arange(len(kinds)) - starts[place] >= (counts // folds * folds)[place])


def _blocks(rows: GroupedRows, order: Groups, folds: int) -> list[Groups]:
    """The groups that are dealt together: k of one class, then the rest of all classes by k."""
    is_rest = _is_rest(rows.kinds[order], folds)
    parts = (order[~is_rest], order[is_rest])
    return [part[start : start + folds] for part in parts for start in range(0, len(part), folds)]


def part_outside(rows: GroupedRows, test: Groups, n_train: int, draws: np.random.Generator) -> Parts:
    """A split with these test groups: whole groups validate, and of the training groups the last is thinned.

    Training takes groups in random order, class by class in step, until it has rows enough; of the last one a random
    part is used, the others of its rows nowhere.
    """
    order = _training_order(rows, np.setdiff1d(np.arange(len(rows.sizes)), test), draws)
    reached = np.cumsum(rows.sizes[order])
    last = int(np.searchsorted(reached, n_train))
    thinned = draws.permutation(rows.rows_of(order[last : last + 1]))
    kept = thinned[: len(thinned) - (int(reached[last]) - n_train)]
    train = np.concatenate([rows.rows_of(order[:last]), kept])
    return Parts(train, rows.rows_of(order[last + 1 :]), rows.rows_of(test))


def _training_order(rows: GroupedRows, groups: Groups, draws: np.random.Generator) -> Groups:
    """Groups in random order, but of every beginning each class has its share of the rows, within a group."""
    shuffled = draws.permutation(groups)
    shuffled = shuffled[np.argsort(rows.kinds[shuffled], kind="stable")]
    _, starts, place = np.unique(rows.kinds[shuffled], return_index=True, return_inverse=True)
    reached = np.cumsum(rows.sizes[shuffled])
    before = np.concatenate([[0], reached])[starts]
    totals = np.diff(np.append(before, reached[-1]))
    shares = (reached - before[place]) / totals[place]
    return shuffled[np.lexsort((draws.random(len(shuffled)), shares))]
