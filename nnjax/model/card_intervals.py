"""What a model card says of prediction intervals and sets: the level asked, proven and measured."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from nnjax.model.blocks import CardSection, Document, Paragraph, Terms, TextTable, code, how_many
from nnjax.model.card_runs import is_chosen
from nnjax.report.formats import decimals, significant


def intervals_section(document: Document) -> CardSection:
    """What was asked, what is guaranteed, what was seen."""
    intervals = document["intervals"]
    if intervals is None:
        return CardSection("intervals", "How sure it is", (Paragraph(f"It gives {_why_not(document)}"),))
    is_set, asked = document["task"] == "classification", share_asked(intervals["level"])
    lie = "have their class in their set of classes" if is_set else "lie in their intervals"
    terms = (
        ("Asked for", f"{asked} of {_new_rows(document)} shall {lie}."),
        ("Guaranteed", _guarantee(document)),
        ("Measured", _measured(document)),
        ("Widened", _widened(document)),
        ("Width", _width_text(document)),
    )
    method = (
        "Made by CV+ (Barber, Candès, Ramdas and Tibshirani 2021)"
        f"{' with the scores of Romano, Sesia and Candès (2020)' if is_set else ''}: the networks of each fold say how "
        "far off they are on the rows that they were not trained on. They hold on average over rows, not for each kind "
        "of row: for a rare kind they may hold less often."
    )
    by_target = [_by_target(document)] if "targets" in intervals else []
    return CardSection("intervals", "How sure it is", (Terms(terms), *by_target, Paragraph(method)))


def sure_words(document: Document) -> str:
    """Level, measured and guaranteed, for the first screen."""
    intervals = document["intervals"]
    if intervals is None:
        return _why_not(document)
    seen = "nothing" if intervals["measured"] is None else _percent(intervals["measured"])
    share = _guaranteed_share(intervals)
    condition = " had the cell not been chosen with these rows" if share and is_chosen(document) else ""
    return (
        f"{interval_noun(document)} at {share_asked(intervals['level'])}: {seen} measured, "
        f"{share or 'nothing'} guaranteed{condition}."
    )


def _guarantee(document: Document) -> str:
    intervals = document["intervals"]
    share = _guaranteed_share(intervals)
    if intervals["proven"] is None:
        return "Nothing: nobody knows how the table’s folds were made."
    if not share:
        return f"Nothing: there are too few {intervals['units']} for what is proven to say anything."
    chosen = "."
    if is_chosen(document):
        chosen = " and the cell had not been chosen with these rows. It was, so look at the next line, too."
    elif document["choice"]["rule"] == "id":
        chosen = " and whoever named the cell had not looked at these rows."
    sizes = ", if the number of rows of a group tells nothing of them" if intervals.get("dealt_by_size") else ""
    alike = f"{intervals['units']} come from where these did{sizes}"
    return f"At least {share} of {_new_rows(document)}, if {alike}{',' if sizes and chosen != '.' else ''}{chosen}"


def _guaranteed_share(intervals: Mapping[str, Any]) -> str:
    """What is proven, rounded down; empty where that is nothing."""
    proven = math.floor(1000 * (intervals["proven"] or 0.0) + 1e-9) / 10
    return f"{proven:g} %" if proven > 0 else ""


def _measured(document: Document) -> str:
    intervals = document["intervals"]
    if intervals["measured"] is None:
        why = (
            intervals.get("why_not_measured") or f"without a fold, too few {intervals['units']} are left for the level"
        )
        return f"Nothing: {why.rstrip('.')}."
    error = intervals.get("standard_error")
    agree = " (in every fold, so without a standard error)" if intervals["measured"] == 1 else ""
    sure = f" (standard error {_percent(error)})" if error else agree
    least = " (of the target with the fewest)" if "targets" in intervals else ""
    chosen = "the cell that is chosen without the fold" if is_chosen(document) else "this cell"
    shows = "It shows whether the choice was too free. It is" if is_chosen(document) else "It is"
    return (
        f"{_percent(intervals['measured'])}{sure} of the table’s rows{least}, fold by fold: with {chosen}, and "
        f"{interval_noun(document)} from the rows of the other folds. {shows} "
        "no guarantee, and not quite of those at hand: no row is left that they have not seen."
    )


def _why_not(document: Document) -> str:
    return f"no {interval_noun(document)}: {document['why_no_intervals'].rstrip('.')}."


def _new_rows(document: Document) -> str:
    return "rows of new groups" if document["intervals"]["units"] == "groups" else "new rows"


def _widened(document: Document) -> str:
    holds = "the class that is predicted" if document["task"] == "classification" else "the prediction"
    share = _percent(document["intervals"]["widened"])
    rows = shown_rows(document)
    worst = " (of the target with the most)" if "targets" in document["intervals"] else ""
    return f"{share} of {rows}{worst} had {interval_noun(document)} that did not hold {holds}, widened to it."


def _width_text(document: Document) -> str:
    width = document["intervals"]["mean_width"]
    if document["task"] == "classification":
        return f"{decimals(width, 2)} classes on average, for {shown_rows(document)}."
    if "targets" in document["intervals"]:
        return "Target by target below."
    return (
        f"{significant(width)} on average, for {shown_rows(document)}, in the unit of {code(document['targets'][0])}."
    )


def shown_rows(document: Document) -> str:
    """The rows that tell how wide intervals are: all of the table, or some that were drawn."""
    shown, rows = document["intervals"].get("shown_rows"), document["data"]["rows"]
    return "the table’s rows" if shown is None or shown >= rows else f"{how_many(shown, 'row')} drawn from the table"


def _by_target(document: Document) -> TextTable:
    told = document["intervals"]["targets"]
    rows = tuple(
        (code(name), "–" if measured is None else _percent(measured), _percent(widened), significant(width))
        for name, measured, widened, width in zip(
            document["targets"], told["measured"], told["widened"], told["mean_width"], strict=True
        )
    )
    return TextTable(("target", "measured", "widened", "mean width"), rows, (False, True, True, True))


def interval_noun(document: Document) -> str:
    """What rows are given besides a prediction."""
    return "sets of classes" if document["task"] == "classification" else "intervals"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def share_asked(level: str) -> str:
    """An exact level in percent.

    >>> share_asked("0.9"), share_asked("0.975")
    ('90 %', '97.5 %')
    """
    return f"{float(100 * Fraction(level)):g} %"
