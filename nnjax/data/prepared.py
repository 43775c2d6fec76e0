"""A table's columns as numbers, learnt on the training rows of a split by scikit-learn's transformers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnjax.data.autologging import without_autologging
from nnjax.data.column import DATE_KIND, Column
from nnjax.data.dates import date_parts, days_since, has_times
from nnjax.data.long_tails import AS_IS, LOG, tail_transformer, without_dust
from nnjax.data.polynomial import form_polynomial
from nnjax.data.preparation import (
    ELAPSED,
    MOST_FREQUENT,
    ONE_HOT,
    ORDINAL,
    OWN_LEVEL,
    Preparation,
    PreparedColumn,
    check_preparation,
    codes_of,
    is_of_words,
    prepared_columns,
    words_of,
)
from nnjax.data.scaling import ScaledSplit, scale_split
from nnjax.data.splits import Split
from nnjax.data.streams import stream
from nnjax.data.tables import Table

SKEWED = 1.0
"""Skewness of the training rows from which on a column is called skewed."""

INNER_FOLDS = 5
"""Within the training rows: a word's mean target is learnt on four fifths of them and given to the last fifth."""

Matrix = NDArray[np.float64]


class Learnt(NamedTuple):
    """A transformer of scikit-learn that has seen the training rows, and the columns that it was shown, in order."""

    name: str
    columns: tuple[str, ...]
    transformer: Any


MadeColumns = tuple[list[Matrix], list[Learnt]]
"""What columns that are made together become, one matrix each, and what was learnt for it."""

CURVE, RARE_ONES, MEANS = "numbers_curve", "words", "words_by_target"
"""What some of what is learnt is called: without tails, words as numbers with the rare ones as one, words by target."""


def prepare(table: Table, preparation: Preparation, split: Split) -> Table:
    """The table with the features that a split's rows have; no other than its training rows taught them.

    With the defaults it is the table itself. Its digest stays that of what was read.

    Raises:
        OwnTableError: If it cannot be prepared so: see `preparation_problems`.
    """
    if preparation.is_default and not table.is_raw:
        return table
    check_preparation(table, preparation, len(split.train))
    made = prepared_columns(table, preparation, len(split.train))
    parts, _ = learn_columns(table, made, preparation, split)
    features = np.column_stack(parts)
    names = tuple(name for each in made for name in each.names)
    if not np.isfinite(features).all():
        raise AssertionError(f"{table.name}: a column slipped through its preparation")
    features, names = form_polynomial(features, names, table.polynomial_degree)
    return replace(table, features=features, feature_names=names, rounding=())


def prepare_and_scale(
    table: Table,
    split: Split,
    output: str,
    preparation: Preparation,
    rounded: tuple[int, ...],
    target_scale: str = AS_IS,
) -> ScaledSplit:
    """A split ready for training; columns that are constant but for rounding are those of the table as it was read."""
    prepared = prepare(table, preparation, split)
    return scale_split(prepared, split, output, rounded if prepared is table else None, target_scale)


def learn_columns(
    table: Table, made: Sequence[PreparedColumn], preparation: Preparation, split: Split
) -> tuple[list[Matrix], list[Learnt]]:
    """What every column becomes in all its rows, in the order of the names, and what was learnt for it."""
    blocks: dict[str, Matrix] = {}
    learnt: list[Learnt] = []
    with without_autologging():
        for is_member, build in _BLOCKS:
            members = [each for each in made if is_member(each.column)]
            if members:
                parts, taught = build(table, members, preparation, split)
                blocks |= {each.column.name: part for each, part in zip(members, parts, strict=True)}
                learnt += taught
    for each in made:
        assert blocks[each.column.name].shape == (len(each.column.values), len(each.names)), each.column.name
    return [blocks[each.column.name] for each in made], learnt


def _learn(transformer: Any, values: Matrix, split: Split) -> Matrix:
    """All rows as a transformer makes them that has seen the training rows."""
    transformer.set_output(transform="default").fit(values[split.train])
    return np.asarray(transformer.transform(values), dtype=np.float64)


def _stack(members: Sequence[PreparedColumn]) -> Matrix:
    return np.column_stack([each.column.values for each in members])


def _names(members: Sequence[PreparedColumn]) -> tuple[str, ...]:
    return tuple(each.column.name for each in members)


def _filled(
    values: Matrix, strategy: str, split: Split, members: Sequence[PreparedColumn], what: str
) -> tuple[Matrix, list[Learnt]]:
    """Gaps filled from the training rows; a column that is empty there becomes 0."""
    if not np.isnan(values).any():
        return values, []
    from sklearn.impute import SimpleImputer  # here: its import takes seconds

    imputer = SimpleImputer(strategy=strategy, keep_empty_features=True)
    return _learn(imputer, values, split), [Learnt(f"{what}_fill", _names(members), imputer)]


def _numbers(table: Table, members: Sequence[PreparedColumn], preparation: Preparation, split: Split) -> MadeColumns:
    values = _stack(members)
    strategy = "median" if preparation.missing_values == OWN_LEVEL else preparation.missing_values
    filled, learnt = _filled(values, strategy, split, members, "numbers")
    filled, curves = _unskewed(filled, values, preparation.skewed_columns, split, members)
    gone = np.isnan(values).astype(np.float64)
    return [
        np.column_stack([filled[:, place], gone[:, place]]) if each.column.gap else filled[:, [place]]
        for place, each in enumerate(members)
    ], learnt + curves


def _unskewed(
    filled: Matrix, values: Matrix, level: str, split: Split, members: Sequence[PreparedColumn]
) -> tuple[Matrix, list[Learnt]]:
    if level == AS_IS:
        return filled, []
    found = np.flatnonzero(skewed(values, split, level))
    if not len(found):
        return filled, []
    changed, curve = filled.copy(), tail_transformer(level, len(split.train))
    changed[:, found] = _learn(curve, without_dust(filled[:, found]), split)
    return changed, [Learnt(CURVE, _names([members[place] for place in found.tolist()]), curve)]


def skewed(values: Matrix, split: Split, level: str) -> NDArray[np.bool_]:
    """Which columns of numbers are skewed over the training rows of a split, gaps left out [D].

    For the logarithm they must have no number below 0 in any row. The skewness is the third standardised moment.
    """
    rows = np.ma.masked_invalid(values[split.train])
    centred = rows - rows.mean(axis=0)
    # By a power of two, which changes no bit of the skewness: cubes of 1e149 are infinite, of 1e-150 nothing.
    _, power = np.frexp(np.ma.filled(np.abs(centred).max(axis=0), 0.0))
    centred *= np.exp2(-np.maximum(power, -1000.0))
    variance = np.ma.filled((centred**2).mean(axis=0), 0.0)
    third = np.ma.filled((centred**3).mean(axis=0), 0.0)
    skewness = np.divide(np.abs(third), variance**1.5, out=np.zeros_like(third), where=variance > 0)
    may_be = np.nanmin(values, axis=0) >= 0 if level == LOG else np.full(values.shape[1], True)
    return np.asarray((skewness > SKEWED) & may_be)


def _dates(table: Table, members: Sequence[PreparedColumn], preparation: Preparation, split: Split) -> MadeColumns:
    moments, learnt = _filled(_stack(members), MOST_FREQUENT, split, members, "dates")
    if preparation.date_columns == ELAPSED:
        return [days_since(each, first_moment(each, split))[:, None] for each in moments.T], learnt
    parts = [date_parts(moments[:, place], has_times(each.column.values)) for place, each in enumerate(members)]
    return parts, learnt


def first_moment(moments: NDArray[np.float64], split: Split) -> float:
    """What the days of a column without gaps [N] are counted from."""
    return float(moments[split.train].min())


def _word_blocks(
    table: Table, members: Sequence[PreparedColumn], preparation: Preparation, split: Split
) -> MadeColumns:
    codes = np.column_stack([codes_of(each.column, preparation) for each in members])
    codes, learnt = _filled(codes, MOST_FREQUENT, split, members, "words")
    known = [np.arange(len(words_of(each.column, preparation)), dtype=np.float64) for each in members]
    if preparation.word_columns == ONE_HOT:
        parts, encoder = _one_hot(codes, known, members, preparation.rare_words, split)
        return parts, [*learnt, Learnt(RARE_ONES, _names(members), encoder)]
    from sklearn.preprocessing import OrdinalEncoder

    if preparation.rare_words:
        numbered = OrdinalEncoder(categories=known, min_frequency=preparation.rare_words)
        codes = _learn(numbered, codes, split)
        learnt = [*learnt, Learnt(RARE_ONES, _names(members), numbered)]
    if preparation.word_columns == ORDINAL:
        return [column[:, None] for column in codes.T], learnt
    parts, by_target = _by_target(codes, table, split)
    return parts, [*learnt, Learnt(MEANS, _names(members), by_target)]


def _one_hot(
    codes: Matrix, known: list[NDArray[np.float64]], members: Sequence[PreparedColumn], rare: float, split: Split
) -> tuple[list[Matrix], Any]:
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(categories=known, min_frequency=rare or None, sparse_output=False, handle_unknown="ignore")
    encoded, parts, start = _learn(encoder, codes, split), [], 0
    for place, each in enumerate(members):
        rare_ones = encoder.infrequent_categories_[place] if rare else None
        merged = set() if rare_ones is None else set(rare_ones.astype(np.int64).tolist())
        frequent = [code for code in range(len(known[place])) if code not in merged]
        block = encoded[:, start : start + len(frequent) + bool(merged)]
        start += block.shape[1]
        if not rare:
            parts.append(block[:, -len(each.names) :])
            continue
        part = np.zeros((len(codes), len(each.names)))
        place_of = {code: number for number, code in enumerate(each.words)}
        for code, column in zip(frequent, block.T, strict=False):
            part[:, place_of.get(code, -1)] += column  # only filled gaps make a word frequent that has no place
        if merged:
            part[:, -1] += block[:, -1]
        parts.append(part)
    return parts, encoder


def _by_target(codes: Matrix, table: Table, split: Split) -> tuple[list[Matrix], Any]:
    """Words as the mean target, or the share of a class, of the training rows that have them, cross-fitted there."""
    from sklearn import config_context
    from sklearn.preprocessing import TargetEncoder

    labels, train = table.labels, split.train
    kind = "continuous" if labels is None else "binary" if len(table.class_names) == 2 else "multiclass"
    target = table.target[:, 0] if labels is None else labels
    groups = None if table.groups is None else table.groups[train]
    seed = int(split.digest[:8], 16)  # what is drawn within a split's rows depends on these rows alone
    folds = inner_folds(len(train), None if labels is None else labels[train], seed, groups)
    encoder = TargetEncoder(target_type=kind, cv=folds).set_output(transform="default")
    others = np.setdiff1d(np.arange(len(codes)), train)
    with config_context(enable_metadata_routing=False):  # with it the encoder wants groups, which the folds have had
        learnt = np.asarray(encoder.fit_transform(codes[train], target[train]))
    encoded = np.empty((len(codes), learnt.shape[1]))
    encoded[train] = learnt
    if len(others):  # none where all rows train
        encoded[others] = encoder.transform(codes[others])
    return list(np.split(encoded, codes.shape[1], axis=1)), encoder


def inner_folds(
    n_train: int, labels: NDArray[np.int64] | None, seed: int, groups: NDArray[np.int64] | None = None
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Folds within the training rows, each row in one test part: dealt class by class, or whole groups at a time."""
    if groups is not None and len(names := np.unique(groups)) > 1:
        order = stream(seed, "split").permutation(len(names))
        fold = (order % min(INNER_FOLDS, len(names)))[np.searchsorted(names, groups)]
        return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(fold.max() + 1)]
    order = stream(seed, "split").permutation(n_train)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    fold = np.empty(n_train, dtype=np.int64)
    fold[order] = np.arange(n_train) % min(INNER_FOLDS, n_train)
    return [(np.flatnonzero(fold != number), np.flatnonzero(fold == number)) for number in range(fold.max() + 1)]


Build = Callable[[Table, Sequence[PreparedColumn], Preparation, Split], MadeColumns]

_BLOCKS: tuple[tuple[Callable[[Column], bool], Build], ...] = (
    (is_of_words, _word_blocks),
    (lambda column: column.kind == DATE_KIND, _dates),
    (lambda column: column.kind != DATE_KIND and not is_of_words(column), _numbers),
)
"""Which columns are made into numbers together, and how."""
