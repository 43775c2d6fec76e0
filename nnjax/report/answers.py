"""The headline in plain words: the study's own claims, or what its factors show."""

import re
from collections.abc import Mapping, Sequence
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
from nnjax.report.views import join_words
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.study.study import Claim


@dataclass(frozen=True)
class HeadlineLine:
    """One line of the headline."""

    sentence: str
    detail: str
    label: str
    """What stands before it: the verdict on a claim, or a factor's name."""
    verdict: Verdict | None = None
    """None for what nobody declared."""
    remark: str = ""
    """How the claim stands to the training, where that must be said."""
    name: str = ""
    """A claim's name as words."""


@dataclass(frozen=True)
class Headline:
    """What a hurried reader takes away."""

    lead: str
    """What the lines come to, in a sentence; empty where there is one that says all."""
    lines: tuple[HeadlineLine, ...]
    warning: str
    """What makes all of them idle; empty where nothing does."""

    @property
    def words(self) -> str:
        """The headline in a line."""
        if self.warning:
            return self.warning
        first = self.lines[0]
        if first.verdict:
            return f"{first.sentence} {first.verdict.word.capitalize()}."
        return f"{first.label}: {first.sentence}" if first.label else first.sentence

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
    if study_results.claims:
        verdicts = [answer.judgement.verdict for answer in study_results.claims]
        return Headline(claims_lead(verdicts), claim_lines(study_results), warning)
    lines = factor_lines(study_results)
    if not lines:
        return Headline("", (HeadlineLine(_single(study_results), "", ""),), warning)
    return Headline(factors_lead(study_results), lines, warning)


ONLY_CLAIM = {
    Verdict.SUPPORTED: "The claim is supported.",
    Verdict.EQUAL: "Neither is better: any difference is too small to matter.",
    Verdict.REFUTED: "The claim is refuted.",
    Verdict.UNDECIDED: "The claim is undecided: these data cannot tell.",
    Verdict.EXPLORATORY: "No verdict: for splits like these no interval is known to hold.",
}
"""What a study's only claim comes to."""


def claims_lead(verdicts: Sequence[Verdict]) -> str:
    """How all claims came out, in a sentence.

    >>> claims_lead([Verdict.REFUTED, Verdict.SUPPORTED])
    'Of 2 claims 1 is supported and 1 refuted.'
    """
    if len(verdicts) == 1:
        return ONLY_CLAIM[verdicts[0]]
    counts = {verdict.word: verdicts.count(verdict) for verdict in Verdict if verdict in verdicts}
    if len(counts) == 1:
        return f"{'Both' if len(verdicts) == 2 else f'All {len(verdicts)}'} claims are {verdicts[0].word}."
    (word, count), *rest = counts.items()
    said = [f"{count} {'is' if count == 1 else 'are'} {word}", *(f"{count} {word}" for word, count in rest)]
    return f"Of {len(verdicts)} claims {join_words(said)}."


def factors_lead(study_results: StudyResults) -> str:
    """Which studied factors were found to make a difference, and which were not, by the reading that leads."""
    if study_results.sizes.doubt:
        return f"No verdict: what follows describes these {len(study_results.space.splits)} splits."
    ranked = {factor: factor_rankings(study_results, factor) for factor in study_results.layout.studied}
    is_level = {factor: next(iter(views.values())).is_level for factor, views in ranked.items() if views}
    found = [factor for factor, level in is_level.items() if not level]
    idle = [factor for factor, level in is_level.items() if level]
    if not found:
        return f"No difference was found for {join_words(idle, 'or')}." if idle else ""
    lead = f"A difference was found for {join_words(found)}"
    return f"{lead}, not for {join_words(idle, 'or')}." if idle else f"{lead}."


def _constant_warning(study_results: StudyResults) -> str:
    """What is not shown to beat the best constant prediction: the chosen network alone, or no baseline either."""
    better, naive = better_than_a_constant(study_results), study_results.terms.constant
    if better:
        return f"The chosen network is not shown to beat {naive}; {better} is."
    return f"Neither the chosen network nor a baseline is shown to beat {naive}."


def _single(study_results: StudyResults) -> str:
    score = float(study_results.best.scores().mean())
    return f"There is nothing to compare; the network reaches {study_results.terms.test} {decimals(score)}."


def claim_lines(study_results: StudyResults) -> tuple[HeadlineLine, ...]:
    """Every declared claim in its own words, with its verdict and its number."""
    declared = study_results.declared.claims
    return tuple(
        HeadlineLine(
            claim.sentence,
            claim_words(answer, claim, study_results),
            answer.judgement.verdict.word,
            answer.judgement.verdict,
            declared[claim.name].standing.label,
            name_in_words(claim.name),
        )
        for claim, answer in zip(study_results.space.study.claims, study_results.claims, strict=True)
    )


def claim_words(answer: ClaimAnswer, claim: Claim, study_results: StudyResults) -> str:
    """What stands below a claim: its numbers, or how its parts came out."""
    is_told = claim.is_compound and answer.judgement.verdict is not Verdict.EXPLORATORY
    return parts_words(claim, study_results) if is_told else claim_numbers(answer, claim, study_results)


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
        show, before, after = _shown_as(metric)
        measured = f"{before} {with_interval(interval, show, sure)}{after}"
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


def parts_words(claim: Claim, study_results: StudyResults) -> str:
    """How the parts of a compound claim came out: the supported ones counted, the others named."""
    verdicts = {
        each.claim.name: each.judgement.verdict for each in study_results.claims if each.claim.name in claim.parts
    }
    words = f"{list(verdicts.values()).count(Verdict.SUPPORTED)} of {len(verdicts)} parts supported"
    for verdict in Verdict:
        named = [name_in_words(name) for name, own in verdicts.items() if own is verdict is not Verdict.SUPPORTED]
        words += f"; {verdict.word}: {', '.join(named)}" if named else ""
    return f"{words}."


def name_in_words(name: str) -> str:
    """A claim's name as words.

    >>> name_in_words("relu-beats-logistic")
    'relu beats logistic'
    """
    return re.sub("[-_]+", " ", name)


def _shown_as(metric: Metric) -> tuple[Show, str, str]:
    """How a number that is compared with a threshold is printed, with what before and after it."""
    if metric.name in IN_WORDS:  # as factors, which need no logarithm to be understood
        return (lambda decades: significant(10**decades, 3)), *IN_WORDS[metric.name]
    return power_of_two if metric.counts else decimals, metric.name, f" {metric.unit}" if metric.unit else ""


IN_WORDS = {
    "grad_slope_0": ("At the start each layer divides the gradient by", ""),
    "grad_slope": ("In the first tenth of the training each layer divides the gradient by", ""),
    "grad_ratio_0": ("At the start the first layer gets", " of the last one’s gradient"),
    "grad_ratio": ("In the first tenth of the training the first layer gets", " of the last one’s gradient"),
}
"""Metrics in decades: what stands before and after the factor that they are."""


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
    """Every studied factor: which of its levels tie at the top, averaged over the others, or at best if only that is.

    Where the other reading comes out otherwise, it stands beside it in a few words.
    """
    test, lines = study_results.terms.test, []
    for factor in study_results.layout.studied:
        views = factor_rankings(study_results, factor)
        if not views:
            continue
        (view, ranked), *others = views.items()
        said = [] if view == AVERAGED else [f"{VIEW_WORDS[view]}."]
        said += [
            f"{VIEW_WORDS[other]}: {each.takeaway('best', 'behind')}."
            for other, each in others
            if each.is_level != ranked.is_level
        ]
        detail = " ".join(filter(None, (*said, one_by_one(study_results, factor, views))))
        lines.append(HeadlineLine(ranked.words(decimals, test), detail, factor))
    return tuple(lines)


VIEW_WORDS = {AVERAGED: "Averaged over the other factors", AT_BEST: "Each level at its best"}


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
