"""What is worth knowing before anything is trained: told by `plan`, by `sweep`, and on the page of the report."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import ceil

from nnjax.data.doubts import doubts
from nnjax.data.preparation import ONE_HOT, TARGET, is_of_words, prepared_columns
from nnjax.data.scaling import FARTHEST, far_columns
from nnjax.sweep.space import Space

FEW_CHOOSING_ROWS = 20
"""Fewer validation rows than this choose by luck: on diabetes (40 splits) the reference ridge, whose penalty they
choose, reaches a test R² of 0.39 by 2 of them, 0.43 by 5, 0.46 by 10, 0.477 by 20, and 0.476 by 66."""

MOST_COLUMNS_NAMED = 5
"""Columns that one notice names."""

LARGEST_SHARE = 0.5
"""Of the rows outside the test part, that a remedy asks for."""

MOST_REMARKS = 10
"""Of a table of one's own, that are told."""


def find_notices(space: Space) -> tuple[str, ...]:
    """Every notice about a study, a sentence or two each; none if all is well."""
    return tuple(notice for find in NOTICE_FINDERS for notice in find(space))


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


def exploratory_splits(space: Space) -> Iterator[str]:
    """Splits over which no interval is known to hold."""
    if space.doubt:
        few = (
            " (leave_one_group_out gives verdicts of fewer)" if space.study.replicates.splitter.interval.fewest else ""
        )
        yield f"Comparisons are exploratory, and no claim gets a verdict: {space.doubt}{few}."


def doubtful_readings(space: Space) -> Iterator[str]:
    """What was understood of a table of one's own, where something else may be meant."""
    yield from _first(space.table.remarks, f"columns of {space.table.name} leave such a doubt.")


def doubtful_tables(space: Space) -> Iterator[str]:
    """Copies, leaks, identifiers, rows that belong together."""
    told = [*doubts(space.table, bool(space.study.metric))]
    yield from _first(told, f"columns of {space.table.name} raise such a doubt.")


def _first(remarks: Sequence[str], rest: str) -> Iterator[str]:
    yield from remarks[:MOST_REMARKS]
    if len(remarks) > MOST_REMARKS:
        yield f"{len(remarks) - MOST_REMARKS:,} more {rest}"


def unheard_words(space: Space) -> Iterator[str]:
    """Columns of words of which every one is a rare one."""
    found: dict[float, list[str]] = {}
    for way in dict.fromkeys(cell.configuration.preparation for cell in space.cells):
        if way.word_columns == ONE_HOT and way.rare_words and space.table.columns:
            made = prepared_columns(space.table, way, len(space.splits[0].train))
            rare = [each.column.name for each in made if is_of_words(each.column) and not each.words]
            found |= {way.rare_words: rare} if rare else {}
    for share, names in found.items():
        yield (
            f"With rare_words = {share:g} every word is a rare one, and nothing is learnt of "
            f'{_some(names)}; write a smaller share, or word_columns = "{TARGET}".'
        )


def columns_of_rounding(space: Space) -> Iterator[str]:
    """Columns that differ by rounding alone in the training rows of some split."""
    by_split = [each.rounded for each in space.replicates if each.seed_index == 0]
    splits = Counter(number for columns in by_split for number in columns)
    if splits:
        yield (
            f"Constant but for rounding in the training rows of {max(splits.values()):,} of {len(by_split):,} splits, "
            f"and therefore taken for constant, since dividing by such a spread makes enormous numbers of nothing: "
            f"{_columns(space, sorted(splits))}; leave it out of features."
        )


def far_values(space: Space) -> Iterator[str]:
    """Columns in which a validation or test row lies so far out that networks explode there."""
    farthest: dict[int, float] = {}
    for split in space.splits:
        for number, value in far_columns(space.table, split).items():
            farthest[number] = max(value, farthest.get(number, 0.0))
    if farthest:
        yield (
            f"A validation or test row lies up to {max(farthest.values()):.2g} standard deviations of the training "
            f"rows from their mean (no measurement lies beyond {FARTHEST:,.0f}), and scores there mean nothing: "
            f"{_columns(space, sorted(farthest))}; look at that row, or leave the column out."
        )


def _columns(space: Space, numbers: Sequence[int]) -> str:
    names = (*space.table.feature_names, *space.table.target_names)
    return _some([names[number] for number in numbers])


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:MOST_COLUMNS_NAMED]))
    more = f" and {len(names) - MOST_COLUMNS_NAMED:,} more" if len(names) > MOST_COLUMNS_NAMED else ""
    return f"column{'s' if len(names) > 1 else ''} {shown}{more}"


NOTICE_FINDERS: tuple[Callable[[Space], Iterator[str]], ...] = (
    exploratory_splits,
    few_choosing_rows,
    doubtful_tables,
    unheard_words,
    columns_of_rounding,
    far_values,
    doubtful_readings,
)
"""What is looked for, the weightiest first."""
