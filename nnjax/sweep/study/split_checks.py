"""Checks of how a study splits its rows: the method's own keys, and a score in every part of every split."""

from collections.abc import Iterator

import numpy as np

from nnjax.data.splits import SPLITTERS, Split
from nnjax.sweep.study.checks import FEWEST_ROWS, Draft
from nnjax.sweep.study.errors import Fault, show_value

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
        remedy = 'write file = "…" for a table of your own, or method = "repeated_k_fold"'
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
