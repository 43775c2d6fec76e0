"""What a model card says of worth: scores with intervals, what each is a score of, and baselines beside them."""

from collections.abc import Mapping
from typing import Any

from nnjax.metrics import MEASURE_OF
from nnjax.model.blocks import CardSection, Document, Paragraph, TextTable, how_many
from nnjax.model.card_runs import diverged_runs, is_chosen
from nnjax.report.formats import confidence, decimals, signed, significant
from nnjax.report.views import join_words

_PROMISED = {
    "best": "a model chosen like this one, on unseen rows",
    "smallest": "the model that is best on validation rows, on unseen rows",
    "id": "this cell, on rows that it was not trained on",
}
"""Rule of the choice -> what the first score is of."""

_ONLY = "this cell, the only one, on unseen rows"
"""The same where there was nothing to choose."""

_CONSTANTS = {"mean": "a constant: the mean", "majority class": "a constant: the majority class"}
"""Baselines that look at no column, and what they are called in a table."""

_BEATS, _TIES, _LOSES = "beats", "cannot be told from", "loses to"

_SIMPLE = ("a constant", "ridge", "logistic regression", "“ridge", "“logistic regression")
"""How the names of baselines begin that are simpler than a network."""


def worth_section(document: Document) -> CardSection:
    """Scores with intervals, and what each of them is a score of."""
    scores, label = document["scores"], score_label(document)
    lines = [
        (_promised(document), scores["promise"], None),
        ("this cell’s fold networks, on rows that none of them was trained on", scores["out_of_fold"], None),
        *((_CONSTANTS.get(each["name"], each["name"]), each, each["gain"]) for each in scores["baselines"]),
    ]
    rows = tuple(
        (name, _measured(document, score), interval_text(document, score), _gain_text(document, score, gain))
        for name, score, gain in lines
    )
    level = confidence(scores["level"])
    table = TextTable(("what", label, f"{level} interval", "first line better by"), rows, (False, True, True, True))
    doubt = document["splits"]["doubt"]
    lower = f"Of {label} lower is better. " if _is_better_lower(document) else ""
    sure = lower + (
        f"There are no intervals: {doubt}."
        if doubt
        else f"Intervals are for new tables from the same source, at {level} each, corrected for splits that share "
        "rows (Nadeau and Bengio 2003)."
    )
    told = (_promise(document), _second(document), sure, *([_cut(document)] if is_cut(document) else []))
    return CardSection("worth", "What it is worth", (table, *map(Paragraph, told)))


def _promised(document: Document) -> str:
    rule = document["choice"]["rule"]
    return _PROMISED[rule] if rule == "id" or is_chosen(document) else _ONLY


def is_cut(document: Document) -> bool:
    """Whether the lowest score that counts has a say in the card's scores."""
    scores = document["scores"]
    if scores.get("floor") is None:
        return False
    told = [scores["promise"], scores["out_of_fold"], *scores["baselines"]]
    return diverged_runs(document) > 0 or any(each.get("cut") or _is_lowest(document, each) for each in told)


def worst_words(document: Document) -> str:
    """The worst value of the measure that counts."""
    return significant(_own_value(document, document["scores"]["floor"]))


def _is_lowest(document: Document, score: Mapping[str, Any]) -> bool:
    floor = document["scores"].get("floor")
    return floor is not None and score["estimate"] <= floor


def _cut(document: Document) -> str:
    """What became of scores that are worse than the worst that counts."""
    promise, lost, worst = document["scores"]["promise"], diverged_runs(document), worst_words(document)
    side = "above" if _is_better_lower(document) else "below"
    parts = [f"A run with {score_label(document)} {side} {worst} counts as {worst}"]
    if lost:
        parts.append(f"and so does one that diverged, as {lost:,} of this cell did")
    first = f" The first line has such runs in {promise['cut']:,} of its {promise['splits']:,} splits."
    return (
        f"{', '.join(parts)}.{first if promise.get('cut') else ''} What importance says of falls and rises is not cut."
    )


def _promise(document: Document) -> str:
    choice, splits = document["choice"], how_many(document["scores"]["promise"]["splits"], "split")
    more = (
        "The model at hand is trained on all rows and averages several networks, which mostly helps a little; by how "
        "much, no row is left to tell."
    )
    if not is_chosen(document):
        named = "Whoever named the cell may have seen it: then it is a little too good."
        remark = named if choice["rule"] == "id" else "It is the only cell, so nothing was chosen."
        return (
            f"The first line is the score of this cell on test rows that had no say in its training, in {splits}. "
            f"{remark} {more}"
        )
    other = (
        "" if choice["rule"] == "best" else " The cell at hand is the smallest of those that cannot be told from it."
    )
    return (
        f"The first line is the promise: in each of {splits} the best of {choice['candidates']:,} cells was chosen on "
        f"validation rows, and scored on test rows that had no say in it.{other} {more}"
    )


def _second(document: Document) -> str:
    if not is_chosen(document):
        why = "the cell was named and not chosen" if document["choice"]["rule"] == "id" else "nothing was chosen"
        return f"The second line is the same, since {why}."
    return (
        "The second line is of the very cell at hand, on rows that had a say in its choice: read it as a little too "
        "good."
    )


def against_words(document: Document) -> str:
    """The baselines beside the promise: a sceptic's sentence."""
    groups: dict[str, list[str]] = {_BEATS: [], _TIES: [], _LOSES: []}
    for each in document["scores"]["baselines"]:
        gain, name = each["gain"], "a constant" if each["name"] in _CONSTANTS else each["name"]
        low, high = (gain["estimate"] if gain[end] is None else gain[end] for end in ("low", "high"))
        shown = f"“{name}”" if "," in name else name
        groups[_BEATS if low > 0 else _LOSES if high < 0 else _TIES].append(f"{shown} ({_measured(document, each)})")
    parts = [f"{place} {join_words(names)}" for place, names in groups.items() if names]
    if not parts:
        return "No baseline stands beside it."
    who = "A model chosen so" if is_chosen(document) else "It"
    by = " on average, with no verdict" if document["splits"]["doubt"] else ""
    advice = ""
    if groups[_LOSES]:
        advice = " Take what it loses to, unless you have a reason not to."
    elif any(name.startswith(_SIMPLE) for name in groups[_TIES]):
        advice = " The simpler one will do, unless you have a reason."
    return f"{who} {'; '.join(parts)}{by}.{advice}"


def scored_words(document: Document, score: Mapping[str, Any]) -> str:
    """A score by its name, with its interval if there is one."""
    lower = ", lower is better" if _is_better_lower(document) else ""
    text = f"{score_label(document)} {_measured(document, score)}"
    if _is_lowest(document, score):
        side = "above" if lower else "below"
        return f"{text} ({side} {worst_words(document)} all count alike{lower})"
    if score["low"] is None:
        return f"{text}{lower and f' ({lower[2:]})'}"
    return f"{text} ({confidence(document['scores']['level'])} interval {interval_text(document, score)}{lower})"


def _gain_text(document: Document, score: Mapping[str, Any], gain: Mapping[str, Any] | None) -> str:
    if gain is None:
        return ""
    is_first, is_other = (_is_lowest(document, each) for each in (document["scores"]["promise"], score))
    text = signed(gain["estimate"])
    if is_first or is_other:
        return "–" if is_first and is_other else f"{text} or {'less' if is_first else 'more'}"
    return text if gain["low"] is None else f"{text} ({decimals(gain['low'])} to {decimals(gain['high'])})"


def _measured(document: Document, score: Mapping[str, Any]) -> str:
    """The measure itself; of the lowest score that counts nobody knows how much worse it is."""
    if _is_lowest(document, score):
        return f"{worst_words(document)} or worse"
    return decimals(_own_value(document, score["estimate"]))


def _own_value(document: Document, score: float) -> float:
    return -score if _is_better_lower(document) else score


def interval_text(document: Document, score: Mapping[str, Any]) -> str:
    """The ends of an interval of the measure itself; a dash where there is none."""
    if score["low"] is None or _is_lowest(document, score):
        return "–"
    low, high = score["low"], score["high"]
    low, high = (-high, -low) if _is_better_lower(document) else (low, high)
    return f"{decimals(low)} to {decimals(high)}"


def score_label(document: Document) -> str:
    """What the study is judged by, in words."""
    return MEASURE_OF[document["scores"]["measure"]].words


def _is_better_lower(document: Document) -> bool:
    """Scores are the measure's negative then."""
    return MEASURE_OF[document["scores"]["measure"]].better == "lower"
