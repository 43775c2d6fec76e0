"""What two sweeps are and what they found, as tables."""

import math
from collections.abc import Sequence

import pandas as pd

from nnjax.claims.answer import ClaimAnswer
from nnjax.comparison.claims import ComparedClaim, Relation, relate
from nnjax.kernels.names import in_words
from nnjax.report.against_baseline import compare_with_baseline
from nnjax.report.best_cell import complete_runs
from nnjax.report.chapters.best import tied_facts
from nnjax.report.figures.importance import importance_table
from nnjax.report.figures.tied import tied_table
from nnjax.report.formats import decimals, significant
from nnjax.report.study_results import StudyResults
from nnjax.sweep.identity import canonical_json
from nnjax.sweep.space import level_text
from nnjax.sweep.study.factors import KERNELS

SIDES = ("A", "B")


def study_table(first: StudyResults, second: StudyResults) -> pd.DataFrame:
    """What the two studies are: only lines in which they differ; columns what, A, B."""
    facts = [_facts(each) for each in (first, second)]
    lines = [(what, *(side.get(what, "–") for side in facts)) for what in dict.fromkeys([*facts[0], *facts[1]])]
    return pd.DataFrame([line for line in lines if line[1] != line[2]], columns=["what", *SIDES])


def _facts(study_results: StudyResults) -> dict[str, str]:
    study, table, record = study_results.space.study, study_results.space.table, study_results.record
    levels = {factor: ", ".join(map(level_text, levels)) for factor, levels in study.factors.items()}
    facts = {
        "study": study.name,
        "question": study.question,
        "data": f"{table.name}, {len(table.target):,} rows",
        "data_digest": table.digest[:12],
        "splits × seeds": f"{study.replicates.splits} × {study.replicates.seeds_per_split}",
        "base_seed": str(study.replicates.base_seed),
        "cells": f"{len(study_results.space.cells):,}",
        **{factor: level_text(level) for factor, level in study.fixed.items()},
        **levels,
        KERNELS: in_words(study_results.space.kernels),
    }
    if record:
        versions = {name: str(version) for name, version in record.versions.items()}
        facts |= {"git_commit": record.git_commit, "host": str(record.host.get("name", "")), **versions}
    return facts


def compared_claims_table(compared: Sequence[ComparedClaim]) -> pd.DataFrame:
    """Every claim that both declare, a line each."""
    return pd.DataFrame(
        {
            "claim": each.first.claim.name,
            "verdict_A": each.first.judgement.verdict.word,
            "estimate_A": _estimate(each.first),
            "verdict_B": each.second.judgement.verdict.word,
            "estimate_B": _estimate(each.second),
            "difference": each.difference.estimate if each.difference else math.nan,
            "low": each.difference.low if each.difference else math.nan,
            "high": each.difference.high if each.difference else math.nan,
            "conclusion": each.words,
        }
        for each in compared
    )


def _estimate(answer: ClaimAnswer) -> float:
    """NaN where there is none, or only a bound: an end of the interval is open."""
    return answer.interval.estimate if answer.interval and answer.by_split else math.nan


def compared_cells_table(first: StudyResults, second: StudyResults) -> pd.DataFrame:
    """Cells of the same levels of every factor that either study varies: mean test score in each sweep.

    A cell that lacks runs in a sweep is left out: its mean would be over other splits or seeds. What both fix, to
    whatever level, does not keep cells apart: it is listed with what differs. The largest movers come first.
    """
    varied = sorted({*first.space.study.factors, *second.space.study.factors})
    sides = [_cell_scores(each, varied) for each in (first, second)]
    both = sides[0].add_suffix("_A").join(sides[1].add_suffix("_B"), how="inner")
    table = pd.DataFrame({"cell": both["cell_A"], "A": both["score_A"], "B": both["score_B"]}).dropna()
    table["difference"] = table["B"] - table["A"]
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _cell_scores(study_results: StudyResults, varied: Sequence[str]) -> pd.DataFrame:
    """Label and mean test score of each cell, indexed by its levels of the varied factors as the study writes them."""
    study, cells = study_results.space.study, study_results.space.cells
    means = complete_runs(study_results.results).groupby("cell_id")["test_score"].mean()
    scores = means.reindex([cell.cell_id for cell in cells]).tolist()
    levels = [canonical_json([{**study.fixed, **cell.levels}.get(factor) for factor in varied]) for cell in cells]
    return pd.DataFrame({"cell": [cell.label for cell in cells], "score": scores}, index=levels)


def compared_best_table(first: StudyResults, second: StudyResults) -> pd.DataFrame:
    """What the best of each sweep is worth."""
    columns = [_best(each) for each in (first, second)]
    return pd.DataFrame([(what, columns[0][what], columns[1][what]) for what in columns[0]], columns=["what", *SIDES])


def _best(study_results: StudyResults) -> dict[str, str]:
    study, reference = study_results.space.study, study_results.baseline()
    tied = tied_table(study_results.best, study_results.results, study_results.sizes.pair, study.replicates.base_seed)
    facts = tied_facts(tied)
    return {
        "against the baseline": compare_with_baseline(study_results).words,
        f"network, chosen on validation rows ({study_results.terms.test})": decimals(study_results.best.selection.mean),
        f"{study_results.terms.reference} ({study_results.terms.test})": decimals(float(reference.mean())),
        "cells that cannot be told from the best": f"{facts['tied']:,} of {len(tied):,}",
        "the smallest of them": f"{facts['smallest']}, {facts['smallest_parameters']} parameters",
    }


def compared_shares_table(first: StudyResults, second: StudyResults) -> pd.DataFrame:
    """Effects that both grids have: effect, unbiased_share, low, high of each side; none if a grid has holes."""
    tables = [importance_table(each.results, each.layout).set_index("effect") for each in (first, second)]
    both = tables[0].add_suffix("_A").join(tables[1].add_suffix("_B"), how="inner")
    names = [f"{name}_{side}" for side in SIDES for name in ("unbiased_share", "low", "high")]
    return both[names].reset_index() if len(both) else pd.DataFrame(columns=["effect", *names])


def largest_run_difference(first: StudyResults, second: StudyResults) -> tuple[int, float]:
    """Runs of the same setting, split and seed in both, and the largest difference of their test scores.

    The same run under two engines has two identities: what both share is cell, split and seed. Splits are the same
    only if their rows are.
    """
    if relate(first.space, second.space) is not Relation.SAME_SPLITS:
        return 0, 0.0
    keys = ["cell_id", "split", "seed"]
    sides = [each.results.set_index(keys)["test_score"] for each in (first, second)]
    both = pd.concat(sides, axis=1, join="inner").dropna()
    return len(both), float((both.iloc[:, 0] - both.iloc[:, 1]).abs().max()) if len(both) else 0.0


def describe_kernels(first: StudyResults, second: StudyResults) -> str:
    """What it means that the two were trained by different kernels; empty where they were not."""
    by = [in_words(each.space.kernels) for each in (first, second)]
    if by[0] == by[1]:
        return ""
    return (
        f"A was trained by {by[0]}, B by {by[1]}. Their last bits differ, and long trainings carry that on: no run of "
        "one is taken for a run of the other, and what is equal is so on average only."
    )


def describe_largest(first: StudyResults, second: StudyResults) -> str:
    """One sentence on runs that both sweeps have; empty if there are none."""
    runs, largest = largest_run_difference(first, second)
    if not runs:
        return ""
    what = "bitwise the same score" if largest == 0.0 else f"scores that differ by at most {significant(largest)}"
    return f"{runs:,} runs have the same setting, split and seed in both, and {what}."
