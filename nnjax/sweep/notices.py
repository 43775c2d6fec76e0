"""What is worth knowing before anything is trained: told by `plan`, by `sweep`, and on the page of the report."""

from collections.abc import Callable, Iterator
from math import ceil

from nnjax.sweep.space import Space

FEW_CHOOSING_ROWS = 20
"""Fewer validation rows than this choose by luck: on diabetes (40 splits) the reference ridge, whose penalty they
choose, reaches a test R² of 0.39 by 2 of them, 0.43 by 5, 0.46 by 10, 0.477 by 20, and 0.476 by 66."""

LARGEST_SHARE = 0.5
"""Of the rows outside the test part, that a remedy asks for."""

MOST_REMARKS = 10
"""Of a table of one's own, that are told."""


def find_notices(space: Space) -> tuple[str, ...]:
    """Every notice about a study, a sentence or two each; none if all is well.

    Args:
        space: The study and its runs.
    """
    return tuple(notice for find in FINDERS for notice in find(space))


def few_choosing_rows(space: Space) -> Iterator[str]:
    """So few validation rows that luck chooses epoch, nuisance levels and penalties."""
    choosing = min(len(split.validation) for split in space.splits)
    if choosing >= FEW_CHOOSING_ROWS:
        return
    share = space.study.data.validation_share
    yield (
        f"Only {choosing} rows choose in each split (validation_share = {share:g}): epoch, nuisance levels and the "
        f"penalty of the baseline are chosen by luck, and all of them score lower for it; {_more_rows(space)}."
    )


def _more_rows(space: Space) -> str:
    outside = min(len(split.train) + len(split.validation) for split in space.splits)
    needed = ceil(100 * FEW_CHOOSING_ROWS / outside) / 100
    if needed > LARGEST_SHARE:
        return f"a table of {len(space.table.target):,} rows has no better share: take more rows"
    return f"write validation_share = {needed:g} or more for {FEW_CHOOSING_ROWS}"


def doubtful_readings(space: Space) -> Iterator[str]:
    """What was understood of a table of one's own, where something else may be meant."""
    remarks = space.table.remarks
    yield from remarks[:MOST_REMARKS]
    if len(remarks) > MOST_REMARKS:
        yield f"{len(remarks) - MOST_REMARKS:,} more columns of {space.table.name} leave such a doubt."


FINDERS: tuple[Callable[[Space], Iterator[str]], ...] = (few_choosing_rows, doubtful_readings)
"""What is looked for, the weightiest first."""
