"""Scores on test rows: which factor matters, and are the baselines any worse?"""

from functools import partial

import pandas as pd

from nnjax.claims.choice import choose_on_validation
from nnjax.claims.declared import ALPHA
from nnjax.report.against_baseline import compare_with_baseline
from nnjax.report.best_cell import best_runs
from nnjax.report.differences import AT_BEST, AVERAGED, models_table, split_spread
from nnjax.report.drawing import Draw, Shape, draw_figure, panels_by
from nnjax.report.figures.scores import (
    draw_confusion,
    draw_intervals,
    draw_spread,
    placed_differences,
    placed_scores,
    spread_table,
)
from nnjax.report.formats import confidence, decimals
from nnjax.report.predictions import confusion_table
from nnjax.report.study_results import StudyResults
from nnjax.report.theme import INK, MUTED, variable
from nnjax.report.views import Chapter, FigureView, Key, view_table

FEW_CLASSES = 4
"""Up to so many classes the squares of the confusion are large."""

CONFUSION_WIDTH = 460
"""Width of the confusion's panel at least: a smaller one would be enlarged to fill the column."""

NETWORK = "network, chosen by validation"

INTERVAL_KEYS = (Key("corrected interval", variable(MUTED), is_area=True), Key("plain t interval", variable(MUTED)))


def scores_chapter(study_results: StudyResults) -> Chapter:
    """Baselines, all scores, confusion of classes, paired differences, spread over splits."""
    terms, differences = study_results.terms, study_results.differences
    figures = {"models": models_figure(study_results), "spread": _spread(study_results)}
    if study_results.space.table.class_names:
        figures["confusion"] = confusion_figure(study_results)
    if len(differences):
        figures["differences"] = _differences(study_results)
    facts = {
        "terms": terms,
        "alpha": ALPHA,
        "reference": study_results.baseline(),
        "against": compare_with_baseline(study_results).detail,
        "selected": int((differences["q"] <= ALPHA).sum()) if len(differences) else 0,
        "comparisons": len(differences),
        "cut": cut_words(study_results),
    }
    metrics = metrics_table(study_results).rename(columns=terms.page_names)
    shown = (terms.test, *terms.test_metrics[1:])
    columns = [name for name in ("model", *shown) if name in metrics]
    tables = {"metrics": view_table("test_metrics", metrics, columns=columns)}
    return Chapter("scores", f"{terms.label} on test rows", figures, tables, facts)


def cut_words(study_results: StudyResults) -> str:
    """Where probabilities of the second class are cut, in a sentence; empty where at ½."""
    judged, space = study_results.terms.judged, study_results.space
    if not judged.has_chosen_threshold:
        return ""
    cuts = best_runs(study_results.results, study_results.best)["decision_threshold"].dropna()
    where = f"median {decimals(cuts.median())}, from {decimals(cuts.min())} to {decimals(cuts.max())}"
    return (
        f"A row is put into class {space.table.class_names[1]} from that probability on at which {judged.cut_by} is "
        f"best on the validation rows: {where} over the runs of the chosen network. Baselines are cut likewise; "
        "“all rows” on rows that it was fitted on."
    )


def all_models(study_results: StudyResults) -> pd.DataFrame:
    """Networks and baselines on the same splits, each with its paired difference to the reference baseline.

    The network is the cell chosen on validation rows in each split, out of all cells, and out of those of each
    level of the colour factor.
    """
    scores = {NETWORK: study_results.best.scores()}
    best = choose_on_validation(study_results.results, [study_results.layout.color])
    for level, runs in best.groupby(study_results.layout.color, sort=False):
        name = f"network, {study_results.layout.text(study_results.layout.color, level)}"
        scores[name] = runs.groupby("split")["test_score"].mean().sort_index()
    scores |= {str(model): study_results.baseline(str(model)) for model in study_results.baselines["model"].unique()}
    splits = len(study_results.baseline())
    complete = {name: score for name, score in scores.items() if score.notna().sum() == splits}
    return models_table(complete, study_results.terms.reference, study_results.sizes.pair)


def metrics_table(study_results: StudyResults) -> pd.DataFrame:
    """Every score on test rows of the chosen network and of the baselines, means over splits.

    One row a model: model, test_score, each further metric, and their standard deviations over splits (ending in _sd);
    a run that diverged has a score and nothing else.
    """
    network = best_runs(study_results.results, study_results.best).assign(model=NETWORK)
    rows = pd.concat([network, study_results.baselines], ignore_index=True)
    metrics = [study_results.terms.judged.column(name) for name in study_results.terms.test_metrics]
    metrics = [metric for metric in metrics if metric in rows and rows[metric].notna().any()]
    by_model = rows.groupby(["model", "split"], sort=False)[metrics].mean().groupby("model", sort=False)
    means, deviations = by_model.mean(), by_model.std()
    columns = {
        name: part[metric] for metric in metrics for name, part in ((metric, means), (f"{metric}_sd", deviations))
    }
    return pd.DataFrame(columns).reset_index()


def models_figure(study_results: StudyResults) -> FigureView:
    """Intervals of the difference to the reference baseline, model by model."""
    terms, table = study_results.terms, all_models(study_results)
    drawn = model_rows(study_results, table)
    label = f"{terms.test} minus that of {terms.reference}"
    parts = [("", partial(draw_intervals, drawn, margin=terms.margin, label=label))]
    shape = Shape(width=480, height=70 + 26 * len(drawn), left=178, top=10, font_size=11.5, across=1)
    caption = (
        f"Difference in {terms.test} to {terms.reference_long} on the very same splits: mean, {confidence(1 - ALPHA)} "
        "interval corrected for splits that share one table (thick), plain t interval (thin); shaded: differences "
        f"below {terms.margin:g}, which do not "
        "matter in practice. Networks: the cell chosen on validation rows in each split, among all cells and among "
        f"those of each level. Hollow: scikit-learn. Left of zero, {terms.reference} is better. Exploratory: nobody "
        "declared this."
    )
    return draw_figure("models", caption, parts, shape, view_table("models", table), INTERVAL_KEYS)


def model_rows(study_results: StudyResults, models: pd.DataFrame) -> pd.DataFrame:
    """The models worth drawing, with place and colour: without the reference, and without the naive one far off."""
    layout, factor = study_results.layout, study_results.layout.color
    levels = {f"network, {layout.text(factor, level)}": level for level in layout.levels[factor]}
    colors = {NETWORK: INK} | {name: study_results.palette[factor, level].color for name, level in levels.items()}
    left_out = (study_results.terms.reference, study_results.terms.naive)
    drawn = models[~models["name"].isin(left_out)].reset_index(drop=True)
    return drawn.assign(
        place=drawn.index,
        is_hollow=~drawn["name"].str.startswith("network"),
        color=[colors.get(name, MUTED) for name in drawn["name"]],
    )


def confusion_figure(study_results: StudyResults) -> FigureView:
    """Which class is taken for which, by the network that the validation rows chose in each split."""
    table = confusion_table(
        best_runs(study_results.results, study_results.best), study_results.predictions, study_results.space
    )
    n_classes = len(study_results.space.table.class_names)
    side = 34 if n_classes > FEW_CLASSES else 54
    left = 34 + 6 * max(len(name) for name in study_results.space.table.class_names)
    right, height = max(30, CONFUSION_WIDTH - left - side * n_classes), 60 + side * n_classes
    shape = Shape(left + side * n_classes + right, height, left, right, top=8, bottom=52, across=1)
    caption = (
        "Test rows by true class (line) and predicted class (column), summed over all splits and seeds: the network "
        "chosen on validation rows in each split. The tint is the share of the line’s rows; off the diagonal are the "
        "errors. A table row counts once for every split in which it is a test row."
    )
    parts = [("", partial(draw_confusion, table))]
    return draw_figure("confusion", caption, parts, shape, view_table("confusion", table))


def _spread(study_results: StudyResults) -> FigureView:
    layout, terms = study_results.layout, study_results.terms
    table = spread_table(study_results.reference_runs, layout.shown)
    placed = placed_scores(table, layout.shown, layout.color, layout)
    reference = float(study_results.baseline().mean())
    draw = partial(draw_spread, palette=study_results.palette, factor=layout.color, baseline=reference)
    caption = (
        f"{terms.test} of every split (a dot; seeds averaged) and its mean (bar). "
        f"{layout.where(layout.shown)} Dashed: mean of {terms.reference}, {decimals(reference)}."
        f"{_splits_sentence(table, layout.shown)}"
    )
    shape = Shape(bottom=62, height=290, quantity=terms.test, lowest=terms.floor - 0.05)
    view = view_table(f"{terms.test}_by_split", table, layout.full_batch)
    return draw_figure("spread", caption, panels_by(placed, layout.panel, layout, draw), shape, view)


def _splits_sentence(table: pd.DataFrame, shown: list[str]) -> str:
    """What of the dots' spread a difference split by split is rid of, as measured."""
    spread = split_spread(table, shown)
    if spread is None:
        return ""
    common, own = (decimals(deviation) for deviation in spread)
    effect = (
        "differences taken split by split are rid of it" if spread[0] > spread[1] else "pairing by split gains little"
    )
    return (
        f" What a split does to all of them alike has a standard deviation of {common}, against {own} for what is left "
        f"beside level and split: {effect}."
    )


def _differences(study_results: StudyResults) -> FigureView:
    terms, table = study_results.terms, study_results.differences
    caption = (
        f"Paired difference in {terms.test} to the reference level of each studied factor; right of zero is better "
        "than the reference. Filled: averaged over the combinations of the other studied factors. Hollow: each level "
        "at its best, all other factors chosen on validation rows. "
        f"Shaded: ± {terms.margin:g}. Thick: corrected interval; thin: plain t. Exploratory: no verdicts, q in the "
        "table. A level that is far behind on average but not at its best needs the right company; one that is behind "
        "in both is behind."
    )
    parts, shape = level_differences(study_results, table, (AVERAGED, AT_BEST))
    view = view_table("paired_differences", table, study_results.layout.full_batch)
    return draw_figure("differences", caption, parts, shape, view, INTERVAL_KEYS)


def level_differences(
    study_results: StudyResults, table: pd.DataFrame, views: tuple[str, str]
) -> tuple[list[tuple[str, Draw]], Shape]:
    """A panel a factor, both views of its differences one above the other at each level, and the shape of them all."""
    layout, terms = study_results.layout, study_results.terms
    parts: list[tuple[str, Draw]] = []
    for factor in layout.studied:
        part = table[table["factor"] == factor].reset_index(drop=True)
        if len(part):
            drawn = placed_differences(part, layout, study_results.palette, views)
            draw = partial(draw_intervals, drawn, margin=terms.margin, label=f"difference in {terms.test}")
            parts.append((f"{factor}, against {layout.text(factor, layout.reference[factor])}", draw))
    height = 64 + 34 * (max(len(layout.levels[factor]) for factor in layout.studied) - 1)
    if len(parts) > 2:
        return parts, Shape(width=290, height=height, left=78, top=8, font_size=10.5, across=3)
    return parts, Shape(height=height, left=78, top=8)
