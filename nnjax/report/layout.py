"""Which factor is colour, which is panel, and at which reference level the others stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nnjax.sweep.space import level_text
from nnjax.sweep.study.factors import Level

COLOR_FACTOR = "activation"
PANEL_FACTOR = "depth"


@dataclass(frozen=True)
class Layout:
    """The factors of a study as the report shows them. Levels are values of the results table's columns."""

    studied: tuple[str, ...]
    """Factors that the question is about, in the study's order."""
    nuisance: tuple[str, ...]
    """Factors that are chosen on validation rows."""
    levels: Mapping[str, tuple[Level, ...]]
    """Levels of each factor, in the study's order."""
    color: str
    """The factor that lines and dots are coloured by."""
    panel: str
    """The factor with one panel a level; empty where only one factor is studied."""
    others: tuple[str, ...]
    """Studied factors that stand at their reference level where a figure does not show them."""
    reference: Mapping[str, Level]
    """Level of each studied factor that figures and differences refer to."""
    full_batch: int
    """Size of the full batch: shown as "full"."""

    @property
    def shown(self) -> list[str]:
        """Colour factor and panel factor: what most figures show."""
        return [self.color, self.panel] if self.panel else [self.color]

    def text(self, factor: str, level: Any) -> str:
        """A level as people read it.

        >>> layout = make_layout(pd.DataFrame({"batch_size": [8, 265]}), ["batch_size"], [], 265)
        >>> layout.text("batch_size", 265)
        'full (265)'
        """
        if factor == "batch_size" and level == self.full_batch:
            return f"full ({level_text(level)})"
        return level_text(level)

    def describe(self, levels: "Mapping[str, Any] | pd.Series[Any]", factors: Sequence[str]) -> str:
        """Some factors with their levels, in words: "activation = relu, depth = 2"."""
        return ", ".join(f"{factor} = {self.text(factor, levels[factor])}" for factor in factors)

    def at_reference(self, table: pd.DataFrame, varied: Sequence[str]) -> pd.DataFrame:
        """Rows in which every studied factor outside `varied` stands at its reference level."""
        fixed = [name for name in (self.color, self.panel, *self.others) if name and name not in varied]
        is_there = np.ones(len(table), dtype=np.bool_)
        for factor in fixed:
            is_there &= (table[factor] == self.reference[factor]).to_numpy(dtype=np.bool_)
        return table[is_there]

    def where(self, varied: Sequence[str]) -> str:
        """The same as a sentence; empty where there is nothing to say.

        >>> layout = make_layout(pd.DataFrame({"depth": [1, 2], "l2": [0.0, 0.1]}), ["depth"], ["l2"], 265)
        >>> layout.where(["depth"])
        'With l2 chosen on validation rows in each split.'
        >>> layout.where([])
        'At depth = 1; l2 chosen on validation rows in each split.'
        """
        sentence = self.reference_sentence(varied)
        word = "At" if any(factor not in varied for factor in self.studied) else "With"
        return f"{word} {sentence}." if sentence else ""

    def reference_sentence(self, varied: Sequence[str]) -> str:
        """Where the factors stand that a figure does not show, in words."""
        fixed = [f for f in (self.color, self.panel, *self.others) if f and f not in varied]
        chosen = f"{', '.join(self.nuisance)} chosen on validation rows in each split" if self.nuisance else ""
        return "; ".join(part for part in (self.describe(self.reference, fixed), chosen) if part)


def make_layout(
    results: pd.DataFrame,
    studied: Sequence[str],
    nuisance: Sequence[str],
    full_batch: int,
    order: Mapping[str, Sequence[Level]] | None = None,
    reference: Mapping[str, Level] | None = None,
) -> Layout:
    """Assign the factors to colour, panels and references.

    Levels stand as in `order`, the study's, or as the table has them; `reference` is the first level of each factor
    where it is left out. A studied factor that another one determines (varied together) is not counted a second time.
    """
    names = [factor for factor in studied if results[factor].nunique() > 1] or list(studied[:1]) or [COLOR_FACTOR]
    names = _independent(results, names)
    levels = {factor: _levels(results, factor, (order or {}).get(factor, ())) for factor in [*names, *nuisance]}
    color = COLOR_FACTOR if COLOR_FACTOR in names else next((n for n in names if n != PANEL_FACTOR), names[0])
    rest = [factor for factor in names if factor != color]
    panel = PANEL_FACTOR if PANEL_FACTOR in rest else (rest[0] if rest else "")
    return Layout(
        studied=tuple(names),
        nuisance=tuple(nuisance),
        levels=levels,
        color=color,
        panel=panel,
        others=tuple(factor for factor in rest if factor != panel),
        reference={name: (reference or {}).get(name, levels[name][0]) for name in names},
        full_batch=full_batch,
    )


def _levels(results: pd.DataFrame, factor: str, order: Sequence[Level]) -> tuple[Level, ...]:
    present = results[factor].drop_duplicates().tolist()
    return tuple(sorted(present, key=lambda level: order.index(level) if level in order else len(order)))


def _independent(results: pd.DataFrame, factors: Sequence[str]) -> list[str]:
    """Leave out each factor that an earlier one determines: there is no effect of its own to show."""
    kept: list[str] = []
    for factor in factors:
        if not any(results.groupby(earlier)[factor].nunique().max() == 1 for earlier in kept):
            kept.append(factor)
    return kept


def with_places(table: pd.DataFrame, factor: str, layout: Layout, column: str = "place") -> pd.DataFrame:
    """Add the position of a factor's level among those present, and its name in a column that ends in "_name".

    >>> layout = make_layout(pd.DataFrame({"depth": [1, 2, 4]}), ["depth"], [], 265)
    >>> with_places(pd.DataFrame({"depth": [4, 1]}), "depth", layout)["place"].tolist()
    [1, 0]
    """
    present = [level for level in layout.levels[factor] if level in set(table[factor])]
    places = {level: place for place, level in enumerate(present)}
    names = {level: layout.text(factor, level) for level in present}
    placed = table.copy()
    placed[column] = table[factor].map(places)
    placed[f"{column}_name"] = table[factor].map(names)
    return placed


def each_group(table: pd.DataFrame, factors: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """The rows at each combination of levels of at least one factor, in the order in which they first occur.

    >>> table = pd.DataFrame({"depth": [2, 1, 2], "split": [0, 0, 1]})
    >>> [(levels, len(rows)) for levels, rows in each_group(table, ["depth"])]
    [({'depth': 2}, 2), ({'depth': 1}, 1)]
    """
    for levels, rows in table.groupby(list(factors), sort=False):
        yield dict(zip(factors, levels, strict=True)), rows
