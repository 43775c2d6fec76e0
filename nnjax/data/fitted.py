"""What a split's training rows taught, as plain JSON: the way from raw columns to a network's inputs, and back.

It is learnt by the code that prepares a split for training, which is shown some rows beyond those of the table: one a
word, and one that is a gap. Whatever that code makes of them is what a new row's word or gap becomes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnjax.data.column import DATE_KIND, WORD_KIND, Column
from nnjax.data.dates import has_times
from nnjax.data.long_tails import AS_IS, LOG
from nnjax.data.polynomial import polynomial_terms
from nnjax.data.preparation import (
    ELAPSED,
    MOST_FREQUENT,
    ONE_HOT,
    ORDINAL,
    OWN_LEVEL,
    REFUSE,
    TARGET,
    Preparation,
    PreparedColumn,
    is_of_words,
    prepared_columns,
    words_of,
)
from nnjax.data.prepared import CURVE, MEANS, RARE_ONES, Learnt, first_moment, learn_columns, prepare
from nnjax.data.scaling import fit_scaling
from nnjax.data.splits import Split
from nnjax.data.tables import Table

UNSEEN_AS = ("rare", "none of the known", "after the last", "mean of the target")
"""What a word that the table never had may count as: one of the rare words; where no word was rare, none of the known
(zeros alone) or the code after the last word's; where each word has the target's mean, the mean of all."""


@dataclass(frozen=True)
class FittedPreparation:
    """What the training rows of a split taught.

    Attributes:
        document: In JSON: rules of the raw columns, names of what they become, products, means and scales, the way back
            of the target.
        transformers: scikit-learn's, fitted, and the raw columns (or targets) that each was shown.
    """

    document: dict[str, Any]
    transformers: tuple[Learnt, ...]


def fit_preparation(
    table: Table,
    split: Split,
    output: str,
    preparation: Preparation,
    rounded: tuple[int, ...],
    target_scale: str = AS_IS,
) -> FittedPreparation:
    """Learn of a split's training rows what `prepare_and_scale` learns of them, in the same words.

    Raises:
        OwnTableError: If the table cannot be prepared so.
    """
    prepared = prepare(table, preparation, split)
    scaling = fit_scaling(prepared, split, output, rounded if prepared is table else None, target_scale)
    made = prepared_columns(table, preparation, len(split.train))
    most = max(_n_words(each.column) for each in made)
    shown = [replace(each, column=_with_probes(each.column, most, preparation)) for each in made]
    parts, learnt = learn_columns(table, shown, preparation, split)
    rows, taught = len(table.target), {each.name: each for each in learnt}
    rules = [_rule(each, part[rows:], preparation, taught, split) for each, part in zip(made, parts, strict=True)]
    names = [name for each in made for name in each.names]
    document: dict[str, Any] = {"columns": rules, "names": names, "polynomial_degree": table.polynomial_degree}
    if table.polynomial_degree > 1:
        document["products"] = [list(term) for term in polynomial_terms(len(names), table.polynomial_degree)]
    for name in ("x_mean", "x_scale", "y_mean", "y_scale"):
        document[name] = getattr(scaling, name).tolist()
    own_unit = scaling.own_unit
    document["target_curve"] = None if own_unit is None else _curve(target_scale, own_unit.transformer, None)
    of_target = () if own_unit is None else (Learnt("target_curve", table.target_names, own_unit.transformer),)
    return FittedPreparation(document, (*learnt, *of_target))


def _is_filled(column: Column, preparation: Preparation) -> bool:
    """Whether a new row may have a gap there."""
    level = preparation.missing_values
    if level == REFUSE:
        return False
    if column.kind == DATE_KIND:
        return level == MOST_FREQUENT
    if is_of_words(column):
        return level == MOST_FREQUENT or bool(column.gap)
    return level != OWN_LEVEL or bool(column.gap)


def _n_words(column: Column) -> int:
    return len(column.words or ("false", "true")) if is_of_words(column) else 0


def _with_probes(column: Column, most: int, preparation: Preparation) -> Column:
    """The column with a row a word below its own, as many as any column needs, and a gap where gaps are filled."""
    own = _n_words(column)
    probes = np.minimum(np.arange(most), own - 1.0) if own else np.full(most, column.values[0])
    last = np.nan if _is_filled(column, preparation) else column.values[0]
    return replace(column, values=np.concatenate([column.values, probes, [last]]))


def _rule(
    made: PreparedColumn,
    probed: NDArray[np.float64],
    preparation: Preparation,
    taught: Mapping[str, Learnt],
    split: Split,
) -> dict[str, Any]:
    """What becomes of a raw column; `probed` is what became of its words and, in the last row, of a gap."""
    column, is_filled = made.column, _is_filled(made.column, preparation)
    rule: dict[str, Any]
    if is_of_words(column):
        encoding = probed[: _n_words(column)].tolist()
        missing = probed[-1].tolist() if is_filled else None
        unseen, unseen_as = _unseen(made, probed, preparation, taught)
        words = list(column.words or ("false", "true"))
        rule = {"kind": "words", "words": words, "encoding": encoding, "missing": missing, "unseen": unseen}
        return rule | {"unseen_as": unseen_as}
    if column.kind == DATE_KIND:
        fill = _learnt_number(taught.get("dates_fill"), column.name) if is_filled else None
        rule = {"kind": "dates", "fill": fill}
        if preparation.date_columns != ELAPSED:
            return rule | {"parts": True, "with_time": has_times(column.values)}
        moments = column.values if fill is None else np.where(np.isnan(column.values), fill, column.values)
        return rule | {"elapsed_from": first_moment(moments, split)}
    fill = _learnt_number(taught.get("numbers_fill"), column.name) if is_filled else None
    curve, learnt = None, taught.get(CURVE)
    if learnt is not None and column.name in learnt.columns:
        curve = _curve(preparation.skewed_columns, learnt.transformer, learnt.columns.index(column.name))
    return {"kind": "numbers", "fill": fill, "indicator": bool(column.gap), "curve": curve}


def _learnt_number(imputer: Learnt | None, name: str) -> float:
    assert imputer is not None, name
    return float(imputer.transformer.statistics_[imputer.columns.index(name)])


def _curve(level: str, transformer: Any, place: int | None) -> dict[str, Any]:
    """The way to a column's normal curve, or back from those of all targets."""
    if level == LOG:
        return {"log": True}
    quantiles = transformer.quantiles_.T if place is None else transformer.quantiles_[:, place]
    return {"quantiles": quantiles.tolist(), "references": transformer.references_.tolist()}


def _unseen(
    made: PreparedColumn, probed: NDArray[np.float64], preparation: Preparation, taught: Mapping[str, Learnt]
) -> tuple[list[float] | None, str | None]:
    """What a word becomes that the table never had, and which of `UNSEEN_AS` that is; None and None where refused."""
    column = made.column
    if column.kind != WORD_KIND:
        return None, None
    if preparation.rare_words:
        words = taught[RARE_ONES]
        rare = words.transformer.infrequent_categories_[words.columns.index(column.name)]
        if rare is not None:  # one of its words, or the missing one
            return [*probed[int(rare[0]) if rare[0] < _n_words(column) else -1].tolist()], UNSEEN_AS[0]
        if preparation.word_columns == ONE_HOT:
            # a column that no training row was in has a weight that nothing taught
            return [0.0] * len(made.names), UNSEEN_AS[1]
        if preparation.word_columns == ORDINAL:
            return [float(len(words_of(column, preparation)))], UNSEEN_AS[2]
    if preparation.word_columns == TARGET:
        return [*np.atleast_1d(taught[MEANS].transformer.target_mean_).tolist()], UNSEEN_AS[3]
    return None, None
