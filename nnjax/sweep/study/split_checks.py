"""Checks of how a study splits its rows: the method's own keys, rows enough, a score in every part of every split."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nnjax.data.arrangement import SplitsError
from nnjax.data.splits import REPEATED_K_FOLD, SPLITTERS, Split, check_labels
from nnjax.sweep.study.checks import Draft
from nnjax.sweep.study.errors import Fault, show_value
from nnjax.sweep.study.factors import FULL_BATCH
from nnjax.sweep.study.tables import FEWEST_SPLITS, MOST_SPLITS

FEWEST_ROWS = 2
"""Of any part of a split: R² of one row does not exist."""

FOLDS_OFF = 0.01
"""How far 1 / test_share may lie from a whole number of folds: 0.3333 means three."""

GROUPED = "group_k_fold"
"""What to turn to where a test part gives no score."""

FOLLOWED = {
    "groups": "the column that tells which rows belong together",
    "order": "the column that tells which rows came first",
    "fold": "the column that tells which fold a row is of",
}


def check_splitter(draft: Draft) -> Iterator[Fault]:
    """The method has the keys that it takes, and no others; the column that it follows is one of a file."""
    replicates = draft.file.replicates
    every = {key for each in SPLITTERS.values() for key in each.keys}
    for key in sorted((replicates.model_fields_set & every) - {*replicates.splitter.keys}):
        value = show_value(getattr(replicates, key))
        yield Fault(f"replicates.{key}", value, f"{replicates.method} takes no {key}", _instead(draft, key))
    role = replicates.splitter.role
    if role is None:
        return
    if draft.file.data.file is None:
        remedy = f'write file = "…" for a table of your own, or method = "{REPEATED_K_FOLD}"'
        problem = f"{replicates.method} follows a column, and only a file has one to spare"
        yield Fault("replicates.method", show_value(replicates.method), problem, remedy)
    elif getattr(replicates, role) is None:
        yield Fault(f"replicates.{role}", "", "missing", f'write {role} = "…", {FOLLOWED[role]}')


def _instead(draft: Draft, key: str) -> str:
    """What to write in place of a key that the method does not take."""
    splitter = draft.file.replicates.splitter
    if key == "splits":
        of_each = {"groups": "group", "fold": "fold", "order": "fold"}
        return f"remove it: there is a split for each {of_each[splitter.role or 'fold']}"
    if key in ("folds", "test_share") and {"folds", "test_share"} & {*splitter.keys}:
        return "remove it, and write folds = 5" if "folds" in splitter.keys else "remove it, and write test_share = 0.2"
    others = [name for name, each in SPLITTERS.items() if key in each.keys]
    return f'remove it, or write method = "{others[0]}"'


def check_folds(draft: Draft) -> Iterator[Fault]:
    """A k-fold has a whole number of folds, and whole repeats."""
    replicates = draft.file.replicates
    if not replicates.splitter.has_folds:
        return
    share, splits, is_told = replicates.test_share, replicates.splits, "folds" in replicates.splitter.keys
    folds = replicates.folds if is_told else max(2, round(1 / share))
    if not is_told and abs(1 / share - folds) > FOLDS_OFF:
        problem = f"{replicates.method} needs a whole number of folds, 1 / test_share is {1 / share:.2f}"
        written = f"{1 / folds:.4g}" if abs(1 / float(f"{1 / folds:.4g}") - folds) <= FOLDS_OFF else f"{1 / folds:.6g}"
        without = next(name for name, each in SPLITTERS.items() if not each.has_folds and each.role is None)
        remedy = f'write {written} for {folds} folds, or method = "{without}"'
        yield Fault("replicates.test_share", show_value(share), problem, remedy)
    elif splits % folds:
        below = splits // folds * folds
        legal = [number for number in (below, below + folds) if FEWEST_SPLITS <= number <= MOST_SPLITS]
        remedy = f"write {' or '.join(map(str, legal))}"
        yield Fault("replicates.splits", show_value(splits), f"not a multiple of the {folds} folds", remedy)


def check_rows(draft: Draft) -> Iterator[Fault]:
    """Every part of a split has rows enough, and no batch is larger than the training rows."""
    try:
        sizes = draft.sizes
    except SplitsError as error:
        value = getattr(draft.file.replicates, error.key)
        yield Fault(f"replicates.{error.key}", show_value(value), error.problem, error.remedy)
        return
    if draft.splits and min(sizes.train, sizes.validation) >= FEWEST_ROWS:
        sizes = replace(sizes, test=FEWEST_ROWS)  # which of them are too few, `check_scores` says
    if min(sizes.train, sizes.validation, sizes.test) < FEWEST_ROWS:
        key = "replicates.test_share" if sizes.test < FEWEST_ROWS and not draft.splits else "data.validation_share"
        table, name = key.split(".")
        problem = (
            f"too few rows: {sizes.train} for training, {sizes.validation} for validation, {sizes.test} for the test"
        )
        value = show_value(getattr(getattr(draft.file, table), name))
        yield Fault(key, value, problem, f"each part needs at least {FEWEST_ROWS}")
        return
    labels, names = draft.table.labels, [show_value(name) for name in draft.table.class_names]
    rare = check_labels(labels, draft.plan, names) if labels is not None and not draft.splits else None
    if rare:
        key = "name" if draft.file.data.file is None else "target"
        yield Fault(f"data.{key}", show_value(getattr(draft.file.data, key)), rare, "take more rows or larger shares")
        return
    for level in draft.factors.get("batch_size", (draft.fixed.get("batch_size"),)):
        if isinstance(level, int) and level > sizes.train:
            problem = f"larger than the {sizes.train} training rows"
            is_there = FULL_BATCH in draft.factors.get("batch_size", ())
            remedy = "remove it" if is_there else f'write "{FULL_BATCH}" for all of them'
            yield Fault(draft.where("batch_size"), show_value(level), problem, remedy)


def check_scores(draft: Draft) -> Iterator[Fault]:
    """Splits that follow a column give a score in test and validation rows, and have every class to learn from."""
    for place, split in enumerate(draft.splits):
        fault = _scoreless(draft, place, split) or _unlearnt(draft, place, split)
        if fault:
            yield fault
            return


def _scoreless(draft: Draft, place: int, split: Split) -> Fault | None:
    method, share = draft.replicates.method, draft.file.data.validation_share
    if why := _no_score(draft, split.test):
        remedy = "write fewer folds, or take a table of more groups"
        if method != GROUPED:
            remedy = f'write method = "{GROUPED}", whose test parts are mixed'
        problem = f"the test rows of {split_name(draft, place)} give no score: {why}"
        return Fault("replicates.method", show_value(method), problem, remedy)
    if why := _no_score(draft, split.validation):
        problem = f"the validation rows of {split_name(draft, place)} give no score: {why}"
        return Fault("data.validation_share", show_value(share), problem, "write a larger share")
    return None


def _no_score(draft: Draft, rows: np.typing.NDArray[np.int32]) -> str:
    """Why R² or the accuracy of these rows says nothing; empty if it does."""
    if len(rows) < FEWEST_ROWS:
        return "one row" if len(rows) else "none is left"
    target = draft.table.target[rows]
    if np.ptp(target, axis=0).min() > 0:
        return ""
    if draft.table.class_names:
        return f"all are of class {show_value(draft.table.class_names[int(target[0, 0])])}"
    return f"{draft.table.target_names[int(np.ptp(target, axis=0).argmin())]} is the same in all"


def _unlearnt(draft: Draft, place: int, split: Split) -> Fault | None:
    """A class that the training rows do not have, or that a fold of groups lacks."""
    labels, method = draft.table.labels, draft.replicates.method
    if labels is None:
        return None
    parts = {"training": split.train, "validation": split.validation, "test": split.test}
    for part, rows in parts.items() if method == GROUPED else [("training", split.train)]:
        lacking = np.setdiff1d(np.arange(len(draft.table.class_names)), labels[rows])
        if len(lacking):
            name = show_value(draft.table.class_names[int(lacking[0])])
            problem = f"the {part} rows of {split_name(draft, place)} have none of class {name}"
            remedy = "write fewer folds or a larger validation_share, or take more groups of that class"
            if method != GROUPED:
                remedy = f'write method = "{GROUPED}", or leave that class out'
            return Fault("replicates.method", show_value(method), problem, remedy)
    return None


def split_name(draft: Draft, place: int) -> str:
    """A split as a person knows it."""
    arrangement, splitter = draft.table.arrangement, draft.replicates.splitter
    if arrangement is not None and arrangement.levels and not splitter.has_folds:
        return f"{'fold' if arrangement.role == 'fold' else 'group'} {show_value(arrangement.levels[place])}"
    return f"split {place + 1}"
