"""From two studies' names to the page that compares their sweeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from scipy.stats import spearmanr

from nnjax.claims.answer import ClaimAnswer
from nnjax.comparison.claims import ComparedClaim, Relation, changed_conclusions, compare_claims, only_in, relate
from nnjax.comparison.tables import (
    compared_best_table,
    compared_cells_table,
    compared_claims_table,
    compared_shares_table,
    describe_kernels,
    describe_largest,
    study_table,
)
from nnjax.judged import Judged
from nnjax.kernels.names import in_words
from nnjax.refusal import RefusedError
from nnjax.report.drawing import Shape, draw_figure, draw_panels
from nnjax.report.figures.claim import drawn_ends, mark_open_ends
from nnjax.report.figures.scales import plain_numbers
from nnjax.report.formats import decimals
from nnjax.report.nothing_to_report import NothingToReportError
from nnjax.report.page import Page, made_now
from nnjax.report.study_results import StudyResults, gather
from nnjax.report.theme import ACCENT, INK, MUTED, SHADE
from nnjax.report.views import Chapter, Panel, view_table
from nnjax.report.write import publish
from nnjax.sweep.chosen_kernels import expand_at
from nnjax.sweep.space import Space, sweep_id
from nnjax.sweep.study.factors import AUTO, KERNELS
from nnjax.sweep.study.study import load_study
from nnjax.terminal import Say, to_nobody

STRIP = Shape(width=340, height=76, left=26, right=10, top=6, bottom=22, font_size=10.5)

FEWEST_RANKED = 3
"""Of fewer cells no order can be compared."""


class ComparisonError(RefusedError):
    """Two sweeps that cannot be compared; one line with the remedy."""


@dataclass(frozen=True)
class Side:
    """One of two sweeps.

    Attributes:
        engine: The numerical version of the engine that trained it; today's if None.
        kernels: What it was trained by, as its study may say it; what its study says if None.
    """

    study: Path
    home: Path
    engine: str | None = None
    kernels: str | None = None

    def space(self, overrides: Sequence[str]) -> Space:
        """The study and its runs."""
        own = [] if self.kernels is None else [f"{KERNELS}={self.kernels}"]
        return expand_at(load_study(self.study, [*overrides, *own]), self.home, self.engine)


@dataclass(frozen=True)
class ComparedSweeps:
    """Two sweeps side by side: the page, the studies' names, how they are related, the claims that both declare."""

    page: Path
    studies: tuple[str, str]
    relation: Relation
    claims: tuple[ComparedClaim, ...]

    @property
    def changed(self) -> tuple[ComparedClaim, ...]:
        """Conclusions that are others in the second sweep."""
        return changed_conclusions(self.claims)

    @property
    def words(self) -> str:
        """How many those are."""
        return describe_conclusions(self.claims)


def compare(
    first: Side, second: Side, overrides: Sequence[str] = (), with_pdf: bool = False, say: Say = to_nobody
) -> ComparedSweeps:
    """Write the page that compares two sweeps, under the reports of the first one's home; overrides change both.

    Raises:
        StudyError: If a study cannot be read.
        ComparisonError: If they are one and the same, of two kinds, or there is nothing to compare.
        LogbookError: If nobody knows how often the claims of one were looked at.
    """
    spaces = [side.space(overrides) for side in (first, second)]
    if sweep_id(spaces[0]) == sweep_id(spaces[1]) and first.home.resolve() == second.home.resolve():
        remedy = "name another, or its home, engine or kernels"
        raise ComparisonError(f"{second.study}: the same sweep as {first.study}; {remedy}")
    sides = [_gather(space, side.home, say) for space, side in zip(spaces, (first, second), strict=True)]
    if kinds := _kinds(*(side.terms.judged for side in sides)):
        words = " and ".join(f"{side.space.study.name} is {kind}" for side, kind in zip(sides, kinds, strict=True))
        raise ComparisonError(f"{words}: their scores are on different scales; compare two of a kind")
    say("tables and figures")
    page = write_comparison(sides[0], sides[1], first.home / "reports", with_pdf)
    names, relation = (spaces[0].study.name, spaces[1].study.name), relate(*spaces)
    return ComparedSweeps(page, names, relation, compare_claims(sides[0], sides[1], relation))


def _kinds(first: Judged, second: Judged) -> list[str]:
    """What the scores of two sweeps are, each in words, where they are on different scales; empty where on one."""
    if first == second:
        return []
    both = first, second
    if first.measure.task != second.measure.task:
        return [f"a {each.measure.task}" for each in both]
    if first.measure != second.measure:
        return [f"judged by {each.measure.name}" for each in both]
    if first.has_chosen_threshold != second.has_chosen_threshold:
        return [f"cut {'where validation rows choose' if each.has_chosen_threshold else 'at ½'}" for each in both]
    return [f"judged by {each.measure.name} up to {each.worst:.4g}" for each in both]


def _gather(space: Space, home: Path, say: Say) -> StudyResults:
    say(space.study.name)
    try:
        return gather(space, home, say=say)
    except NothingToReportError as error:
        by = "" if space.study.kernels == AUTO else f", trained by {in_words(space.kernels)}"
        raise ComparisonError(f"{error}{by}; sweep it first") from None


def write_comparison(first: StudyResults, second: StudyResults, reports: Path, with_pdf: bool = False) -> Path:
    """Write the page, its tables and figures beside it, the figures as PDF, too, if wanted."""
    chapters = [
        _answer(first, second),
        Chapter(
            "both_studies",
            "What differs between the two",
            tables={"studies": view_table("studies", study_table(first, second))},
        ),
        _cells(first, second),
        _matters(first, second),
    ]
    titles = [each.space.study.name for each in (first, second)]
    page = Page(
        title=f"{titles[0]} against {titles[1]}",
        question=f"Which conclusions of {titles[0]} still hold in {titles[1]}?",
        subtitle=f"A: {titles[0]}, {len(first.results):,} runs on {first.space.table.name}. "
        f"B: {titles[1]}, {len(second.results):,} runs on {second.space.table.name}.",
        chapters=chapters,
        footer=made_now(),
    )
    return publish(page, reports / "-against-".join(titles), with_pdf=with_pdf)


def describe_conclusions(compared: tuple[ComparedClaim, ...]) -> str:
    """How many conclusions changed, in a sentence."""
    same = [each for each in compared if each.is_same_claim]
    if not same:
        return "The two studies declare no claim in common."
    changed = changed_conclusions(compared)
    if not changed:
        return f"No conclusion changed: all {len(same)} verdicts are the same in both."
    words = f"{len(changed)} of {len(same)} conclusions changed"
    told = [each for each in changed if each.difference is not None]
    if not told:
        return f"{words}; whether by more than luck cannot be told here."
    real = sum(each.is_real for each in told)
    which = "these" if len(told) == len(changed) else f"the {len(told)} that have an interval"
    return f"{words}; of {which}, {real} differ in their estimates by more than luck."


def _answer(first: StudyResults, second: StudyResults) -> Chapter:
    sides = (("A", first), ("B", second))
    relation = relate(first.space, second.space)
    compared = compare_claims(first, second, relation)
    shared = len({run.run_id for run in first.space.runs} & {run.run_id for run in second.space.runs})
    facts = {
        "words": describe_conclusions(compared),
        "relation": relation.value,
        "shared": f"{shared:,} runs are in both, trained once." if shared else "",
        "largest": describe_largest(first, second),
        "kernels": describe_kernels(first, second),
        "claims": [_claim(index, each, sides) for index, each in enumerate(compared)],
        "declared": {side: study_results.declared.words for side, study_results in sides},
        "only": {
            side: [_line(answer, own) for answer in only_in(own, other)]
            for side, own, other in (("A", first, second), ("B", second, first))
        },
    }
    tables = {"claims": view_table("claims", compared_claims_table(compared))} if compared else {}
    return Chapter("both_answer", "The answer", tables=tables, facts=facts)


def _line(answer: ClaimAnswer, study_results: StudyResults) -> str:
    label = study_results.declared.claims[answer.claim.name].standing.label
    return f"{answer.claim.sentence} {answer.judgement.verdict.word}{f' ({label})' if label else ''}"


def _claim(index: int, compared: ComparedClaim, sides: Sequence[tuple[str, StudyResults]]) -> dict[str, object]:
    labels = [study_results.declared.claims[compared.first.claim.name].standing.label for _, study_results in sides]
    answers = zip("AB", (compared.first, compared.second), labels, strict=True)
    return {"compared": compared, "answers": list(answers), "picture": _picture(index, compared)}


def _picture(index: int, compared: ComparedClaim) -> Panel | None:
    rows = [
        {"side": side, "estimate": each.interval.estimate, "low": each.interval.low, "high": each.interval.high}
        for side, each in (("A", compared.first), ("B", compared.second))
        if each.interval and each.is_judged
    ]
    if not rows or not compared.is_same_claim:  # other claims have other scales
        return None
    zero, margin = compared.first.threshold or 0.0, compared.first.margin
    draw = partial(draw_sides, pd.DataFrame(rows), zero=zero, margin=margin)
    return draw_panels(f"both-{index}", [("", draw)], STRIP)[0]


def draw_sides(table: pd.DataFrame, axes: Axes, zero: float, margin: float) -> None:
    """The intervals of both sweeps on one scale, A above B, and what is too small to matter around zero (threshold).

    The table has the columns side, estimate, low, high.
    """
    axes.axvspan(zero - margin, zero + margin, color=SHADE, alpha=0.6, linewidth=0)
    axes.axvline(zero, color=MUTED, linewidth=1)
    numbers = [zero - margin, zero + margin, *table[["estimate", "low", "high"]].to_numpy().ravel()]
    for place, (_, row) in enumerate(table.iterrows()):
        color = INK if row["side"] == "A" else ACCENT
        ends = drawn_ends(row["low"], row["high"], numbers)
        axes.plot(ends, [-place, -place], color=color, linewidth=5, alpha=0.4)
        mark_open_ends(axes, row, ends, -place, color)
        axes.plot(row["estimate"], -place, "o", color=color, markersize=5.5)
    axes.set_yticks([-place for place in range(len(table))], table["side"])
    axes.set_ylim(-len(table) + 0.4, 0.6)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    axes.margins(x=0.08)
    plain_numbers(axes.xaxis)


def _cells(first: StudyResults, second: StudyResults) -> Chapter:
    table = compared_cells_table(first, second)
    if len(table) < FEWEST_RANKED:
        return Chapter("both_cells", "Cells that both have", facts={"cells": len(table)})
    correlation = float(spearmanr(table["A"], table["B"]).statistic)
    test = first.terms.test
    caption = (
        f"Mean {test} of the {len(table):,} cells of the same levels in both: in A across, in B upwards; on the line "
        f"they are equal. Spearman’s rank correlation is {decimals(correlation, 2)}: near 1, what is good in A is "
        "good in B. A description: cells of one sweep share the luck of its splits."
    )
    shape = Shape(height=330, left=52, quantity=f"{test}, B", across=1)
    parts = [("", partial(draw_cells, table))]
    figure = draw_figure("both-cells", caption, parts, shape, view_table("cells", table))
    return Chapter("both_cells", "Cells that both have", {"cells": figure}, facts={"cells": len(table)})


def draw_cells(table: pd.DataFrame, axes: Axes) -> None:
    """A dot a cell and the line of equal scores."""
    low, high = (float(getattr(table[["A", "B"]].to_numpy(), end)()) for end in ("min", "max"))
    axes.plot([low, high], [low, high], color=MUTED, linewidth=1)
    axes.plot(table["A"], table["B"], "o", color=ACCENT, markersize=4, alpha=0.6, linewidth=0)
    axes.set_xlabel("the same in A")
    plain_numbers(axes.xaxis)


def _matters(first: StudyResults, second: StudyResults) -> Chapter:
    tables = {"best": view_table("best", compared_best_table(first, second))}
    shares = compared_shares_table(first, second)
    if len(shares):
        tables["importance"] = view_table("importance", shares)
    return Chapter("both_best", "The best, and what matters", tables=tables)
