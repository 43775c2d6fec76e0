"""Extremes in sentences: levels that tie are named together, or not at all."""

from dataclasses import replace

import pytest

from nnjax.report.alike import MOST_NAMED, are_alike, name_highest, name_lowest
from nnjax.report.answers import factor_lines
from nnjax.report.chapters.best import best_chapter
from nnjax.report.chapters.epochs import epochs_chapter
from nnjax.report.chapters.gradients import gradients_chapter
from nnjax.report.chapters.grid import extremes
from nnjax.report.findings.training import find_diverged
from nnjax.report.formats import decimals
from nnjax.report.picture_words import gradient_words
from nnjax.report.setting import first_setting
from nnjax.report.speed import measure_speed

STUDY = """
question = "Does the penalty matter?"
data = {name = "diabetes"}
replicates = {splits = 4, base_seed = 5}
studied = {l2 = [0.0, 0.1, 3.0]}
fixed = {depth = 3, width = 8, epochs = 12}
"""


@pytest.fixture(scope="module")
def make_tied(make_space, make_results, make_study_results):
    """StudyResults in which all three penalties, or the first two, do the very same."""
    space = make_space(STUDY)

    def make(levels=3):
        results = make_results(space)
        first, tied = results[results["l2"] == 0.0].set_index("split"), results["l2"].isin([0.0, 0.1, 3.0][:levels])
        for column in ("grad_slope_0", "grad_ratio_0", "validation_r2", "test_r2", "last_test_r2", "epochs_to_target"):
            values = results["split"].map(first[column])
            results[column] = values.where(tied, results[column] + 0.5)
        return make_study_results(space, results)

    return make


@pytest.fixture(scope="module")
def tied(make_tied):
    return make_tied()


def test_what_shows_the_same_number_is_named_together():
    names, values = ["a", "b", "c", "d"], [0.301, 0.302, 0.5, float("nan")]
    assert name_lowest(names, values, lambda value: decimals(value, 2)) == "a and b"
    assert name_highest(names, values, decimals) == "c" and not are_alike(values, decimals)
    many = name_highest([f"n{k}" for k in range(9)], [1.0] * 9, decimals)
    assert many == f"n0, n1 and {9 - MOST_NAMED + 1} others"


def test_levels_with_one_gradient_have_no_worst_and_no_best(tied):
    assert "no gradient vanishes with any of them" in gradient_words(tied, first_setting(tied)).sentence
    facts = gradients_chapter(tied).facts
    assert facts["alike"] and facts["combinations"] == 3


def test_levels_that_share_the_best_gradient_share_the_sentence(make_tied):
    study_results = make_tied(levels=2)
    facts = gradients_chapter(study_results).facts
    assert facts["worst"] == "l2 = 3" and facts["flattest"] == "l2 = 0 and l2 = 0.1" and not facts["alike"]


def test_scores_speed_and_cells_that_tie_are_named_together(tied):
    assert "l2 0, l2 0.1 and l2 3 all have the same test_r2" in factor_lines(tied)[0].sentence
    assert measure_speed(tied).fastest in ("", "l2 = 0, l2 = 0.1 and l2 = 3")
    table = tied.results.groupby("l2")["test_score"].mean().reset_index()
    assert extremes(table, tied.layout, ["l2"]) == ""
    assert epochs_chapter(tied).facts["worst_cell"] == ""
    facts = best_chapter(tied).facts
    assert facts["as_small"] == 3 and "l2=0" in facts["probable"] and "l2=3" in facts["probable"]


def test_cells_that_diverge_alike_are_named_together(tied):
    (finding,) = find_diverged(replace(tied, results=tied.results.assign(status="diverged")))
    assert "100 % of those of l2=0, l2=0.1 and l2=3, " in finding.says
