"""What a model card says, section by section, from the model's document alone: every number is read there."""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from nnjax.data.column import DATE_KIND, NUMBER_KIND, WORD_KIND
from nnjax.metrics import MEASURES
from nnjax.model.blocks import (
    Block,
    Bullets,
    CardSection,
    CodeBlock,
    Document,
    Paragraph,
    Terms,
    TextTable,
    code,
    how_many,
)
from nnjax.report.figures.marks import ID_DIGITS
from nnjax.report.formats import confidence, decimals, signed, significant
from nnjax.report.views import join_words

_PROMISED = {
    "best": "a model chosen like this one, on unseen rows",
    "smallest": "the model that is best on validation rows, on unseen rows",
    "id": "this cell, on rows that it was not trained on",
}
"""Rule of the choice -> what the first score is of."""

_CONSTANTS = {"mean": "a constant: the mean", "majority class": "a constant: the majority class"}
"""Baselines that look at no column, and what they are called in a table."""

_MEASURES = {measure.name: measure for measure in MEASURES}


def short_section(document: Document, leans_on: str) -> CardSection:
    """The answer on the first screen: what it is, what it is worth, what it must not be used for."""
    networks, scores = len(document["ensemble"]), document["scores"]
    lead = (
        f"{how_many(networks, 'neural network')}, averaged, {'predicts' if networks == 1 else 'predict'} "
        f"{join_words([code(name) for name in document['targets']])} from "
        f"{how_many(len(document['columns']), 'column')} of a table."
    )
    lines = [
        ("Worth", f"{_scored(document, scores['promise'])} on rows that it has not seen. {_against(document)}"),
        ("Sure of", _sure_of(document)),
        *([("Leans on", leans_on)] if leans_on else []),
        ("Made of", f"{code(document['cell']['label'])}, {chosen_words(document)}, trained on all {_rows(document)}."),
        ("Not for", "rows from elsewhere than the table’s, and not to say what causes what: see the limits."),
    ]
    return CardSection("short", "In short", (Paragraph(lead, is_lead=True), Terms(tuple(lines))))


def worth_section(document: Document) -> CardSection:
    """Scores with intervals, and what each of them is a score of."""
    scores, label = document["scores"], score_label(document)
    lines = [
        (_PROMISED[document["choice"]["rule"]], scores["promise"], None),
        ("this cell’s fold networks, on rows that none of them was trained on", scores["out_of_fold"], None),
        *((_CONSTANTS.get(each["name"], each["name"]), each, each["gain"]) for each in scores["baselines"]),
    ]
    rows = tuple(
        (name, decimals(score["estimate"]), interval_text(score), "" if gain is None else _gain_text(gain))
        for name, score, gain in lines
    )
    level = confidence(scores["level"])
    table = TextTable(("what", label, f"{level} interval", "first line minus it"), rows, (False, True, True, True))
    doubt = document["splits"]["doubt"]
    sure = (
        f"There are no intervals: {doubt}."
        if doubt
        else f"Intervals are for new tables from the same source, at {level} each, corrected for splits that share "
        "rows (Nadeau and Bengio 2003)."
    )
    return CardSection("worth", "What it is worth", (table, *_each(_promise(document), _second(document), sure)))


def intervals_section(document: Document) -> CardSection:
    """What was asked, what is guaranteed, what was seen."""
    intervals = document["intervals"]
    if intervals is None:
        return CardSection(
            "intervals", "How sure it is", (Paragraph(f"It gives no intervals: {document['why_no_intervals']}"),)
        )
    is_set, asked = document["task"] == "classification", share_asked(intervals["level"])
    width = f"{decimals(intervals['mean_width'], 2)} classes" if is_set else significant(intervals["mean_width"])
    holds = "the class that is predicted" if is_set else "the prediction"
    terms = (
        ("Asked for", f"{asked} of new rows shall lie in their {_kind(document)}."),
        ("Guaranteed", _guarantee(document)),
        ("Measured", _measured(document)),
        (
            "Widened",
            f"{_share(intervals['widened'])} of the {_kind(document)} of the table’s rows did not hold {holds}, and "
            "were widened to it.",
        ),
        ("Width", f"{width} on average, for the table’s rows."),
    )
    method = (
        "Made by CV+ (Barber, Candès, Ramdas and Tibshirani 2021)"
        f"{' with the scores of Romano, Sesia and Candès (2020)' if is_set else ''}: the networks of each fold say how "
        "far off they are on the rows that they were not trained on. They hold on average over rows, not for each kind "
        "of row: for a rare kind they may hold less often."
    )
    return CardSection("intervals", "How sure it is", (Terms(terms), Paragraph(method)))


def limits_section(document: Document) -> CardSection:
    """What it is not good for."""
    return CardSection("limits", "Limits", (Bullets(tuple(_limits(document))),))


def _limits(document: Document) -> Iterator[str]:
    kinds, rules = {column["kind"] for column in document["columns"]}, document["preparations"][0]["columns"]
    yield (
        f"Rows from elsewhere: all numbers here are for rows like the {_rows(document)} of "
        f"{code(document['data']['name'])}. From another place, time or device expect less."
    )
    yield (
        "Drift: nothing watches whether new rows still look like the old ones. Compare predictions with what came true "
        "from time to time, and fit anew."
    )
    if kinds & {NUMBER_KIND, DATE_KIND}:
        yield (
            "Beyond the data: a number or a date outside what the table has is predicted without a word, and nothing "
            "here says how well."
        )
    if WORD_KIND in kinds:
        unseen = [rule for rule in rules if rule["kind"] == "words" and rule["unseen"] is not None]
        yield (
            "Unseen words: "
            + ("what becomes of them stands above; nothing was learnt of them." if unseen else "refused.")
        )
    if document["data"]["weights"]:
        yield (
            f"Weights: rows count as {code(document['data']['weights'])} says in training and in scores; intervals are "
            "for rows that count alike."
        )
    yield (
        "Causes: what the model leans on goes with the target in this table. Changing it in the world need not change "
        "the target."
    )
    yield (
        f"ONNX: {code('model.onnx')} begins with prepared columns, which its metadata name. It leaves out what makes "
        f"numbers of words, dates and gaps, {_kind(document)}, and the refusal of rows that are not as they should be."
    )


def use_section(document: Document) -> CardSection:
    """What to type."""
    commands = document["commands"]
    blocks: list[Block] = [
        Paragraph("Predict the rows of a file:"),
        CodeBlock(commands["predict"]),
        Paragraph("Serve it, for programs that ask over HTTP:"),
        CodeBlock(commands["serve"]),
        Paragraph(
            f"With NumPy alone, from any Python: {code('nnjax_model.py')} needs this folder, and nothing of nnjax."
        ),
        CodeBlock(commands["standalone"]),
        Paragraph("In a runtime that knows no Python, from prepared columns on (see the limits):"),
        CodeBlock(
            'session = onnxruntime.InferenceSession("model.onnx")\n'
            'session.get_modelmeta().custom_metadata_map["inputs"]  # the columns, in order\n'
            'session.run(None, {"features": rows})  # float64 [N, D]',
            "python",
        ),
    ]
    return CardSection("use", "How to use it", tuple(blocks))


def made_section(document: Document) -> CardSection:
    """Data, study, choice, epochs, and how to make it again."""
    data, best = document["data"], document["best_epochs"]
    seeds = [str(network["seed"]) for network in document["ensemble"]]
    runs = [run for fold in document["folds"] for run in fold["run_ids"]]
    lines = (
        ("Data", f"{code(data['name'])}, {_rows(document)}, sha256 {code(data['digest'])}"),
        ("Study", f"{code(document['study'])}: {document['question']}"),
        ("Splits", splits_words(document)),
        (
            "Cell",
            f"{code(document['cell']['label'])} ({code(document['cell']['cell_id'][:ID_DIGITS])}), "
            f"{chosen_words(document)}",
        ),
        (
            "Epochs",
            f"{document['epochs']:,}: the median of the best epochs of this cell’s {how_many(best['runs'], 'run')}, "
            f"which range from {best['low']:,} to {best['high']:,}",
        ),
        ("Ensemble", f"{how_many(len(seeds), 'network')} trained on all rows, seeds {', '.join(seeds)}"),
        (
            "Fold networks",
            f"{len(runs):,} of {how_many(len(document['folds']), 'fold')}, trained again as in the sweep; they make "
            "intervals and importance, and the ensemble makes the predictions",
        ),
    )
    settings = TextTable(
        ("setting", "value"),
        tuple((code(name), _setting(value)) for name, value in sorted(document["cell"]["configuration"].items())),
        (False, False),
        title="Every setting of the cell",
    )
    folded = CodeBlock("\n".join(runs), "text", "Runs that the fold networks are of")
    versions = TextTable(
        ("what", "version"), tuple(sorted(document["versions"].items())), (False, False), title="Versions"
    )
    again = "The same command, study, data and versions give the same model:"
    study_file = CodeBlock(document["study_file"], "toml", "The study file")
    blocks = (Terms(lines), Paragraph(again), CodeBlock(document["commands"]["fit"]))
    return CardSection(
        "made", "How it was made, and how to make it again", (*blocks, settings, folded, versions, study_file)
    )


def score_label(document: Document) -> str:
    """What scores are called: the judged measure, with a minus where it is better lower."""
    return measure_label(document["scores"]["measure"])


def measure_label(name: str) -> str:
    """A measure's score in words.

    >>> measure_label("r2"), measure_label("log_loss")
    ('R²', '−log loss')
    """
    measure = _MEASURES[name]
    return ("−" if measure.better == "lower" else "") + (measure.label or name.replace("_", " "))


def interval_text(score: Mapping[str, Any]) -> str:
    """The ends of an interval; a dash where there is none."""
    return "–" if score["low"] is None else f"{decimals(score['low'])} to {decimals(score['high'])}"


def share_asked(level: str) -> str:
    """An exact level in percent.

    >>> share_asked("0.9"), share_asked("0.975")
    ('90 %', '97.5 %')
    """
    return f"{float(100 * Fraction(level)):g} %"


def chosen_words(document: Document) -> str:
    """How the cell was chosen, behind its name."""
    choice = document["choice"]
    among = f"among {how_many(choice['candidates'], 'cell')}"
    return {
        "best": f"the best on validation rows {among}",
        "smallest": f"the smallest of {choice['tied']:,} that cannot be told from the best on validation rows, {among}",
        "id": "named by a person",
    }[choice["rule"]]


def splits_words(document: Document) -> str:
    """The split scheme in a sentence."""
    splits = document["splits"]
    seeds = f", {how_many(splits['seeds'], 'seed')} each" if splits["seeds"] > 1 else ""
    return (
        f"{splits['words']}; {how_many(splits['splits'], 'split')}{seeds}; {splits['train']:,} rows train, "
        f"{splits['validation']:,} choose, {splits['test']:,} test"
    )


def _promise(document: Document) -> str:
    choice, splits = document["choice"], how_many(document["scores"]["promise"]["splits"], "split")
    more = (
        "The model at hand is trained on all rows and averages several networks, which mostly helps a little; by how "
        "much, no row is left to tell."
    )
    if choice["rule"] == "id":
        return (
            f"The first line is the score of this cell on test rows that had no say in its training, in {splits}. "
            f"Whoever named the cell may have seen it: then it is a little too good. {more}"
        )
    other = (
        "" if choice["rule"] == "best" else " The cell at hand is the smallest of those that cannot be told from it."
    )
    return (
        f"The first line is the promise: in each of {splits} the best of {choice['candidates']:,} cells was chosen on "
        f"validation rows, and scored on test rows that had no say in it.{other} {more}"
    )


def _second(document: Document) -> str:
    return (
        "The second line is of the very cell at hand, on rows that had a say in its choice: read it as a little too "
        "good. Its networks make the intervals below."
        if document["choice"]["rule"] != "id"
        else "The second line is of the networks that make the intervals below."
    )


def _against(document: Document) -> str:
    """The baselines beside the promise: a sceptic's sentence."""
    groups: dict[str, list[str]] = {"beats": [], "cannot be told from": [], "loses to": []}
    for each in document["scores"]["baselines"]:
        gain = each["gain"]
        low, high = (gain["estimate"] if gain[end] is None else gain[end] for end in ("low", "high"))
        place = "beats" if low > 0 else "loses to" if high < 0 else "cannot be told from"
        groups[place].append(
            f"{'a constant' if each['name'] in _CONSTANTS else each['name']} ({decimals(each['estimate'])})"
        )
    parts = [f"{place} {join_words(names)}" for place, names in groups.items() if names]
    if not parts:
        return "No baseline stands beside it."
    who = "It" if document["choice"]["rule"] == "id" else "A model chosen so"
    by = " on average, with no verdict" if document["splits"]["doubt"] else ""
    simpler = groups["loses to"] + groups["cannot be told from"]
    advice = " Take the simpler one unless you have a reason not to." if simpler else ""
    return f"{who} {'; '.join(parts)}{by}.{advice}"


def _scored(document: Document, score: Mapping[str, Any]) -> str:
    text = f"{score_label(document)} {decimals(score['estimate'])}"
    if score["low"] is None:
        return text
    return f"{text} ({confidence(document['scores']['level'])} interval {interval_text(score)})"


def _gain_text(gain: Mapping[str, Any]) -> str:
    text = signed(gain["estimate"])
    return text if gain["low"] is None else f"{text} ({interval_text(gain)})"


def _sure_of(document: Document) -> str:
    intervals = document["intervals"]
    if intervals is None:
        return f"no intervals: {document['why_no_intervals']}"
    seen = "nothing" if intervals["measured"] is None else _share(intervals["measured"])
    return (
        f"{_kind(document)} at {share_asked(intervals['level'])}: {seen} measured, "
        f"{_guaranteed_share(intervals) or 'nothing'} guaranteed."
    )


def _guarantee(document: Document) -> str:
    intervals = document["intervals"]
    share, is_grouped = _guaranteed_share(intervals), intervals["units"] == "groups"
    if intervals["proven"] is None:
        return "Nothing: nobody knows how the table’s folds were made."
    if not share:
        return f"Nothing: there are too few {intervals['units']} for what is proven to say anything."
    of_what = "rows of new groups" if is_grouped else "new rows"
    alike = "groups come from where these came from" if is_grouped else "rows come from where these came from"
    chosen = (
        "whoever named the cell had not looked at these rows."
        if document["choice"]["rule"] == "id"
        else "the cell had not been chosen with these rows. It was, so look at the next line, too."
    )
    return f"At least {share} of {of_what}, if {alike} and {chosen}"


def _measured(document: Document) -> str:
    intervals = document["intervals"]
    if intervals["measured"] is None:
        return f"Nothing: without a fold, too few {intervals['units']} are left for the level."
    error = intervals.get("standard_error")
    sure = "" if error is None else f" (standard error {_share(error)})"
    chosen = "this cell" if document["choice"]["rule"] == "id" else "the cell that is chosen without the fold"
    return (
        f"{_share(intervals['measured'])}{sure} of the table’s rows, fold by fold: with {chosen}, and intervals from "
        "the rows of the other folds. It shows whether the choice was too free. It is no guarantee, and not quite of "
        "the intervals at hand: no row is left that they have not seen."
    )


def _guaranteed_share(intervals: Mapping[str, Any]) -> str:
    """What is proven, rounded down; empty where that is nothing."""
    proven = math.floor(1000 * (intervals["proven"] or 0.0) + 1e-9) / 10
    return f"{proven:g} %" if proven > 0 else ""


def _kind(document: Document) -> str:
    return "sets of classes" if document["task"] == "classification" else "intervals"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _setting(value: object) -> str:
    return "-".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _rows(document: Document) -> str:
    return how_many(document["data"]["rows"], "row")


def _each(*texts: str) -> tuple[Block, ...]:
    return tuple(Paragraph(text) for text in texts)
