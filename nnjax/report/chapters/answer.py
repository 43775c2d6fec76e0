"""The first screen: what was asked, answered; three pictures; the baselines; what to run next."""

from collections import Counter
from dataclasses import dataclass, replace

from nnjax.claims.answer import ClaimAnswer
from nnjax.claims.declared import ALPHA
from nnjax.report.against_baseline import best_baseline, compare_with_baseline
from nnjax.report.answers import Headline, headline
from nnjax.report.drawing import Shape, draw_panels, level_keys
from nnjax.report.findings.next_studies import NextStudy
from nnjax.report.formats import confidence, decimals, signed
from nnjax.report.picture_words import convergence_words, gradient_words, highest_words, score_words
from nnjax.report.pictures import Picture, first_pictures
from nnjax.report.ranked import level_name
from nnjax.report.setting import PictureSetting, first_setting
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, Key, Panel, join_words
from nnjax.statistics.interval import PairedInterval
from nnjax.statistics.verdict import Verdict

LINES_SHOWN = 3
"""Claims, or factors, on the first screen; the others are counted there and stand in a fold."""

PICTURE = Shape(width=290, height=196, left=44, top=28, bottom=38, font_size=10.5, across=3)
LOWER = replace(PICTURE, height=160)
"""Below as many lines as there may be: all of the answer shall fit on one screen."""


@dataclass(frozen=True)
class ToldPicture:
    """One of the three on the first screen: title, what it shows in a sentence, and the drawing, if there is one."""

    title: str
    sentence: str
    panel: Panel | None


def answer_chapter(study_results: StudyResults, studies: tuple[NextStudy, ...]) -> Chapter:
    """Headline, pictures with a sentence each, against the baselines, and the first of the findings."""
    setting, top = first_setting(study_results), headline(study_results)
    facts = {
        "headline": top,
        "shown": top.lines[:LINES_SHOWN],
        "more": top.lines[LINES_SHOWN:],
        "more_words": more_words(top),
        "has_undecided": any(map(is_open_comparison, study_results.claims[:LINES_SHOWN])),
        "together": together_words(study_results),
        "pictures": _pictures(study_results, setting, top),
        "keys": _keys(study_results, setting),
        "where": setting_words(study_results, setting),
        "baseline": baseline_line(study_results),
        "next": studies[0] if studies else None,
        "fit": study_results.command("fit", *study_results.given),
    }
    return Chapter("answer", "The answer", facts=facts)


def is_open_comparison(answer: ClaimAnswer) -> bool:
    """Whether two arms were compared, and the data cannot tell: that is no evidence of equality."""
    is_open = answer.is_judged and answer.judgement.verdict is Verdict.UNDECIDED
    return is_open and answer.interval is not None and answer.threshold is None


def together_words(study_results: StudyResults) -> str:
    """Why intervals of several claims are wider than those of one; empty for one, and where none is known to hold."""
    claims = study_results.claims
    levels = {answer.interval.level for answer in claims if answer.interval is not None and answer.is_judged}
    if len(claims) < 2 or not levels or max(levels) <= 1 - ALPHA or study_results.sizes.doubt:
        return ""
    return f"At {confidence(max(levels))} each, the claims’ intervals all hold in at least 95 of 100 studies."


def _keys(study_results: StudyResults, setting: PictureSetting) -> list[Key]:
    """The legend of the pictures, its levels named so that one knows what they are levels of."""
    layout, factor = study_results.layout, setting.factor
    drawn = set(setting.runs(study_results.chosen)[factor])
    levels = [level for level in layout.levels[factor] if level in drawn]
    keys = level_keys(layout, study_results.palette, factor, levels)
    return [replace(key, label=level_name(layout, factor, level)) for key, level in zip(keys, levels, strict=True)]


def more_words(top: Headline) -> str:
    """How the lines that are not on the first screen came out; empty where there is none."""
    rest = top.lines[LINES_SHOWN:]
    if not rest:
        return ""
    counts = Counter(line.verdict.word for line in rest if line.verdict)
    noun = "claim" if top.is_declared else "factor"
    words = f"{len(rest)} more {noun}{'s' if len(rest) > 1 else ''}"
    return f"{words}: {join_words([f'{count} {word}' for word, count in counts.items()])}" if counts else words


def _pictures(study_results: StudyResults, setting: PictureSetting, top: Headline) -> list[ToldPicture]:
    """The three; the last one's sentence is another where the headline is about its factor alone, and says it."""
    drawn = {picture.name: picture for picture in first_pictures(study_results, setting)}
    is_told = not top.is_declared and study_results.layout.studied == (setting.factor,)
    tell_scores = highest_words if is_told else score_words
    shape = LOWER if len(top.lines) >= LINES_SHOWN else PICTURE
    told = {
        "convergence": ("Convergence", convergence_words(study_results, setting)),
        "gradients": ("Vanishing gradients", gradient_words(study_results, setting)),
        "scores": (study_results.terms.label, tell_scores(study_results, setting)),
    }
    return [
        ToldPicture(title, sentence, _panel(name, drawn[name], shape) if name in drawn else None)
        for name, (title, sentence) in told.items()
    ]


def _panel(name: str, picture: Picture, shape: Shape) -> Panel:
    return draw_panels(f"first-{name}", [("", picture.draw)], replace(shape, quantity=picture.quantity))[0]


def setting_words(study_results: StudyResults, setting: PictureSetting) -> str:
    """At which setting the pictures are, and how sure the sentences below them, in two sentences."""
    layout = study_results.layout
    held = layout.describe(setting.held, list(setting.held))
    chosen = f"{join_words(layout.nuisance)} chosen on validation rows" if layout.nuisance else ""
    where = "; ".join(part for part in (held, chosen) if part)
    sure = "Below: exploratory, not declared; [ ]: joint 95 % intervals."
    return f"{'At' if held else 'With'} {where}. {sure}" if where else sure


def baseline_line(study_results: StudyResults) -> str:
    """The network against the reference baseline, and against the best one where that is another, in sentences."""
    top, best = compare_with_baseline(study_results), best_baseline(study_results)
    reference, test = study_results.terms.reference, study_results.terms.test
    line = f"{top.words} Network minus {reference}: {signed(top.interval.estimate)} in {test} ({_sure(top.interval)})."
    if best.name == reference:
        return line
    name, first = (f"“{each}”" if "," in each else each for each in (best.name, best.name[0].upper() + best.name[1:]))
    place = "has the best score of all" if best.is_first else "is the best of the baselines"
    return (
        f"{line} {first} {place}, {test} {decimals(best.score)}; network minus {name}: "
        f"{signed(best.interval.estimate)} ({_sure(best.interval)})."
    )


def _sure(interval: PairedInterval) -> str:
    return f"{confidence(interval.level)} interval {signed(interval.low)} to {signed(interval.high)}"
