"""What matters, and where the noise comes from: importance, the variance budget, two readings of every factor."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from nnjax.claims.declared import ALPHA
from nnjax.report.answers import VIEW_WORDS, Views, factor_rankings, one_by_one
from nnjax.report.chapters.scores import level_differences
from nnjax.report.differences import FIXED, OWN_BEST, disagreements, fixed_nuisance, readings_table
from nnjax.report.drawing import Shape, draw_figure
from nnjax.report.figures.importance import (
    budget_of,
    budget_table,
    draw_shares,
    draw_unbiased,
    importance_table,
)
from nnjax.report.formats import confidence, decimals, percent, signed
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, FigureView, join_words, view_table
from nnjax.statistics.variance import VarianceBudget, advise_replicates

SMALL_SHARE = 0.005
"""Effects below this share of the variance between cells are drawn as one."""


def matters_chapter(study_results: StudyResults) -> Chapter:
    """Which factor carries the variance between cells, which part of a run's variance is noise, and of what kind."""
    figures: dict[str, FigureView] = {}
    facts: dict[str, Any] = {"alpha": ALPHA}
    importance = importance_table(study_results.results, study_results.layout)
    if len(importance):
        figures["importance"] = _importance(importance, study_results)
    budget = budget_of(study_results.results)
    if budget:
        figures["budget"] = _budget(budget, study_results)
        facts["grows"] = study_results.sizes.folds is not None
        facts |= {"budget": budget, "advice": advise_replicates(budget, *study_results.sizes.pair)}
    if study_results.layout.nuisance:
        setting = fixed_nuisance(study_results.results, study_results.layout)
        table = readings_table(
            study_results.results, study_results.chosen, study_results.layout, setting, study_results.sizes.pair
        )
        if len(table):
            figures["readings"] = _readings(table, study_results)
            facts |= {
                "setting": study_results.layout.describe(setting, list(setting)),
                "nuisance": join_words(list(study_results.layout.nuisance)),
                "disagreements": _disagreement_words(table, study_results),
            }
    ranked = {factor: factor_rankings(study_results, factor) for factor in study_results.layout.studied}
    sentences = factor_sentences(study_results, ranked)
    facts |= {
        "sentences": sentences,
        "has_intervals": any("[" in sentence for sentence in sentences),
        "company": company_words(importance),
    }
    table = ranked_table(ranked)
    tables = {"factors": view_table("factors_ranked", table)} if len(table) else {}
    return Chapter("matters", "What matters", figures, tables, facts)


def factor_sentences(study_results: StudyResults, ranked: Mapping[str, Views]) -> list[str]:
    """What each factor does, averaged over the others and each level at its best; those without effect in one."""
    test = study_results.terms.test
    idle = {name: views for name, views in ranked.items() if views and all(each.is_level for each in views.values())}
    told = [f"{factor}: {_factor_words(views, test)}" for factor, views in ranked.items() if factor not in idle]
    if idle:
        found = [
            f"{factor} ({', '.join(decimals(each.ranking.detectable) for each in views.values())})"
            for factor, views in idle.items()
        ]
        both = " averaged over the others or each at its best" if any(len(views) > 1 for views in idle.values()) else ""
        power = f" In brackets: the difference in {test} that four of five such studies would find."
        named = idle if study_results.sizes.doubt else found
        said = f"No two levels were found to differ{both}: {join_words(list(named))}."
        told.append(said if study_results.sizes.doubt else said + power)
    return told + [words for name, views in idle.items() if (words := one_by_one(study_results, name, views))]


def _factor_words(views: Views, test: str) -> str:
    if not views:
        return "Its levels cannot be compared: no combination has two of them."
    if len(views) == 1:
        return " ".join(each.words(decimals, test) for each in views.values())
    return " ".join(f"{VIEW_WORDS[view]}: {each.words(decimals, test)}" for view, each in views.items())


SHARE_TOLD = 0.05
"""Share of the variance between cells from which a pair of factors is told of."""


def company_words(importance: pd.DataFrame) -> str:
    """Which factors show chiefly in company: they carry little by themselves, and a pair of theirs carries more."""
    shares = dict(zip(importance["effect"].tolist(), importance["share"].tolist(), strict=True))
    is_told = (importance["share"] >= SHARE_TOLD) & (importance["low"] > 0)
    told = [effect for effect in importance.loc[is_told, "effect"].tolist() if " × " in effect]
    found = []
    for name in (effect for effect in shares if " × " not in effect and shares[effect] < SHARE_TOLD):
        pairs = [effect for effect in told if name in effect.split(" × ")]
        if pairs:
            pair = max(pairs, key=lambda effect: shares[effect])
            found.append(
                f"{name} shows chiefly in company: {pair} carries {percent(shares[pair])} of the variance between "
                f"cells, {name} by itself {percent(shares[name])}."
            )
    return " ".join(found)


def ranked_table(ranked: Mapping[str, Views]) -> pd.DataFrame:
    """The highest and the lowest level of each factor, read both ways.

    One row a factor and reading: factor, view, highest, tied (levels that cannot be told from it), lowest, estimate
    (highest minus lowest) with low, high and interval_level, detectable.
    """
    return pd.DataFrame(
        {
            "factor": factor,
            "view": view,
            "highest": each.names[0],
            "tied": sum(each.ranking.is_tied),
            "lowest": each.names[-1],
            **{name: getattr(each.ranking.advantages[-1], name) for name in ("estimate", "low", "high")},
            "interval_level": each.ranking.level,
            "detectable": each.ranking.detectable,
        }
        for factor, views in ranked.items()
        for view, each in views.items()
    )


def _importance(table: pd.DataFrame, study_results: StudyResults) -> FigureView:
    terms = study_results.terms
    caption = (
        f"Left: share of the variance of mean {terms.test} between cells that each factor and each pair of factors "
        f"carries (exact functional analysis of variance; a diverged run: {terms.diverged}). Right: its share of all "
        "variance of a split’s score, splits and noise included, less what noise alone would give (ω²), with the "
        f"{confidence(0.95)} interval for another splitting of the same table (jackknife over splits): an interval "
        "that reaches zero may be noise. Both are about exactly these levels, weighted equally: other levels, other "
        "shares. Description, no verdicts."
    )
    large = table["share"] >= SMALL_SHARE
    others = pd.DataFrame({"effect": [f"{int((~large).sum())} others"], "share": [table.loc[~large, "share"].sum()]})
    drawn = pd.concat([table[large], others], ignore_index=True) if not large.all() else table
    shape = Shape(width=400, height=46 + 26 * len(drawn), left=150, top=6, bottom=34)
    parts = [
        ("of the variance between cells", partial(draw_shares, drawn, name="effect")),
        ("of all variance, noise taken off", partial(draw_unbiased, drawn)),
    ]
    view = view_table("importance", table, study_results.layout.full_batch)
    return draw_figure("importance", caption, parts, shape, view)


def _budget(budget: VarianceBudget, study_results: StudyResults) -> FigureView:
    table = budget_table(budget)
    caption = (
        f"Where the variance of one run’s {study_results.terms.test} comes from ({budget.n_cells:,} cells × "
        f"{budget.n_splits} splits × {budget.n_seeds} {'seed' if budget.n_seeds == 1 else 'seeds'}; random-effects "
        "analysis of variance). What a split does to all settings alike drops out of every difference taken split by "
        "split; what it does to one setting and not to another is what more splits average, and the seed’s part is "
        "what more seeds average."
    )
    shape = Shape(width=440, height=20 + 28 * len(table), left=170, top=6, bottom=8, across=1)
    parts = [("", partial(draw_shares, table, name="source"))]
    return draw_figure("budget", caption, parts, shape, view_table("variance_budget", table))


def _readings(table: pd.DataFrame, study_results: StudyResults) -> FigureView:
    terms = study_results.terms
    caption = (
        f"Paired difference in {terms.test} to the reference level, averaged over the combinations of the other "
        "studied factors. Filled: each combination at its own best nuisance levels, chosen on validation rows in each "
        "split. Hollow: all of them at the one nuisance setting that is best on validation rows over all cells. Thick: "
        f"corrected interval; thin: plain t; shaded: ± {terms.margin:g}. Where the two part, a level needs tuning of "
        "its own to be judged."
    )
    parts, shape = level_differences(study_results, table, (OWN_BEST, FIXED))
    view = view_table("nuisance_readings", table, study_results.layout.full_batch)
    return draw_figure("readings", caption, parts, shape, view)


def _disagreement_words(table: pd.DataFrame, study_results: StudyResults) -> str:
    """The comparisons that stand out in one reading and not in the other; empty where there is none."""
    words = []
    for (factor, level), rows in disagreements(table).groupby(["factor", "level"], sort=False):
        by_view = rows.set_index("view")["estimate"]
        words.append(
            f"{factor} = {study_results.layout.text(str(factor), level)} ({signed(float(by_view[OWN_BEST]))} at its "
            f"own best, {signed(float(by_view[FIXED]))} at the fixed setting)"
        )
    return join_words(words)
