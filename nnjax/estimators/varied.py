"""The parameters that a search varied: their values as people read them, and each value beside the others."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnjax.claims.answer import Sizes
from nnjax.estimators.intervals import SplitScores, are_alike_everywhere, has_spread, is_complete
from nnjax.report.layout import Layout
from nnjax.report.ranked import Ranked, by_split, rank
from nnjax.sweep.space import level_text

ABSENT = "default"
"""Stands for the value of a parameter that a candidate does not have, in a search over a list of grids."""

MOST_VALUES = 40
"""Values of a parameter; of more, a random search's numbers, all are drawn and none compared."""

_LARGE = 1e6
"""Numbers from here on are written with a power of ten."""

_LONGEST = 48
"""Letters of a value's text."""


@dataclass(frozen=True)
class VariedParameter:
    """One parameter of which a search tried several values.

    Attributes:
        name: As in `params`.
        short: Its name without the steps of the pipeline before it, where that is unique.
        texts: Its values as people read them, numbers in their order, others as they came.
        numbers: The same as numbers [L]; None where any is no number.
        of_candidate: Text of each candidate's value [C]; `ABSENT` where it has none.
    """

    name: str
    short: str
    texts: tuple[str, ...]
    numbers: NDArray[np.float64] | None
    of_candidate: tuple[str, ...]


@dataclass(frozen=True)
class ComparedValues:
    """The values of a parameter, ranked over the combinations of the others that every value has.

    Attributes:
        ranked: From the highest mean down, all compared with all.
        texts: The values in that order.
        combinations: Of the other parameters, over which the means are taken.
    """

    ranked: Ranked
    texts: tuple[str, ...]
    combinations: int


def varied_parameters(params: Sequence[Mapping[str, Any]]) -> tuple[VariedParameter, ...]:
    """The parameters with two values or more, in the order in which the candidates name them.

    One that some candidates set and others leave as it is varies, too, though it were set to one value alone: then
    `ABSENT` is its other one.

    >>> [each.texts for each in varied_parameters([{"mlp__alpha": 0.1, "seed": 1}, {"mlp__alpha": 0.01, "seed": 1}])]
    [('0.01', '0.1')]
    """
    names = list(dict.fromkeys(name for each in params for name in each))
    found = {name: _values(name, params) for name in names}
    lacking = {name for name in names if any(name not in each for each in params)}
    varied = {name: values for name, values in found.items() if len(values) > 1 or name in lacking}
    shorts = {name: name.rpartition("__")[2] for name in varied}
    return tuple(
        VariedParameter(
            name=name,
            short=shorts[name] if list(shorts.values()).count(shorts[name]) == 1 else name,
            texts=tuple((texts := _texts(values)).values()) + ((ABSENT,) if len(values) == 1 else ()),
            numbers=np.array([float(value) for value in values.values()])
            if len(values) > 1 and _are_numbers(values.values())
            else None,
            of_candidate=tuple(texts[_key(each[name])] if name in each else ABSENT for each in params),
        )
        for name, values in varied.items()
    )


def _values(name: str, params: Sequence[Mapping[str, Any]]) -> dict[Hashable, Any]:
    found = {_key(each[name]): each[name] for each in params if name in each}
    if _are_numbers(found.values()):
        return dict(sorted(found.items(), key=lambda item: float(item[1])))
    return found


def _are_numbers(values: Any) -> bool:
    return all(
        isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_) for value in values
    )


def _key(value: Any) -> Hashable:
    """What two values have in common that are the same: 1 and 1.0 do, 1 and True do not."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number", float(value)
    if isinstance(value, tuple | list | np.ndarray):
        return "sequence", tuple(_key(member) for member in value)
    return type(value).__qualname__, value if isinstance(value, str) else repr(value)


def _texts(values: Mapping[Hashable, Any]) -> dict[Hashable, str]:
    """Short texts that tell the values apart; numbers drawn at random have more digits than anybody reads."""
    texts: dict[Hashable, str] = {}
    for digits in (3, 5, 8, 17):
        left = {key: _text(value, digits) for key, value in values.items() if key not in texts}
        seen = Counter(left.values())
        texts |= {key: text for key, text in left.items() if seen[text] == 1 and text not in {ABSENT, *texts.values()}}
    for place, key in enumerate(values, start=1):
        texts.setdefault(key, f"{_text(values[key], 17)} ({place})")
    return {key: texts[key] for key in values}


def _text(value: Any, digits: int) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return level_text(float(f"{value:.{digits}g}")) if abs(value) < _LARGE else f"{value:.{digits}g}"
    if isinstance(value, tuple | list | np.ndarray):
        inside = ", ".join(repr(member) if isinstance(member, str) else _text(member, digits) for member in value)
        return f"({inside}{',' if len(value) == 1 else ''})" if isinstance(value, tuple) else f"[{inside}]"
    words = " ".join((getattr(value, "__name__", None) or str(value)).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def score_table(scores: SplitScores, varied: Sequence[VariedParameter]) -> pd.DataFrame:
    """A row a complete candidate and split: split, a column a varied parameter (by its short name), test_score."""
    usable = np.flatnonzero(is_complete(scores))
    n_splits = scores.shape[1]
    return pd.DataFrame(
        {
            "split": np.tile(np.arange(n_splits), len(usable)),
            **{each.short: np.repeat([each.of_candidate[c] for c in usable], n_splits) for each in varied},
            "test_score": scores[usable].ravel(),
        }
    )


def as_layout(varied: Sequence[VariedParameter]) -> Layout:
    """The varied parameters as the report's factors."""
    names = tuple(each.short for each in varied)
    levels = {each.short: each.texts for each in varied}
    return Layout(names, (), levels, names[0] if names else "", "", names[1:], {}, 0)


ALONE = "no two candidates differ in that parameter alone"
MANY = "there are too many"
NO_SPREAD = "two of them differ by the same in every split: without any spread there is no interval"
"""Why values cannot be compared."""


def compare_values(
    table: pd.DataFrame, parameter: VariedParameter, varied: Sequence[VariedParameter], sizes: Sizes
) -> ComparedValues | str:
    """Every value of a parameter beside every other, paired over splits and over the others' combinations.

    Averaged over those combinations, not at the best of them: the best of many is chosen by the scores that it would be
    judged by. All pairs are compared, so it does no harm that the first value was picked for being first. Where nothing
    can be compared, as in most random searches: why.

    Args:
        table: From `score_table`.
        parameter: The parameter.
        varied: All that vary.
        sizes: Rows of a split; its doubt, where no interval is known to hold.
    """
    rows = table[table[parameter.short].isin(parameter.texts)]
    if len(parameter.texts) > MOST_VALUES:
        return MANY
    if rows.empty:
        return ALONE
    others = [each.short for each in varied if each is not parameter]
    means = by_split(rows, parameter.short, others)
    ranked = rank(means, parameter.short, as_layout(varied), sizes)
    if ranked is None:
        return ALONE
    if not all(
        has_spread(*pair) or are_alike_everywhere(*pair) for pair in combinations(means.to_numpy(dtype=float), 2)
    ):
        return NO_SPREAD
    texts = tuple(str(means.index[place]) for place in ranked.ranking.order)
    shared = (
        rows[rows[parameter.short].isin(texts)].groupby(others)[parameter.short].nunique() if others else [len(texts)]
    )
    return ComparedValues(ranked, texts, int(np.sum(np.asarray(shared) == len(texts))))


def value_intervals(parameter: VariedParameter, compared: ComparedValues) -> pd.DataFrame:
    """The values of a parameter in their own order, each beside the one with the highest mean.

    One row a value: parameter, value, mean_test_score (over the combinations that all values have), difference (the
    highest mean minus its own) with low and high, all pairs together, is_tied, combinations.
    """
    ranked = compared.ranked
    rows = [
        (parameter.name, text, mean, advantage.estimate, advantage.low, advantage.high, is_tied, compared.combinations)
        for text, mean, advantage, is_tied in zip(
            compared.texts, ranked.means, ranked.ranking.advantages, ranked.ranking.is_tied, strict=True
        )
    ]
    columns = ["parameter", "value", "mean_test_score", "difference", "low", "high", "is_tied", "combinations"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("value", key=lambda values: values.map(parameter.texts.index), ignore_index=True)
