"""Which rows the splits of a study use, where they follow a column: for how many, and why some are used nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from nnjax.data.own_error import show
from nnjax.sweep.space import Space

WHY_LEFT_OUT = {
    "groups": "thinned out of one training group, so that all splits train on equally many",
    "order": "older than the training window, later than the test rows, or in a gap",
    "fold": "",
}
"""Role of the column -> why a row is in no part of a split."""

NOUNS = {"groups": "groups", "order": "instants", "fold": "folds"}


@dataclass(frozen=True)
class UsedRows:
    """Rows of a split's parts, and of none: the least and the most of all splits; as many train in each."""

    train: int
    validation: tuple[int, int]
    test: tuple[int, int]
    left_out: tuple[int, int]


def used_rows(space: Space) -> UsedRows:
    """The rows that the splits of a study use."""
    splits, rows = space.splits, len(space.table.target)
    return UsedRows(
        train=len(splits[0].train),
        validation=_range([len(split.validation) for split in splits]),
        test=_range([len(split.test) for split in splits]),
        left_out=_range([rows - split.used for split in splits]),
    )


def _range(numbers: Sequence[int]) -> tuple[int, int]:
    return min(numbers), max(numbers)


def describe_splits(space: Space) -> list[str]:
    """The splits in two sentences: what they follow, and which rows they use; none where rows are drawn at random."""
    arrangement, plan = space.table.arrangement, space.study.split_plan
    if arrangement is None:
        return []
    column, is_input = show(arrangement.column), arrangement.column in (space.study.data.features or ())
    of_what = f"{arrangement.count:,} {NOUNS[arrangement.role]} by column {column}"
    repeats = f", {plan.folds} folds × {plan.splits // plan.folds}" if plan.splits > plan.folds else ""
    used = used_rows(space)
    return [
        f"{space.study.replicates.splitter.meaning} ({of_what}, {'an input too' if is_input else 'no input'}{repeats})",
        f"{used.train:,} rows train, {range_text(used.validation)} validate, {range_text(used.test)} test"
        f"{left_out_text(used, arrangement.role)}",
    ]


def left_out_text(used: UsedRows, role: str) -> str:
    """How many rows are used nowhere in a split, and why; empty if none."""
    if not used.left_out[1]:
        return ""
    why = WHY_LEFT_OUT[role]
    return f"; {range_text(used.left_out)} are used nowhere{f' ({why})' if why else ''}"


def range_text(numbers: tuple[int, int]) -> str:
    """The least and the most of a number.

    >>> range_text((70, 70)), range_text((1070, 1080))
    ('70', '1,070 to 1,080')
    """
    least, most = numbers
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
