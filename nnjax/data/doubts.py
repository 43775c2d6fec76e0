"""What may be wrong with a table that can be read: copies, leaks, identifiers, rows that belong together."""

import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nnjax.data.column import DATE_KIND, NUMBER_KIND, Column
from nnjax.data.own_error import show
from nnjax.data.tables import Table

NEARLY_ALL = 0.95
"""Share of the rows with the same target from which on it is called nearly constant."""

FEW_LEVELS = 10
FEWEST_ENTITIES = 5
BETWEEN = 0.3
"""Share of the target's variance that lies between the values of a column from which on its rows are called alike; and
correlation of the target with that of the row before."""

UNORDERED = 0.2
"""How much more of it lies between single values than between tenths of a column of whole numbers: then these are names
of something, not sizes."""

FEW_COPIES = 0.01
"""Share of the rows below which copies can hardly move a score."""

MOST_APART, HOW_FAR, HOW_LONELY = 5, 10.0, 3.0
"""Values that stand apart: at most so many of a column, so many distances of its quartiles from its median, and so many
times as far from it as all others."""

EQUAL = 1 - 1e-9
"""Squared correlation from which on a feature is called the target."""


def doubts(table: Table, has_metric: bool = False) -> Iterator[str]:
    """What a person should look at before believing a score, a sentence or two each; nothing if all is well.

    Only tables of one's own raise doubts. `has_metric`: whether the study names the measure that it is judged by.
    """
    if not table.columns:
        return
    yield from _copies(table)
    yield from _target_doubts(table, has_metric)
    yield from _apart(table)
    for column in table.columns:
        yield from (_gives_away(column, table) or _identifies(column) or _repeats(column, table))


def _copies(table: Table) -> Iterator[str]:
    parts = np.column_stack([*(column.values for column in table.columns), table.target])
    rows = np.where(np.isnan(parts), np.inf, parts + 0.0)  # one kind of gap, one zero
    kinds = np.ascontiguousarray(rows).view(f"V{rows.itemsize * rows.shape[1]}").ravel()
    copies = len(rows) - len(np.unique(kinds))
    share = copies / len(rows)
    if copies:
        told = f"{100 * share:.1f} %" if share >= 0.001 else "less than 0.1 %"
        most = (
            "networks may be tested on what they were trained on; remove copies, or keep them together by method = "
            '"group_k_fold" and groups = "…".'
            if share >= FEW_COPIES
            else "too few to move a score by much, if they are copies and not rows that happen to be alike."
        )
        verb = "repeats" if copies == 1 else "repeat"
        yield f"{_rows(copies)} of {len(rows):,} ({told}) {verb} another one in every column: {most}"


def _target_doubts(table: Table, has_metric: bool) -> Iterator[str]:
    values, counts = np.unique(table.target[:, 0], return_counts=True)
    share, most = counts.max() / counts.sum(), values[counts.argmax()]
    if share >= NEARLY_ALL:
        name = f"the class {show(table.class_names[int(most)])}" if table.class_names else f"the target {most:g}"
        often, seldom = (f"{100 * each:.1f} %" for each in (share, 1 - share))
        yield (
            f"{often} of the rows have {name}: whoever always says so is wrong in {seldom} of them"
            f"{_judged_by_the_rare(table, int(most), has_metric)}."
        )
    if not table.class_names and len(values) <= FEW_LEVELS and np.array_equal(values, np.round(values)):
        shown = ", ".join(f"{value:g}" for value in values)
        yield (
            f"The target {show(table.target_name)} has {len(values)} different whole numbers ({shown}) and is read as "
            'a regression; if they are names of classes, write task = "classification".'
        )


def _judged_by_the_rare(table: Table, most: int, has_metric: bool) -> str:
    """What to write so that a score is about the rows that are not nearly all."""
    if not table.class_names:
        return "; look at what a score says about the others"
    keys = [] if has_metric else ['metric = "average_precision" above the first table']
    if len(table.class_names) == 2 and most == 1:
        keys.append(f"positive = {json.dumps(table.class_names[0], ensure_ascii=False)} under [data]")
    return f"; to be judged by the others write {' and '.join(keys)}" if keys else ""


def _apart(table: Table) -> Iterator[str]:
    """Numbers so far from all others that one such row can decide a score."""
    targets = [] if table.class_names else list(zip(table.target_names, table.target.T, strict=True))
    columns = [(column.name, column.values) for column in table.columns if column.kind == NUMBER_KIND]
    for name, values in (*columns, *targets):
        known = values[~np.isnan(values)]
        low, median, high = np.quantile(known, (0.25, 0.5, 0.75))
        order = np.argsort(np.abs(known - median))[-(MOST_APART + 1) :]
        distances = np.abs(known[order] - median)
        lonely = distances[1:] > np.maximum(HOW_FAR * (high - low), HOW_LONELY * distances[:-1])
        if low < high and len(order) > MOST_APART and lonely.any():
            first = 1 + int(np.argmax(lonely))
            apart = known[order[first:]][::-1]
            rest = known[np.abs(known - median) <= distances[first - 1]]
            yield (
                f"Column {show(name)} has {', '.join(f'{value:g}' for value in apart)}, while all other values lie "
                f"between {rest.min():g} and {rest.max():g}: networks extrapolate there, and one such row can decide a "
                "score; if it is an error, leave the row out."
            )


def _gives_away(column: Column, table: Table) -> list[str]:
    """A column that is the target, or of which every value has one target."""
    target, number, count = table.target[:, 0], *_levels(column)
    where = f"Column {show(column.name)}"
    if column.kind == NUMBER_KIND and not table.class_names and not column.gap:
        spread = np.ptp(column.values) and np.ptp(target)
        if spread and np.corrcoef(column.values, target)[0, 1] ** 2 > EQUAL:
            return [f"{where} is the target {show(table.target_name)} in other units: leave it out of features."]
    if count < 2 or count > len(target) / 2 or np.ptp(target) == 0:
        return []
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, number, target)
    np.maximum.at(high, number, target)
    if np.array_equal(low, high):
        return [
            f"{where} determines the target: all rows with the same of its {count:,} values have the same "
            f"{show(table.target_name)}; if it is known only afterwards, leave it out of features."
        ]
    return []


def _identifies(column: Column) -> list[str]:
    values = np.sort(column.values)
    numbers_rows = column.kind == NUMBER_KIND and not column.gap and bool((np.diff(values) == 1).all())
    if numbers_rows or (column.words and len(column.words) == len(values)):
        told = "numbers the rows" if numbers_rows else "has another word in every row"
        return [f"Column {show(column.name)} {told}: if it is an identifier, leave it out of features."]
    return []


def _repeats(column: Column, table: Table) -> list[str]:
    """A column whose values name what several rows are of, or when they came, while splits part those rows."""
    if table.arrangement is not None or column.gap:
        return []
    if column.kind == DATE_KIND:
        return _follow(column, table)
    number, count = _levels(column)
    rows, is_whole = len(number), column.kind == NUMBER_KIND and np.array_equal(column.values, np.round(column.values))
    if not FEWEST_ENTITIES <= count <= rows / 2 or not (is_whole or len(column.words) > FEW_LEVELS):
        return []
    share = max(_between(number, each) for each in _targets(table))
    tenths = np.searchsorted(np.quantile(column.values, np.arange(0.1, 1, 0.1)), column.values)
    ordered = max(_between(tenths, each) for each in _targets(table)) if is_whole else 0.0
    if share < BETWEEN or (is_whole and share - ordered < UNORDERED):
        return []
    return [
        f"Column {show(column.name)} has {count:,} values in {rows:,} rows, and {100 * share:.0f} % of the variance of "
        f"{show(table.target_name)} lies between them: rows of one value are alike, and random splits test on what "
        f'they trained on. If it says which rows belong together, write method = "group_k_fold" and groups = '
        f'"{column.name}" under [replicates].'
    ]


def _follow(column: Column, table: Table) -> list[str]:
    """A column of dates along which rows that follow one another are alike."""
    order = np.argsort(column.values, kind="stable")
    alike = max(_neighbours(each[order]) for each in _targets(table))
    if len(np.unique(column.values)) < FEWEST_ENTITIES or alike < BETWEEN:
        return []
    return [
        f"Rows that follow one another by column {show(column.name)} are alike ({show(table.target_name)} correlates "
        f"with that of the row before by {alike:.2f}): random splits test between rows that they trained on. If what "
        f'comes later is to be predicted, write method = "time_series" and order = "{column.name}" under [replicates].'
    ]


def _neighbours(target: NDArray[np.float64]) -> float:
    """Correlation with the row before; 0 where there is none."""
    before, after = target[:-1], target[1:]
    return float(np.corrcoef(before, after)[0, 1]) if np.ptp(before) and np.ptp(after) else 0.0


def _targets(table: Table) -> list[NDArray[np.float64]]:
    """What varies: the targets of a regression, for each class whether a row has it."""
    if not table.class_names:
        return list(table.target.T)
    return [(table.target[:, 0] == number).astype(np.float64) for number in range(len(table.class_names))]


def _levels(column: Column) -> tuple[NDArray[np.int64], int]:
    """The number of each row's value, gaps one of them, and how many there are."""
    values, number = np.unique(column.values, return_inverse=True)
    return number.astype(np.int64), len(values)


def _between(number: NDArray[np.int64], target: NDArray[np.float64]) -> float:
    """Share of the variance that lies between the groups, less what chance puts there (adjusted R²)."""
    counts = np.bincount(number)
    groups, rows = int(np.count_nonzero(counts)), len(target)
    means = np.bincount(number, weights=target) / np.maximum(counts, 1)
    total, within = float(np.sum((target - target.mean()) ** 2)), float(np.sum((target - means[number]) ** 2))
    if not total or rows <= groups:
        return 0.0
    return 1.0 - (within / (rows - groups)) / (total / (rows - 1))


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count > 1 else ''}"
