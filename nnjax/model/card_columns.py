"""What a model card says of columns: what goes in, what becomes of gaps and of words that are new, what comes out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nnjax.data.column import DATE_KIND, TRUTH_KIND, WORD_KIND
from nnjax.model.blocks import CardSection, Document, Paragraph, TextTable, code, how_many
from nnjax.model.card_runs import quantile_words
from nnjax.report.formats import significant
from nnjax.report.views import join_words

LETTERS_SHOWN = 24
"""Letters of a name where there is little room."""

WORDS_NAMED = 5
"""Words or classes that a line names before it says how many more there are."""


_UNSEEN_AS = {
    "rare": "counts as a rare word",
    "none of the known": "counts as none of the known words",
    "after the last": "counts as a word after the last: no row had its code",
    "mean of the target": "counts as the mean over all words",
}
"""What `nnjax.data.fitted` says that an unseen word counts as, in words."""


def columns_section(document: Document) -> CardSection:
    """What goes in, column by column, and what comes out."""
    rules, seen = document["preparations"][0]["columns"], document["data"]["columns"]
    rows = tuple(
        (code(column["name"]), column["kind"], _seen(column, told), _gap(column, rule), _unseen(column, rule))
        for column, rule, told in zip(document["columns"], rules, seen, strict=True)
    )
    head = ("column", "kind", "in the table", "a gap", "an unseen word")
    text = (
        f"In goes a table with {'this column' if len(rows) == 1 else 'these columns'}, in any order; other columns "
        f"are left aside. “Refused” means that no row is predicted, and one line says which row and column it was."
    )
    return CardSection(
        "columns",
        "What goes in, what comes out",
        (Paragraph(text), TextTable(head, rows, (False,) * len(head)), Paragraph(_comes_out(document))),
    )


def _comes_out(document: Document) -> str:
    has_intervals, targets = document["intervals"] is not None, document["targets"]
    if document["task"] == "classification":
        sets = (
            f", and {code('in_set_…')}, whether it belongs to the set that shall hold the right one"
            if has_intervals
            else ""
        )
        classes = _named([code(name) for name in document["classes"]])
        cut = (
            f" {code(document['classes'][1])} is predicted from a probability of {document['threshold']:.3g} on."
            if document["threshold"] is not None
            else ""
        )
        return (
            f"Out comes a row for each row: {code('prediction')}, one of {len(document['classes'])} classes "
            f"({classes}), {code('probability_…')} of each class{sets}.{cut}"
        )
    names = ["prediction", *(["lower", "upper"] if has_intervals else [])]
    suffix = "" if len(targets) == 1 else "_…"
    shown = join_words([code(name + suffix) for name in names])
    quantile = quantile_words(document)
    meaning = f" {code('prediction' + suffix)} is the {quantile}, not the mean." if quantile else ""
    unit = join_words([code(name) for name in targets])
    return f"Out comes a row for each row: {shown}, in the unit of {unit}.{meaning}"


def _seen(column: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    gaps = f"; {how_many(told['gaps'], 'gap')}" if told["gaps"] else ""
    if column["kind"] == WORD_KIND:
        return f"{_named([code(short_name(word)) for word in column['words']])}{gaps}"
    if told["low"] is None:
        return f"true, false{gaps}"
    show = date_text if column["kind"] == DATE_KIND else significant
    return f"{show(told['low'])} to {show(told['high'])}{gaps}"


def _gap(column: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    if rule["kind"] == "words":
        if rule["missing"] is None:
            return "refused"
        like = [word for word, encoding in zip(rule["words"], rule["encoding"], strict=True)
                if encoding == rule["missing"]]  # fmt: skip
        return f"taken for {code(like[0])}" if like else "a word of its own"
    if rule["fill"] is None:
        return "refused"
    if column["kind"] == TRUTH_KIND:
        return f"taken for {'true' if rule['fill'] else 'false'}"
    fill = date_text(rule["fill"]) if column["kind"] == DATE_KIND else significant(rule["fill"])
    return f"filled with {fill}{', and marked' if rule.get('indicator') else ''}"


def _unseen(column: Mapping[str, Any], rule: Mapping[str, Any]) -> str:
    if column["kind"] != WORD_KIND:
        return ""
    if rule["unseen"] is None:
        return "refused"
    return _UNSEEN_AS.get(rule.get("unseen_as", ""), "predicted like no word of the table")


def short_name(name: str, most: int = LETTERS_SHOWN) -> str:
    """A name with its middle left out where it is long: names that begin alike mostly end otherwise.

    >>> short_name("serum cholesterol in mg per dl, fasting")
    'serum choleste…, fasting'
    """
    end = most * 2 // 5
    return name if len(name) <= most else f"{name[: most - end - 1]}…{name[-end:]}"


def date_text(seconds: float) -> str:
    """A moment as people write it, without the time where it is midnight.

    >>> date_text(0.0), date_text(90_000.0)
    ('1970-01-01', '1970-01-02 01:00')
    """
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%d" if seconds % 86_400 == 0 else "%Y-%m-%d %H:%M")


def day_text(seconds: float) -> str:
    """The day of a moment.

    >>> day_text(90_000.0)
    '1970-01-02'
    """
    return date_text(86_400 * (seconds // 86_400))


def _named(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - WORDS_NAMED
    return ", ".join(names[:WORDS_NAMED]) + (f" and {more:,} more" if more > 0 else "")
