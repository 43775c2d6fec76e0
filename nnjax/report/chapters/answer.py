"""The first screen: what was asked, answered; three pictures; the baselines; what to run next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nnjax.claims.declared import ALPHA
from nnjax.network.activations import ACTIVATIONS
from nnjax.network.initializers import INITIALIZERS
from nnjax.report.against_baseline import (
    baseline_suffices,
    best_baseline,
    better_than_a_constant,
    compare_with_baseline,
)
from nnjax.report.answers import Headline, headline, name_in_words
from nnjax.report.drawing import Shape, draw_panels, level_keys
from nnjax.report.findings.next_studies import NextStudy
from nnjax.report.formats import confidence, decimals, signed
from nnjax.report.layout import COLOR_FACTOR, PANEL_FACTOR, Layout
from nnjax.report.picture_words import Told, convergence_words, gradient_words, highest_words, score_words
from nnjax.report.pictures import Picture, first_pictures
from nnjax.report.ranked import level_name
from nnjax.report.setting import PictureSetting, first_setting
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, Key, Panel, join_words
from nnjax.statistics.interval import PairedInterval
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.study.factors import Level

LINES_SHOWN = 3
"""Claims, or factors, on the first screen; the others are counted there and stand in a fold."""

CLAIMS_NAMED = 5
"""Claims in the fold that are named on it."""

PICTURE = Shape(width=290, height=184, left=44, top=28, bottom=38, font_size=10.5, across=3)
LOWER = replace(PICTURE, height=152)
"""Below as many lines as there may be: all of the answer shall fit on one screen."""


@dataclass(frozen=True)
class ToldPicture:
    """One of the three on the first screen: title, what it shows, and the drawing, if there is one."""

    title: str
    told: Told
    panel: Panel | None


def answer_chapter(study_results: StudyResults, studies: tuple[NextStudy, ...]) -> Chapter:
    """Headline, pictures with a sentence each, against the baselines, and the first of the findings."""
    setting, top = first_setting(study_results), headline(study_results)
    facts = {
        "headline": top,
        "shown": top.lines[:LINES_SHOWN],
        "more": top.lines[LINES_SHOWN:],
        "more_words": more_words(top),
        "others": others(top),
        "sure": how_sure(study_results),
        "pictures": _pictures(study_results, setting, top),
        "keys": _keys(study_results, setting),
        "where": setting_words(study_results, setting),
        "baseline": baseline_line(study_results),
        "next": next_words(study_results, top, studies),
        "command": "" if top.warning or not studies else studies[0].command,
        "use": "For a network anyway" if baseline_suffices(study_results) else "Make a model of the best cell",
        "fit": study_results.command("fit", *study_results.given),
    }
    return Chapter("answer", "The answer", facts=facts)


def how_sure(study_results: StudyResults) -> str:
    """What the intervals promise, what an open verdict means, and that all else is exploratory."""
    claims, splits = study_results.claims, f"{len(study_results.space.splits)} splits"
    if study_results.sizes.doubt:
        return f"No interval is known to hold for splits like these: all of it describes {splits}, without a verdict."
    if not claims:
        averaged = "; each factor is averaged over the others" if len(study_results.layout.studied) > 1 else ""
        return (
            f"Nothing was claimed beforehand: all of it is exploratory, to confirm on new runs{averaged}. {BRACKETS}."
        )
    levels = [answer.interval.level for answer in claims if answer.interval is not None and answer.is_judged]
    own = {claim.name for claim in study_results.space.study.claims if not claim.is_compound}
    without = [
        name_in_words(answer.claim.name)
        for answer in claims
        if answer.claim.name in own and (answer.interval is None or not answer.is_judged)
    ]
    said = [f"{_promise(len(levels), without, max(levels))}."] if levels else []
    if any(answer.judgement.verdict is Verdict.UNDECIDED for answer in claims):
        said.append(f"Undecided: {splits} cannot tell.")
    return " ".join([*said, f"All below is exploratory, to confirm on new runs. {BRACKETS}."])


BRACKETS = "[…]: 95 % intervals, widened where several are compared"


def _promise(intervals: int, without: Sequence[str], level: float) -> str:
    if intervals == 1:
        often = f"{100 * level:.3g}" if level > 1 - ALPHA else "95"
        return f"The {confidence(level)} interval holds the true number in {often} of 100 such studies"
    every = "Both" if intervals == 2 else f"The {intervals}" if without else f"All {intervals}"
    held = f"{every} intervals, {confidence(level)} each, hold the true numbers in at least 95 of 100 such studies"
    if len(without) > 1:
        return f"{held}; {len(without)} claims have none"
    return f"{held}; “{without[0]}” has none" if without else held


def next_words(study_results: StudyResults, top: Headline, studies: tuple[NextStudy, ...]) -> str:
    """What to do next, in a sentence or two: where the networks learn nothing, no more of the same."""
    table = study_results.space.table
    if top.warning and (better := better_than_a_constant(study_results)):
        return (
            f"Make the chosen network learn first: {better} finds something in these inputs. Other learning rates, "
            "more epochs and fewer layers come before more seeds."
        )
    if top.warning:
        return (
            f"Look at the data first: neither the chosen network nor a baseline is shown to predict "
            f"{table.target_name} from these inputs better than a constant. Other inputs or more rows come before more "
            "training."
        )
    said, found = [], "".join(study.finding.says for study in studies[:1])
    if top.is_decided:
        said.append("No claim needs more runs.")
    if baseline_suffices(study_results):
        reference = study_results.terms.reference
        said.append(
            f"To predict, take {reference}: it is simpler, and the chosen network has no advantage that matters."
        )
        if found and (top.is_decided or not top.is_declared):  # else it is about claims that are open
            found = f"For a better network, {found[0].lower()}{found[1:]}"
    return " ".join(filter(None, (*said, found))) or "Nothing stands out."


def _keys(study_results: StudyResults, setting: PictureSetting) -> list[Key]:
    """The legend of the pictures, its levels named so that one knows what they are levels of."""
    layout, factor = study_results.layout, setting.factor
    drawn = set(setting.runs(study_results.chosen)[factor])
    levels = [level for level in layout.levels[factor] if level in drawn]
    keys = level_keys(layout, study_results.palette, factor, levels)
    names = [level_name(layout, factor, level) for level in levels]
    return [replace(key, label=_with_alias(name)) for key, name in zip(keys, names, strict=True)]


def _with_alias(level: str) -> str:
    """A level with its other common name, under which a claim may speak of it."""
    alias = ACTIVATIONS[level].alias if level in ACTIVATIONS else ""
    return f"{level} ({alias})" if alias else level


@dataclass(frozen=True)
class Others:
    """Lines that are not on the first screen and came out alike, or the factors among them."""

    words: str
    names: str
    """Of the claims, where they are few."""


def more_words(top: Headline) -> str:
    """How many lines are not on the first screen; empty where all are."""
    rest = len(top.lines[LINES_SHOWN:])
    noun = "claim" if top.is_declared else "factor"
    return f"{rest} more {noun}{'s' if rest > 1 else ''}" if rest else ""


def others(top: Headline) -> list[Others]:
    """How those came out."""
    rest = top.lines[LINES_SHOWN:]
    named: dict[str, list[str]] = {}
    for line in rest:
        named.setdefault(line.label, []).append(line.name)
    if not top.is_declared:
        return [Others(factor, "") for factor in named]
    are_told = len(rest) <= CLAIMS_NAMED
    return [Others(f"{len(names)} {word}", ", ".join(names) if are_told else "") for word, names in named.items()]


def _pictures(study_results: StudyResults, setting: PictureSetting, top: Headline) -> list[ToldPicture]:
    """The three; the last one's sentence is another where the headline is about its factor alone, and says it."""
    drawn = {picture.name: picture for picture in first_pictures(study_results, setting)}
    layout = study_results.layout
    held = join_words([_with_factor(layout, *each) for each in setting.held.items()])
    is_told = not top.is_declared and study_results.layout.studied == (setting.factor,)
    tell_scores = highest_words if is_told else score_words
    scores = tell_scores(study_results, setting)
    if held:  # above and below them stand others: averages, the chosen network
        scores = replace(scores, sentence=f"At {held}: {scores.sentence[0].lower()}{scores.sentence[1:]}")
    shape = LOWER if len(top.lines) >= LINES_SHOWN else PICTURE
    told = {
        "convergence": ("Convergence", convergence_words(study_results, setting)),
        "gradients": ("Vanishing gradients", gradient_words(study_results, setting)),
        "scores": (study_results.terms.label, scores),
    }
    return [
        ToldPicture(title, words, _panel(name, drawn[name], shape) if name in drawn else None)
        for name, (title, words) in told.items()
    ]


def _panel(name: str, picture: Picture, shape: Shape) -> Panel:
    return draw_panels(f"first-{name}", [("", picture.draw)], replace(shape, quantity=picture.quantity))[0]


def setting_words(study_results: StudyResults, setting: PictureSetting) -> str:
    """At which setting the pictures are: activation and depth always, and where the studied factors stand."""
    layout, fixed = study_results.layout, study_results.space.study.fixed
    always = {name: fixed[name] for name in (COLOR_FACTOR, PANEL_FACTOR) if name in fixed}
    shown = ", ".join(_with_meaning(layout, *each) for each in {**always, **setting.held}.items())
    chosen = f"{join_words(layout.nuisance)} chosen on validation rows" if layout.nuisance else ""
    return f"Drawn at {'; '.join(filter(None, (shown, chosen)))}." if shown or chosen else ""


def _with_meaning(layout: Layout, factor: str, level: Level) -> str:
    """A level by its name; initial weights with what they are."""
    drawn = INITIALIZERS.get(str(level)) if factor == "initializer" else None
    if drawn:
        return f"initial weights {drawn.name} ({drawn.meaning})"
    return _with_factor(layout, factor, level)


def _with_factor(layout: Layout, factor: str, level: Level) -> str:
    return layout.text(factor, level) if factor == COLOR_FACTOR else f"{factor} {layout.text(factor, level)}"


def baseline_line(study_results: StudyResults) -> str:
    """The network against the reference baseline, and against the best one where that is another, in sentences."""
    top, best = compare_with_baseline(study_results), best_baseline(study_results)
    reference, test = study_results.terms.reference, study_results.terms.test
    line = f"{top.words} Network minus {reference}: {_sure(top.interval)} in {test}."
    if best.name == reference:
        return line
    name = f"“{best.name}”" if "," in best.name else best.name
    if name == study_results.terms.other_network:
        name = f"scikit-learn’s {name}"
    place = "Highest mean" if best.is_first else "Best baseline"
    return f"{line} {place}: {name}, {decimals(best.score)} (network minus it: {_sure(best.interval)})."


def _sure(interval: PairedInterval) -> str:
    words = f"{signed(interval.estimate)} [{signed(interval.low)}, {signed(interval.high)}]"
    return words.replace(" ", "\N{NO-BREAK SPACE}")
