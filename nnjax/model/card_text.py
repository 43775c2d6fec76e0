"""What a model card says, section by section, from the model's document alone: every number is read there."""

from collections.abc import Iterator

from nnjax.data.column import DATE_KIND, NUMBER_KIND, WORD_KIND
from nnjax.kernels.names import XLA, in_words, is_fused
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
from nnjax.model.card_intervals import interval_noun, sure_words
from nnjax.model.card_runs import diverged_runs, finished_words, is_chosen, quantile_words
from nnjax.model.card_worth import against_words, score_label, scored_words
from nnjax.report.figures.marks import ID_DIGITS
from nnjax.report.views import join_words


def short_section(document: Document, leans_on: str) -> CardSection:
    """The answer on the first screen: what it is, what it is worth, what it must not be used for."""
    networks, scores = len(document["ensemble"]), document["scores"]
    lead = (
        f"{how_many(networks, 'neural network')}, averaged, {'predicts' if networks == 1 else 'predict'} "
        f"{_of_quantile(document)}{join_words([code(name) for name in document['targets']])} from "
        f"{how_many(len(document['columns']), 'column')} of a table."
    )
    lines = [
        (
            "Worth",
            f"{scored_words(document, scores['promise'])} on rows that it has not seen. {against_words(document)}",
        ),
        ("Sure of", sure_words(document)),
        *([("Leans on", leans_on)] if leans_on else []),
        ("Made of", f"{code(document['cell']['label'])}, {chosen_words(document)}, trained on all {_rows(document)}."),
        ("Not for", "rows from elsewhere than the table’s, and not to say what causes what: see the limits."),
    ]
    return CardSection("short", "In short", (Paragraph(lead, is_lead=True), Terms(tuple(lines))))


def _of_quantile(document: Document) -> str:
    quantile = quantile_words(document)
    return f"the {quantile} (not the mean) of " if quantile else ""


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
    if quantile := quantile_words(document):
        yield _not_the_mean(document, quantile)
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
        f"numbers of words, dates and gaps, {interval_noun(document)}, and the refusal of rows that are not as they "
        "should be."
    )


def _not_the_mean(document: Document, quantile: str) -> str:
    """What whoever takes a quantile for a mean gets wrong."""
    measure, share = document["scores"]["measure"], 100 * document["cell"]["configuration"]["loss_quantile"]
    fits = measure == "pinball_loss" or (measure == "mae" and quantile == "median")
    asks = "" if fits else f" {score_label(document)} does not ask for that, so it may be good and score badly."
    around = "" if document["intervals"] is None else " Intervals lie around it, as far above as below."
    return (
        f"Not the mean: it predicts the {quantile}, so that {share:g} % of new rows shall lie below it. How many "
        f"do, nothing here measures.{asks}{around}"
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
        Paragraph(f"In an ONNX runtime, in this folder; {code('nnjax_model.py')} prepares the columns:"),
        CodeBlock(
            "import onnxruntime\nimport pandas\nfrom nnjax_model import Model\n\n"
            'model, session = Model.load("."), onnxruntime.InferenceSession("model.onnx")\n'
            'session.run(None, {"features": model.features(model.read(pandas.read_csv("TABLE.csv")))})',
            "python",
        ),
    ]
    return CardSection("use", "How to use it", tuple(blocks))


def made_section(document: Document) -> CardSection:
    """Data, study, choice, epochs, and how to make it again."""
    data, best = document["data"], document["best_epochs"]
    seeds = [str(network["seed"]) for network in document["ensemble"]]
    runs = [run for fold in document["folds"] for run in fold["run_ids"]]
    kernels = document["cell"]["configuration"].get("kernels", XLA)  # folders of earlier versions know XLA alone
    kept = f" that finished ({finished_words(document)})" if diverged_runs(document) else ""
    lines = (
        ("Data", f"{code(data['name'])}, {_rows(document)}, sha256 {code(data['digest'])}"),
        ("Study", f"{code(document['study'])}: {document['question']}"),
        *([("Changed", _changed(document))] if document.get("overrides") else []),
        ("Splits", splits_words(document)),
        (
            "Cell",
            f"{code(document['cell']['label'])} ({code(document['cell']['cell_id'][:ID_DIGITS])}), "
            f"{chosen_words(document)}",
        ),
        (
            "Epochs",
            f"{document['epochs']:,}: the median of the best epochs of this cell’s {how_many(best['runs'], 'run')}"
            f"{kept}, which range from {best['low']:,} to {best['high']:,}",
        ),
        ("Ensemble", f"{how_many(len(seeds), 'network')} trained on all rows, seeds {', '.join(seeds)}"),
        ("Trained by", in_words(kernels)),
        ("Fold networks", _fold_networks(document, len(runs))),
    )
    settings = TextTable(
        ("setting", "value"),
        tuple((code(name), _setting(value)) for name, value in sorted(document["cell"]["configuration"].items())),
        (False, False),
        title="Every setting of the cell",
    )
    folded = [CodeBlock("\n".join(runs), "text", "Runs whose networks make the intervals")] if runs else []
    versions = TextTable(
        ("what", "version"), tuple(sorted(document["versions"].items())), (False, False), title="Versions"
    )
    where = ", where there are such vectors and such a compiler" if is_fused(kernels) else " if XLA trains again"
    again = f"The same command, study, data and versions give the same model{where}:"
    before = ", before it was changed on the command line" if document.get("overrides") else ""
    study_file = CodeBlock(document["study_file"], "toml", f"The study file{before}")
    blocks = (Terms(lines), Paragraph(again), CodeBlock(document["commands"]["fit"]))
    return CardSection(
        "made", "How it was made, and how to make it again", (*blocks, settings, *folded, versions, study_file)
    )


def _changed(document: Document) -> str:
    changes = ", ".join(code(change) for change in document["overrides"])
    return f"the study file was changed on the command line: {changes}"


def chosen_words(document: Document) -> str:
    """How the cell was chosen, behind its name."""
    choice = document["choice"]
    if choice["rule"] != "id" and not is_chosen(document):
        return "the only cell"
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


def _setting(value: object) -> str:
    return "-".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _rows(document: Document) -> str:
    return how_many(document["data"]["rows"], "row")


def _fold_networks(document: Document, kept: int) -> str:
    retrained = document["retrained"]
    largest = retrained["largest_difference"]
    alike = (
        "their numbers are those of the sweep, bit by bit"
        if largest == 0
        else "a number is missing where the sweep has one, or the other way round"
        if largest is None
        else f"their numbers differ from the sweep’s by up to {largest:.1g}: on another processor, or by other versions"
    )
    uses = "importance is theirs"
    if kept:
        uses += f"; {kept:,} of them, of the {how_many(len(document['folds']), 'fold')} of one repeat, make intervals"
    who = "those that finished" if diverged_runs(document) else "they"
    return f"{finished_words(document)}; {who} were trained again: {alike}; {uses}"
