"""The page of a search, and its chapters behind the first screen."""

import math
from dataclasses import replace
from functools import partial
from importlib.metadata import version

import numpy as np
import pandas as pd
from markupsafe import Markup, escape
from numpy.typing import NDArray

from nnjax.estimators import search_words as words
from nnjax.estimators.compared_parameters import ComparedParameters
from nnjax.estimators.finished import FinishedSearch
from nnjax.estimators.search_answer import (
    best_candidate_chapter,
    candidates_draw,
    legend_keys,
    ranked_candidates,
    value_draw,
)
from nnjax.estimators.search_pictures import (
    MOST_CANDIDATES,
    MOST_DOTS,
    has_long_names,
)
from nnjax.estimators.varied import (
    as_layout,
)
from nnjax.report.drawing import Draw, Shape, draw_figure
from nnjax.report.figures.importance import draw_shares, draw_unbiased, importance_table
from nnjax.report.formats import Show, decimals, percent, significant
from nnjax.report.page import Page, made_now
from nnjax.report.views import MOST_ROWS_SHOWN, Chapter, FigureView, TableView

PARAMETER = Shape(width=300, height=240, left=48, top=28, bottom=62, font_size=10.5, across=3)


_BREAK = Markup("_<wbr>")
"""Where the name of a column may go on in the next line."""


def search_page(finished: FinishedSearch) -> Page:
    """The whole page: the answer, what matters, all candidates, how sure it is, how to repeat it."""
    show, compared = words.show_scores(finished), ComparedParameters(finished)
    told = tuple(words.parameter_words(each, found, finished.quantity, show) for each, found in compared.pairs)
    n, splits, lost = len(finished.scores), finished.splits, words.failed_words(finished, compared.varied)
    chapters = [
        best_candidate_chapter(finished, compared, told, show),
        *([parameters_chapter(finished, compared, told, show)] if compared.varied and finished.complete > 1 else []),
        candidates_chapter(finished, compared, show),
        sure_chapter(finished, compared),
        again_chapter(finished),
    ]
    on = f"{'the same ' if n > 1 else ''}{splits.n_splits} splits"
    return Page(
        title="search",
        question=f"Which of {n:,} candidates is best?" if n > 1 else "What does the candidate reach?",
        subtitle=f"{n:,} candidate{'s' if n != 1 else ''} on {on} ({splits.method}; about "
        f"{splits.n_train:,} training and {splits.n_test:,} test rows each), judged by {finished.quantity}: higher is "
        "better.",
        chapters=chapters,
        footer=made_now(),
        notices=[lost] if lost else [],
    )


def parameters_chapter(
    finished: FinishedSearch, compared: ComparedParameters, told: tuple[words.ParameterWords, ...], show: Show
) -> Chapter:
    """Every parameter: its values beside the best of them, and what share of the variance it carries."""
    parts = [(each.short, value_draw(finished, each, found)) for each, found in compared.pairs]
    caption = f"Mean {finished.quantity} of every value of every parameter."
    if any(each.compared for each in told):
        verdict = (
            f"Not known to hold: {finished.splits.doubt}."
            if finished.splits.doubt
            else "A value whose bar reaches the dashed line cannot be told apart from the best, and is filled."
        )
        caption += (
            " Bars: where a value may lie beside the best value, all pairs of a parameter together (95 %), averaged "
            "over the combinations of the other parameters that all its values have; dashed: the best value. "
            f"{verdict} A bar that tells next to nothing is cut."
        )
    if not all(each.compared for each in told):
        caption += (
            " Dots alone: every candidate at its value. Nothing is compared there, for no two candidates differ in "
            f"that parameter alone. Diamond: the best candidate. At most {MOST_DOTS:,} are drawn, the best."
        )
    shape = replace(PARAMETER, quantity=finished.quantity, across=min(PARAMETER.across, len(parts)))
    if not any(has_long_names(each.texts) for each in compared.varied):
        shape = replace(shape, height=shape.height - 24, bottom=shape.bottom - 24)
    figures = {"parameters": draw_figure("values", caption, parts, shape, _table("values", compared.intervals, show))}
    layout = as_layout(compared.varied)
    # A whole grid only: elsewhere the product of all values is of any size; and sets of parameters double with each.
    is_grid = math.prod(len(each.texts) for each in compared.varied) <= finished.complete
    is_small = is_grid and 1 < len(compared.varied) <= MOST_IN_COMPANY
    importance = importance_table(compared.table, layout) if is_small else pd.DataFrame()
    if len(importance):
        figures["importance"] = _importance(importance, finished.quantity)
    facts = {"told": words.told_lines(told), "doubt": finished.splits.doubt}
    return Chapter("parameters", "What matters", figures, facts=facts)


MOST_IN_COMPANY = 8
"""Parameters of which the importance, alone and in company, is worked out."""

_SMALL = 0.005
"""Shares below this are drawn as one."""


def _importance(table: pd.DataFrame, quantity: str) -> FigureView:
    caption = (
        f"How much of what varies each parameter and each pair of them carries. Left: of the variance of mean "
        f"{quantity} between candidates (exact functional analysis of variance). Right: of all variance of a split’s "
        "score, less what noise alone would give (ω²), with the 95 % interval for another splitting of the same rows "
        "(jackknife over splits): an interval that reaches zero may be noise. Both are about exactly these values: "
        "other values, other shares."
    )
    large = table["share"] >= _SMALL
    others = pd.DataFrame({"effect": [f"{int((~large).sum())} others"], "share": [table.loc[~large, "share"].sum()]})
    drawn = pd.concat([table[large], others], ignore_index=True) if not large.all() else table
    left = min(280, 14 + round(6.1 * max(map(len, drawn["effect"]))))
    shape = Shape(width=230 + left, height=46 + 26 * len(drawn), left=left, top=6, bottom=34)
    parts: list[tuple[str, Draw]] = [
        ("of the variance between candidates", partial(draw_shares, drawn, name="effect")),
        ("of all variance, noise taken off", partial(draw_unbiased, drawn)),
    ]
    shown = table.assign(**{name: [percent(value) for value in table[name]] for name in table.columns[1:]})
    return draw_figure("importance", caption, parts, shape, _table("importance", shown, decimals))


def candidates_chapter(finished: FinishedSearch, compared: ComparedParameters, show: Show) -> Chapter:
    """All candidates, from the best mean down."""
    ranked = ranked_candidates(finished)
    columns: dict[str, object] = {
        each.short: [each.of_candidate[candidate] for candidate in ranked.index] for each in compared.varied
    }
    columns[finished.quantity] = ranked["mean_test_score"].to_numpy()
    is_alone = len(ranked) == 1
    columns |= {} if is_alone else {name: ranked[name].to_numpy() for name in ("difference", "low", "high")}
    if not finished.splits.doubt and not is_alone:
        columns["tied"] = np.where(ranked["failed_splits"] > 0, "–", np.where(ranked["is_tied"], "yes", "no"))
    columns |= {name: means[ranked.index] for name, means in _other_scores(finished).items()}
    if (ranked["failed_splits"] > 0).any():
        columns["failed splits"] = ranked["failed_splits"].to_numpy()
    if finished.course.epochs is not None:
        columns["epochs"] = finished.course.epochs[ranked.index].mean(axis=1)
    frame = pd.DataFrame({"candidate": ranked.index.to_numpy(), **columns})
    figures = {}
    if finished.complete > 1:
        figures["candidates"] = _candidates(finished, _table("beside", frame, show, finished.quantity))
    facts = {"table": _table("candidates", frame, show, finished.quantity), "doubt": finished.splits.doubt}
    facts["is_alone"] = is_alone
    return Chapter("candidates", "In numbers" if is_alone else "All candidates", figures, facts=facts)


def _candidates(finished: FinishedSearch, table: TableView) -> FigureView:
    verdict = (
        f"Not known to hold: {finished.splits.doubt}."
        if finished.splits.doubt
        else "Filled: the bar reaches the line, the candidate cannot be told apart from the best."
    )
    caption = (
        f"Mean {finished.quantity} of every candidate, from the best down. Bars: where each may lie beside the best, "
        f"all of them together (95 %, corrected for splits that share one table); dashed: the best. {verdict} A bar "
        "that tells next to nothing is cut."
    )
    if finished.complete > MOST_CANDIDATES:
        caption += f" The first {MOST_CANDIDATES} of {finished.complete:,}."
    shape = Shape(width=420, height=270, left=52, quantity=finished.quantity, across=1)
    parts = [("", candidates_draw(finished))]
    return draw_figure("all-candidates", caption, parts, shape, table, legend_keys(finished))


def _other_scores(finished: FinishedSearch) -> dict[str, NDArray[np.float64]]:
    """Mean of every other metric of a search of many, by its name."""
    named = {name.removeprefix("mean_test_"): name for name in finished.cv_results if name.startswith("mean_test_")}
    named.pop(finished.metric, None)
    return {metric: np.asarray(finished.cv_results[name], dtype=np.float64) for metric, name in named.items()}


def sure_chapter(finished: FinishedSearch, compared: ComparedParameters) -> Chapter:
    """What the numbers are good for, and what nobody knows."""
    facts = {
        "finished": finished,
        "splits": finished.splits,
        "is_alone": len(finished.scores) == 1,
        "combinations": [
            (each.short, found.combinations) for each, found in compared.pairs if not isinstance(found, str)
        ],
    }
    return Chapter("sure", "How sure is this?", facts=facts)


def again_chapter(finished: FinishedSearch) -> Chapter:
    """The Python lines that make the search again."""
    versions = [f"{name} {version(name)}" for name in ("nnjax", "scikit-learn", "numpy")]
    facts = {"call": finished.call, "unseeded": finished.unseeded, "versions": ", ".join(versions)}
    return Chapter("again", "How to repeat it", facts=facts)


def _table(name: str, frame: pd.DataFrame, show: Show, quantity: str = "") -> TableView:
    """A table for the page, scores as `show` prints them, whatever their size; long names of columns may be broken."""
    scores = {"mean_test_score", "difference", "low", "high", quantity}

    def cell(column: str, value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float):
            return show(value) if column in scores else significant(value, 3)
        return str(value)

    shown = frame.head(MOST_ROWS_SHOWN)
    cells = [[cell(column, value) for value in shown[column].tolist()] for column in shown.columns]
    is_number = tuple(bool(pd.api.types.is_numeric_dtype(frame[column])) for column in frame.columns)
    columns = tuple(escape(str(column)).replace("_", _BREAK) for column in frame.columns)
    return TableView(name, frame, columns, is_number, tuple(zip(*cells, strict=True)))
