"""What a model card says of its inputs: which columns matter, which stand in for others, what is said along them."""

from collections.abc import Iterator, Sequence

from nnjax.data.column import DATE_KIND
from nnjax.metrics import MEASURE_OF
from nnjax.model.blocks import Block, CardSection, Document, Drawn, Paragraph, TextTable, code, first_of, how_many
from nnjax.model.card_columns import day_text
from nnjax.model.card_figures import (
    MOST_FALLS_DRAWN,
    class_keys,
    dependence_panels,
    fall_lines,
    importance_keys,
    importance_panels,
    widest,
)
from nnjax.model.card_worth import is_cut, worst_words
from nnjax.model.dependence import Dependence
from nnjax.model.importance import Drop, Importance
from nnjax.model.related import STRONG
from nnjax.report.formats import confidence, decimals, significant
from nnjax.report.views import join_words

MOST_TARGETS_DRAWN = 3
"""Targets of which there is a figure each."""

BRIEF_STEP = 4
"""Of the places of a curve, Markdown has every fourth."""

MOST_LISTED = 8
"""Columns that are named in one sentence."""

MOST_CLEAR_NAMED = 3
"""Columns that the first screen names."""


def inputs_section(document: Document, importance: Importance, dependence: Sequence[Dependence]) -> CardSection:
    """Importance, what to make of groups, partial dependence."""
    blocks = [*_importance(document, importance), *_dependence(document, importance, dependence)]
    return CardSection("inputs", "Which inputs matter", tuple(blocks))


def leans_on_words(importance: Importance) -> str:
    """The columns that stand out, for the first screen."""
    clear = _clear(importance)
    if not clear:
        return "no column that stands clear of chance."
    named = [_named(drop) for drop in clear[:MOST_CLEAR_NAMED]]
    fall = f"shuffled, {_worsens(importance)} by {decimals(clear[0].estimate)}"
    then = f"; then {_listed(named[1:])}" if named[1:] else ""
    return f"{named[0]} most of all ({fall}){then}."


def _importance(document: Document, importance: Importance) -> Iterator[Block]:
    yield Paragraph(_stands_out(importance))
    if importance.groups:
        together = "; ".join(
            f"{join_words([code(name) for name in group.columns])} (shuffled together, {_worsens(importance)} by "
            f"{_fall(group)})"
            for group in importance.groups
        )
        yield Paragraph(
            f"Columns that go together, beyond {STRONG:g}, directly or through others: {together}. When one of them is "
            "shuffled, the others stand in for it, and the model is asked of rows that hardly exist: what single ones "
            "show is not to be trusted."
        )
    splits = _splits(document, importance)
    sure = (
        f"No intervals: {importance.doubt}."
        if importance.doubt
        else f"Bars: {confidence(importance.level)} intervals, corrected for splits that share rows, each by itself: "
        "of twenty columns that say nothing, one may stand clear of 0 by chance."
    )
    caption = (
        f"How far {_worsens(importance)} when the rows of a column are shuffled, so that it says nothing any more. "
        f"Mean over {splits}: the networks of each on its own test rows ({importance.rows:,} in all), "
        f"{importance.permutations} shufflings each. A column is shuffled as it was read, with its gaps. Below 0 is "
        f"chance. {sure}"
    )
    if is_cut(document):
        caption += (
            f" It is not cut at {worst_words(document)}, as the scores above are: it may be larger than they allow."
        )
    more = len(fall_lines(importance)) - MOST_FALLS_DRAWN
    if more > 0:
        caption += f" {how_many(more, 'more line')} are left out of the figure."
    panels, keys = importance_panels(importance, _worsening(importance)), importance_keys(importance)
    yield Drawn("importance", caption, panels, _fall_table(importance), keys)


def _splits(document: Document, importance: Importance) -> str:
    """The splits that it is of: those with a network."""
    told, all_splits = len(importance.score_by_split), document["splits"]["splits"]
    if told >= all_splits:
        return how_many(told, "split")
    return f"{told:,} of {how_many(all_splits, 'split')} (in the others every run diverged)"


def _worsens(importance: Importance) -> str:
    measure = MEASURE_OF[importance.measure]
    return f"{measure.words} {'rises' if measure.better == 'lower' else 'falls'}"


def _worsening(importance: Importance) -> str:
    measure = MEASURE_OF[importance.measure]
    return f"{'rise' if measure.better == 'lower' else 'fall'} of {measure.words}"


def _clear(importance: Importance) -> list[Drop]:
    """Lone columns and groups whose interval lies above 0; where there are none, those above what usually matters."""
    tops = [line.drop for line in fall_lines(importance) if not line.is_member]
    least = MEASURE_OF[importance.measure].margin
    return [drop for drop in tops if (drop.estimate > least if drop.low is None else drop.low > 0)]


def _stands_out(importance: Importance) -> str:
    clear = _clear(importance)
    by = " on average" if importance.doubt else " by more than chance"
    if not clear:
        return f"No column matters{by}: with each of them shuffled, the networks may be as good as before."
    tops = [line.drop for line in fall_lines(importance) if not line.is_member]
    others = [_named(drop) for drop in tops if drop not in clear]
    unclear = f" Maybe nothing: {_listed(first_of(others, MOST_LISTED))}." if others else ""
    named = _listed(first_of([*map(_named, clear)], MOST_LISTED))
    return f"What matters{by}, the most important first: {named}.{unclear}"


def _listed(names: Sequence[str]) -> str:
    """With semicolons where groups are among them."""
    return "; ".join(names) if any(name.endswith("together") for name in names) else join_words(names)


def _named(drop: Drop) -> str:
    names = join_words(first_of([code(name) for name in drop.columns], 3))
    return names if len(drop.columns) == 1 else f"{names} together"


def _fall(drop: Drop) -> str:
    text = decimals(drop.estimate)
    return text if drop.low is None else f"{text}, interval {_ends(drop)}"


def _ends(drop: Drop) -> str:
    return "–" if drop.low is None or drop.high is None else f"{decimals(drop.low)} to {decimals(drop.high)}"


def _fall_table(importance: Importance) -> TextTable:
    rows = tuple(
        (
            _named(line.drop),
            decimals(line.drop.estimate),
            _ends(line.drop),
            "one of a group: not to be trusted" if line.is_member else "",
        )
        for line in fall_lines(importance)
    )
    head = ("shuffled", _worsening(importance), f"{confidence(importance.level)} interval", "remark")
    return TextTable(head, rows, (False, True, True, False))


def _dependence(document: Document, importance: Importance, dependence: Sequence[Dependence]) -> Iterator[Block]:
    if not dependence:
        return
    names, rows = join_words([code(each.column) for each in dependence]), dependence[0].rows
    in_group = [code(each.column) for each in dependence if importance.group_of(each.column)]
    caption = (
        f"What the ensemble predicts on average over {how_many(rows, 'row')} of the table when one column is given the "
        f"same value in all of them: {names}. Ticks of numbers and dates: 10, 25, 50, 75 and 90 % of the rows lie "
        "below, or all values where they are few; curves end where hardly any rows lie beyond."
    )
    if in_group:
        caption += f" Read {join_words(in_group)} with care: what goes together is torn apart here."
    is_classes = document["task"] == "classification"
    if is_classes and len(widest(dependence)) < len(dependence[0].outputs):
        caption += " Drawn: the classes that change most."
    targets = range(min(MOST_TARGETS_DRAWN, len(dependence[0].outputs)))
    for output in [None] if is_classes else targets:
        quantity = _quantity(document, output)
        panels = dependence_panels(dependence, output, quantity)
        keys = class_keys(dependence) if output is None else ()
        table, brief = (_curve_table(dependence, output, quantity, step) for step in (1, BRIEF_STEP))
        told = caption if not output else f"The same for {code(document['targets'][output])}."
        yield Drawn(f"dependence-{output or 0}", told, panels, table, keys, across=2, brief=brief)


def _quantity(document: Document, output: int | None) -> str:
    if output is not None:
        return f"mean prediction of {document['targets'][output]}"
    two = len(document["classes"]) == 2
    return f"mean probability of {document['classes'][1]}" if two else "mean probability"


def _curve_table(dependence: Sequence[Dependence], output: int | None, quantity: str, step: int) -> TextTable:
    shown = [output] if output is not None else list(range(len(dependence[0].outputs)))
    show = decimals if output is None else significant
    rows = tuple(
        (code(each.column), _place(each, place), *(show(each.values[place][index]) for index in shown))
        for each in dependence
        for place in range(0, len(each.places), 1 if each.ticks == each.places or each.names else step)
    )
    heads = [quantity] if len(shown) == 1 else [dependence[0].outputs[index] for index in shown]
    return TextTable(("column", "at", *heads), rows, (False, True, *[True] * len(shown)))


def _place(each: Dependence, place: int) -> str:
    if each.names:
        return code(each.names[place])
    return day_text(each.places[place]) if each.kind == DATE_KIND else significant(each.places[place])
