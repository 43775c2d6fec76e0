"""Levels of a factor in the order of a score, in words: which tie at the top, by how much the others are behind."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from nnjax.claims.answer import Sizes
from nnjax.report.formats import Show
from nnjax.report.layout import Layout
from nnjax.report.views import join_words
from nnjax.statistics.interval import PairedInterval
from nnjax.statistics.ranking import Ranking, rank_levels
from nnjax.sweep.study.factors import Level

MOST_BEHIND = 2
"""Levels that are behind and are named with their intervals; the others are counted."""

MOST_ALIKE_NAMED = 3
"""Levels that are named where none differs."""

SAY_NOTHING = frozenset({"true", "false", "none", "auto"})
"""Levels that are words, and yet need their factor's name beside them."""


@dataclass(frozen=True)
class Ranked:
    """Levels by name, from the highest mean down, with the intervals that order them."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    ranking: Ranking
    left_out: tuple[str, ...] = ()
    """Levels that lack too many runs to be compared."""
    is_known: bool = True
    """Whether intervals over such splits are known to hold: only then is it known what would be found."""

    @property
    def is_level(self) -> bool:
        """Whether no two were found to differ."""
        return self.ranking.apart is None

    @property
    def is_alone(self) -> bool:
        """Whether the first can be told from all others."""
        return sum(self.ranking.is_tied) == 1

    def words(self, show: Show, quantity: str) -> str:
        """Which is first, which cannot be told from it, what is behind; or what difference would have been found.

        >>> from nnjax.statistics.ranking import rank_levels
        >>> ranking = rank_levels([[0.50, 0.52, 0.54], [0.49, 0.53, 0.53], [0.10, 0.13, 0.12]], 331, 111)
        >>> ranked = Ranked(("relu", "tanh", "logistic"), (0.52, 0.517, 0.117), ranking)
        >>> ranked.words("{:.2f}".format, "test_r2")
        'relu has the highest test_r2, 0.52; tanh cannot be told from it; logistic is behind by 0.40 [0.31, 0.50].'
        """
        lost = f" Left out for want of runs: {join_words(self.left_out)}." if self.left_out else ""
        if self.ranking.apart is None:
            return f"{self._level(show, quantity)}.{lost}"
        placed = zip(self.names, self.ranking.advantages, self.ranking.is_tied, strict=True)
        behind = [(name, advantage) for name, advantage, is_tied in placed if not is_tied]
        if not behind:
            better, worse, interval = self.ranking.apart
            pair = f"{self.names[worse]} is behind {self.names[better]} {_by(interval, show)}"
            return f"No level is known to be first in {quantity}; {pair}.{lost}"
        first = f"{self.names[0]} has the highest {quantity}, {show(self.means[0])}"
        return f"{first}; {self.rivals}{_behind(behind, show)}.{lost}"

    def takeaway(self, first: str, last: str) -> str:
        """The same in a few words, where `first` is said of the one that leads and `last` of those behind.

        >>> from nnjax.statistics.ranking import rank_levels
        >>> ranking = rank_levels([[0.50, 0.52, 0.54], [0.49, 0.53, 0.53], [0.10, 0.13, 0.12]], 331, 111)
        >>> Ranked(("relu", "tanh", "logistic"), (0.52, 0.517, 0.117), ranking).takeaway("best", "behind")
        'logistic behind'
        """
        if self.ranking.apart is None:
            return "no difference found"
        if self.is_alone:
            return f"{self.names[0]} {first}"
        behind = [name for name, is_tied in zip(self.names, self.ranking.is_tied, strict=True) if not is_tied]
        return f"{shortened(behind or [self.names[self.ranking.apart[1]]], 2)} {last}"

    @property
    def rivals(self) -> str:
        """Those that cannot be told from the first, as a clause; empty where it stands alone."""
        tied = [name for name, is_tied in zip(self.names, self.ranking.is_tied, strict=True) if is_tied]
        return f"{shortened(tied[1:], 2)} cannot be told from it; " if len(tied) > 1 else ""

    @property
    def all_names(self) -> str:
        """All of them, where they are few; else their number."""
        return f"the {len(self.names)} levels" if len(self.names) > MOST_ALIKE_NAMED else join_words(self.names)

    def _level(self, show: Show, quantity: str) -> str:
        """That no two were found to differ, and what difference would have been found."""
        if show(self.ranking.detectable) == show(0.0):
            every = "both" if len(self.names) == 2 else "all"
            return f"{self.all_names} {every} have the same {quantity}, {show(self.means[0])}"
        if not self.is_known:
            return f"{self.all_names} cannot be told apart in {quantity}"
        between = f"{'between' if len(self.names) == 2 else 'among'} {self.all_names}"
        power = f"a true difference of {show(self.ranking.detectable)} would have been noticed in 4 of 5 such studies"
        return f"No difference in {quantity} {between} was found; {power}"


def _by(interval: PairedInterval, show: Show) -> str:
    return f"by {show(interval.estimate)} [{show(interval.low)}, {show(interval.high)}]"


def _behind(levels: Sequence[tuple[str, PairedInterval]], show: Show) -> str:
    (first, nearest), (last, furthest) = levels[0], levels[-1]
    if len(levels) > MOST_BEHIND:
        return f"{len(levels)} others are behind, from {first} {_by(nearest, show)} to {last} {_by(furthest, show)}"
    return f"{first} is behind {_by(nearest, show)}" + (f" and {last} {_by(furthest, show)}" if len(levels) > 1 else "")


def shortened(names: Sequence[str], most: int = 3) -> str:
    """Some names, the last ones counted where there are many.

    >>> shortened(["a", "b", "c", "d", "e"])
    'a, b and 3 others'
    """
    return join_words(names if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} others"])


def level_name(layout: Layout, factor: str, level: Level) -> str:
    """A level as a sentence names it: "relu", but "depth 8".

    >>> from nnjax.report.layout import make_layout
    >>> layout = make_layout(pd.DataFrame({"activation": ["relu", "elu"], "depth": [1, 8]}), ["activation"], [], 265)
    >>> level_name(layout, "activation", "relu"), level_name(layout, "depth", 8)
    ('relu', 'depth 8')
    """
    text = layout.text(factor, level)
    is_telling = text.isidentifier() and text.lower() not in SAY_NOTHING
    return text if is_telling and factor != "initializer" else f"{factor} {text}"  # "he" reads as a pronoun


def by_split(runs: pd.DataFrame, factor: str, others: Sequence[str], column: str = "test_score") -> pd.DataFrame:
    """Mean of a column [levels × splits], over those combinations of the other factors that every level has.

    A level that has fewer than half of the combinations and splits of the fullest one is left out.
    """
    keys = [*others, "split"]
    wide = runs.pivot_table(index=keys, columns=factor, values=column, aggfunc="mean", sort=False)
    counts = wide.notna().sum()
    kept: pd.DataFrame = wide.loc[:, 2 * counts >= counts.max()].dropna()
    return kept.groupby("split").mean().T


def rank(table: pd.DataFrame, factor: str, layout: Layout, sizes: Sizes) -> Ranked | None:
    """Levels × splits from the best down; None where there is nothing to compare."""
    if min(table.shape) < 2:
        return None
    ranking = rank_levels(table.to_numpy(dtype=float), *sizes.pair)
    levels, means = table.index.tolist(), table.mean(axis=1).tolist()
    return Ranked(
        tuple(level_name(layout, factor, levels[place]) for place in ranking.order),
        tuple(means[place] for place in ranking.order),
        ranking,
        tuple(level_name(layout, factor, level) for level in layout.levels.get(factor, ()) if level not in levels),
        not sizes.doubt,
    )
