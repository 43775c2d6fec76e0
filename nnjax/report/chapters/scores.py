"""R² on test rows: which factor matters, and are the baselines any worse?"""

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.answers import MARGIN
from nnjax.report.baselines import RIDGE
from nnjax.report.choice import by_split, choose_on_validation
from nnjax.report.drawing import Shape, draw_panels, panels_by
from nnjax.report.figures.scores import (
    draw_importance,
    draw_intervals,
    draw_spread,
    importance_table,
    models_table,
    spread_table,
)
from nnjax.report.formats import decimals
from nnjax.report.layout import with_places
from nnjax.report.material import Material
from nnjax.report.theme import INK, MUTED, variable
from nnjax.report.views import Chapter, FigureView, Key, view_table

SMALL_SHARE = 0.005
"""Effects below this share of the variance are drawn as one."""

NETWORK = "network, chosen by validation"


def scores_chapter(material: Material) -> Chapter:
    """Spread over splits, paired differences, importance, baselines."""
    figures = {"spread": _spread(material)}
    if len(material.differences):
        figures["differences"] = _differences(material)
    importance = importance_table(material.results, material.layout)
    if len(importance):
        figures["importance"] = _importance(importance, material)
    figures["models"] = models_figure(material)
    ridge = material.baseline()
    facts = {
        "margin": f"{MARGIN:g}",
        "ridge": decimals(float(ridge.mean())),
        "ridge_sd": decimals(float(ridge.std())),
        "reference": material.layout.reference_sentence([]),
        "selected": int((material.differences["q"] <= 0.05).sum()) if len(material.differences) else 0,
        "comparisons": len(material.differences),
    }
    return Chapter("scores", "R² on test rows", figures, facts=facts)


def all_models(material: Material) -> pd.DataFrame:
    """Networks and baselines on the same splits, each with its paired difference to ridge.

    The network is the cell chosen on validation rows in each split, out of all cells, and out of those of each
    level of the colour factor.
    """
    scores = {NETWORK: material.best.scores()}
    best = choose_on_validation(material.results, [material.layout.color])
    for level, runs in best.groupby(material.layout.color, sort=False):
        scores[f"network, {material.layout.text(material.layout.color, level)}"] = by_split(runs, "test_score")
    scores |= {str(model): material.baseline(str(model)) for model in material.baselines["model"].unique()}
    ridge = material.baseline()
    complete = {name: score for name, score in scores.items() if score.notna().sum() == len(ridge)}
    return models_table(complete, RIDGE, material.sizes.pair)


def models_figure(material: Material) -> FigureView:
    """Intervals of the difference to ridge, model by model."""
    table = all_models(material)
    drawn = model_rows(material, table)

    def draw(axes: Axes) -> None:
        draw_intervals(drawn, axes, MARGIN)
        axes.set_xlabel("test_r2 minus that of ridge")

    shape = Shape(width=480, height=70 + 26 * len(drawn), left=178, top=10, font_size=11.5)
    caption = (
        "Difference in test_r2 to ridge regression on the very same splits: mean, 95 % interval corrected for splits "
        f"that share one table (thick), plain t interval (thin); shaded: differences below {MARGIN:g}, which do not "
        "matter in practice. Networks: the cell chosen on validation rows in each split, among all cells and among "
        "those of each level. Hollow: scikit-learn. Left of zero, ridge is better. Exploratory: nobody declared this."
    )
    return FigureView(
        "models", caption, _interval_keys(), draw_panels("models", [("", draw)], shape), 1, view_table("models", table)
    )


def model_rows(material: Material, models: pd.DataFrame) -> pd.DataFrame:
    """The models worth drawing, with place and colour: without ridge itself, and without the mean far to the left."""
    drawn = models[(models["name"] != RIDGE) & (models["name"] != "mean")].reset_index(drop=True)
    return drawn.assign(
        place=drawn.index,
        is_hollow=~drawn["name"].str.startswith("network"),
        color=[_model_color(material, str(name)) for name in drawn["name"]],
    )


def _model_color(material: Material, name: str) -> str:
    factor = material.layout.color
    for level in material.layout.levels[factor]:
        if name == f"network, {material.layout.text(factor, level)}":
            return material.palette.style(factor, level).color
    return INK if name == NETWORK else MUTED


def _interval_keys() -> tuple[Key, ...]:
    return (
        Key("corrected interval", variable(MUTED), is_area=True),
        Key("plain t interval", variable(MUTED)),
    )


def _spread(material: Material) -> FigureView:
    layout = material.layout
    table = spread_table(material.reference_runs, layout.shown)
    groups = table.groupby(layout.shown, sort=False)["test_score"]
    splits = table["split"].nunique()
    placed = with_places(table, layout.color, layout).assign(
        mean=groups.transform("mean"), offset=0.5 * (((7 * table["split"]) % splits + 0.5) / splits - 0.5)
    )
    ridge = float(material.baseline().mean())
    draw = partial(draw_spread, palette=material.palette, factor=layout.color, baseline=ridge)
    sentence = layout.reference_sentence(layout.shown)
    caption = (
        f"test_r2 of every split (a dot; seeds averaged) and its mean (bar). {f'At {sentence}. ' if sentence else ''}"
        f"Dashed: mean of ridge, {decimals(ridge)}. The dots of one level lie far apart because the splits differ, the "
        "same for all levels: that is why differences are taken split by split."
    )
    return FigureView(
        "spread",
        caption,
        (),
        draw_panels(
            "spread",
            panels_by(placed, layout.panel, layout, draw),
            Shape(bottom=62, height=290, quantity="test_r2", lowest=-1.05),
        ),
        2,
        view_table("test_r2_by_split", table, layout.full_batch),
    )


def _differences(material: Material) -> FigureView:
    layout = material.layout
    parts = []
    for factor in layout.studied:
        table = material.differences[material.differences["factor"] == factor].reset_index(drop=True)
        if len(table):
            parts.append(
                (f"{factor}, against {layout.text(factor, layout.reference[factor])}", _pairs(material, table))
            )
    width = 290 if len(parts) > 2 else 400
    tallest = max(len(levels) for factor, levels in layout.levels.items() if factor in layout.studied)
    shape = Shape(width=width, height=64 + 34 * (tallest - 1), left=78, top=8, font_size=10.5 if width < 400 else 11)
    caption = (
        "Paired difference in test_r2 to the reference level of each studied factor; right of zero is better than the "
        "reference. Filled: averaged over the combinations of the other studied factors. Hollow: each level at its "
        f"best, all other factors chosen on validation rows. Shaded: ± {MARGIN:g}. Thick: corrected interval; thin: "
        "plain t. Exploratory: no verdicts, q in the table. A level that is far behind on average but not at its best "
        "needs the right company; one that is behind in both is behind."
    )
    return FigureView(
        "differences",
        caption,
        _interval_keys(),
        draw_panels("differences", parts, shape),
        3 if len(parts) > 2 else 2,
        view_table("paired_differences", material.differences, layout.full_batch),
    )


def _pairs(material: Material, table: pd.DataFrame) -> "partial[None]":
    """Both views of a factor's differences, one above the other at each level."""
    layout, factor = material.layout, str(table["factor"].iloc[0])
    placed = with_places(table.assign(**{factor: table["level"]}), factor, layout, "place")
    drawn = placed.assign(
        name=placed["place_name"],
        place=placed["place"] + placed["view"].map({"averaged": -0.17, "at its best": 0.17}),
        is_hollow=placed["view"] == "at its best",
        color=[material.palette.style(factor, level).color for level in placed["level"]],
    )

    def draw(axes: Axes) -> None:
        draw_intervals(drawn, axes, MARGIN)
        axes.set_xlabel("difference in test_r2")

    return partial(draw)


def _importance(table: pd.DataFrame, material: Material) -> FigureView:
    caption = (
        "Share of the variance of mean test_r2 between cells that each factor and each pair of factors carries (exact "
        "functional analysis of variance, R² clipped at −1). It is a statement about exactly these levels, weighted "
        "equally: other levels, other shares. Description, no inference."
    )
    large = table["share"] >= SMALL_SHARE
    others = pd.DataFrame({"effect": [f"{int((~large).sum())} others"], "share": [table.loc[~large, "share"].sum()]})
    drawn = pd.concat([table[large], others], ignore_index=True) if not large.all() else table
    shape = Shape(width=440, height=20 + 26 * len(drawn), left=150, top=6, bottom=8)
    return FigureView(
        "importance",
        caption,
        (),
        draw_panels("importance", [("", partial(draw_importance, drawn))], shape),
        1,
        view_table("importance", table, material.layout.full_batch),
    )
