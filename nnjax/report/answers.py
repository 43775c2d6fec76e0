"""The headline in plain words: the study's own claims, or what its factors show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nnjax.claims.answer import ClaimAnswer
from nnjax.claims.choice import choose_on_validation
from nnjax.claims.declared import ALPHA
from nnjax.metrics import METRICS, Metric
from nnjax.report.against_baseline import beats_a_constant, better_than_a_constant
from nnjax.report.differences import AT_BEST, AVERAGED
from nnjax.report.formats import Show, confidence, decimals, power_of_two, signed, significant, with_interval
from nnjax.report.once import once
from nnjax.report.ranked import Ranked, by_split, level_name, rank, shortened
from nnjax.report.study_results import StudyResults
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.study.study import Claim


@dataclass(frozen=True)
class HeadlineLine:
    """One line of the headline."""

    sentence: str
    detail: str
    verdict: Verdict | None = None
    """None for what nobody declared."""
    remark: str = ""
    """How the claim stands to the training, where that must be said."""


@dataclass(frozen=True)
class Headline:
    """What a hurried reader takes away."""

    lines: tuple[HeadlineLine, ...]
    warning: str
    """What makes all of them idle; empty where nothing does."""

    @property
    def words(self) -> str:
        """The headline in a line."""
        if self.warning:
            return self.warning
        first = self.lines[0]
        return f"{first.sentence} {first.verdict.word.capitalize()}." if first.verdict else first.sentence

    @property
    def is_decided(self) -> bool:
        """Whether they are claims, and each is decided."""
        return all(line.verdict not in (None, Verdict.UNDECIDED, Verdict.EXPLORATORY) for line in self.lines)

    @property
    def is_declared(self) -> bool:
        """Whether the lines are claims."""
        return any(line.verdict for line in self.lines)


@once
def headline(study_results: StudyResults) -> Headline:
    """The study's claims with their verdicts; where it has none, what its studied factors show."""
    warning = "" if beats_a_constant(study_results) else _constant_warning(study_results)
    lines = claim_lines(study_results) or factor_lines(study_results)
    return Headline(lines or (HeadlineLine(_single(study_results), ""),), warning)


def _constant_warning(study_results: StudyResults) -> str:
    """What is not shown to beat the best constant prediction: the network alone, or everything."""
    better, naive = better_than_a_constant(study_results), study_results.terms.constant
    if better:
        return f"Not even the network that the validation rows chose is shown to beat {naive}; {better} is."
    return f"Nothing is shown to beat {naive}: neither the network that the validation rows chose nor any baseline."


def _single(study_results: StudyResults) -> str:
    score = float(study_results.best.scores().mean())
    return f"There is nothing to compare; the network reaches {study_results.terms.test} {decimals(score)}."


def claim_lines(study_results: StudyResults) -> tuple[HeadlineLine, ...]:
    """Every declared claim in its own words, with its verdict and its number."""
    declared = study_results.declared.claims
    return tuple(
        HeadlineLine(
            claim.sentence,
            claim_numbers(answer, claim, study_results),
            answer.judgement.verdict,
            declared[claim.name].standing.label,
        )
        for claim, answer in zip(study_results.space.study.claims, study_results.claims, strict=True)
    )


def claim_numbers(answer: ClaimAnswer, claim: Claim, study_results: StudyResults) -> str:
    """What was measured for a claim, its levels by their own names, and how sure it is."""
    interval, metric = answer.interval, METRICS[claim.metric]
    if interval is None or not answer.is_judged:
        return answer.judgement.note
    names = arm_names(claim, study_results)
    sure = f"{confidence(interval.level)} interval"
    if answer.judgement.verdict is Verdict.EXPLORATORY:
        sure += ", not known to hold:"
    if answer.threshold is not None:
        show, before, unit = _shown_as(metric)
        measured = f"{claim.metric}{before} {with_interval(interval, show, sure)}{unit}"
        return f"{measured}; claimed: above {show(answer.threshold)}."
    if metric.counts:
        times = with_interval(interval, power_of_two, sure)
        return f"{names[1]} takes {times} times as many {metric.counts} as {names[0]}."
    order = reversed(names) if metric.better == "lower" else names
    measured = f"{' minus '.join(order)}: {with_interval(interval, signed, sure)} in {claim.metric}"
    if claim.kind == "same":
        return f"{measured}; claimed: within ±\N{NO-BREAK SPACE}{significant(claim.margin)}."
    if answer.judgement.verdict is Verdict.UNDECIDED:  # what would decide it stands on its card
        return f"{measured}."
    named = re.sub(r"\b[AB]\b", lambda arm: names["AB".index(arm.group())], answer.judgement.note)
    return f"{measured}. {named}"


def _shown_as(metric: Metric) -> tuple[Show, str, str]:
    """How a number that is compared with a threshold is printed, with what before and after it."""
    if metric.unit.startswith("decades"):  # as factors, which need no logarithm to be understood
        return (lambda decades: significant(10**decades, 3)), f", as a factor{metric.unit.removeprefix('decades')}:", ""
    return power_of_two if metric.counts else decimals, "", f" {metric.unit}" if metric.unit else ""


def arm_names(claim: Claim, study_results: StudyResults) -> list[str]:
    """Short names of a claim's arms: the levels in which they differ.

    What only one of them names is named for it.
    """
    arms = list(claim.arms.values())
    own = [
        {factor: level for factor, level in arm.items() if any(other.get(factor) != level for other in arms)} or arm
        for arm in arms
    ]
    return [" ".join(level_name(study_results.layout, *each) for each in levels.items()) for levels in own]


Views = Mapping[str, Ranked]
"""Averaged over the other factors, and each level at its best: the levels of a factor, as far as they compare."""


def factor_lines(study_results: StudyResults) -> tuple[HeadlineLine, ...]:
    """Every studied factor: which of its levels tie at the top, averaged over the others or, without that, at best."""
    test, lines = study_results.terms.test, []
    for factor in study_results.layout.studied:
        views = factor_rankings(study_results, factor)
        for view, ranked in list(views.items())[:1]:
            sure = "" if ranked.is_level else f"{confidence(ranked.ranking.level)} intervals, "
            sure += "all levels compared with all"
            which = f", {VIEW_WORDS[view]}" if len(study_results.layout.studied) > 1 else ""
            detail = f"{sure[0].upper()}{sure[1:]}{which}. {one_by_one(study_results, factor, views)}".strip()
            lines.append(HeadlineLine(f"{factor}: {ranked.words(decimals, test)}", detail))
    return tuple(lines)


VIEW_WORDS = {AVERAGED: "averaged over the other factors", AT_BEST: "each level at its best"}


def one_by_one(study_results: StudyResults, factor: str, views: Views) -> str:
    """What stands out when levels are compared one by one, where all at once none does; empty where neither does."""
    table = study_results.differences
    if not len(table) or not all(ranked.is_level for ranked in views.values()):
        return ""
    found = table[(table["factor"] == factor) & (table["q"] <= ALPHA)]
    levels = list(dict.fromkeys(found["level"].tolist()))
    if not levels:
        return ""
    layout = study_results.layout
    names = [level_name(layout, factor, level) for level in levels]
    reference = level_name(layout, factor, layout.reference[factor])
    return (
        f"Compared one by one with {reference}, {shortened(names)} stand{'s' if len(names) == 1 else ''} out "
        f"(q ≤ {ALPHA}: of such findings one in twenty may be false); all at once, none does."
    )


@once
def factor_rankings(study_results: StudyResults, factor: str) -> Views:
    """Levels of a studied factor from the best down: averaged over the other studied factors, and each at its best.

    The second one is left out where no other factor is studied, either where levels cannot be compared.
    """
    layout, sizes = study_results.layout, study_results.sizes
    others = [other for other in layout.studied if other != factor]
    views = {AVERAGED: by_split(study_results.chosen, factor, others)}
    if others:
        views[AT_BEST] = by_split(choose_on_validation(study_results.results, [factor]), factor, [])
    ranked = {view: rank(table, factor, layout, sizes) for view, table in views.items()}
    return {view: each for view, each in ranked.items() if each is not None}
