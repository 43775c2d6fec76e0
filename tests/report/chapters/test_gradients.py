"""Vanishing gradients."""

import pytest

from nnjax.report.chapters.gradients import gradients_chapter, slopes_table

FLAT = """
question = "How far does a linear model get?"
data = {name = "iris"}
replicates = {splits = 4}
studied = {learning_rate = [0.01, 0.001], l2 = [0.0, 0.1]}
fixed = {depth = 0, epochs = 3}
"""


def test_slopes_carry_their_interval_and_the_share_that_vanished(study_results):
    deep = study_results.reference_runs[study_results.reference_runs["depth"] > 1]
    table = slopes_table(study_results, deep).set_index(["activation", "when"])
    row = table.loc[("logistic", "at initialisation")]
    assert row["grad_slope"] == pytest.approx(0.62, abs=0.03)
    assert row["low"] < row["grad_slope"] < row["high"]
    assert row["vanished"] == 1
    assert table.loc[("relu", "at initialisation"), "vanished"] == 0


def test_the_first_panels_are_those_of_networks_with_something_to_vanish_across(study_results):
    figures = gradients_chapter(study_results).figures
    assert [panel.title for panel in figures["start"].panels] == ["depth = 3"]
    assert [panel.title for panel in figures["units"].panels] == ["saturated", "dead"]


def test_networks_without_hidden_layers_are_left_out(classes):
    chapter = gradients_chapter(classes)
    assert [panel.title for panel in chapter.figures["start"].panels] == ["depth = 2"]
    assert set(chapter.figures["units"].table.frame["depth"]) == {2}
    assert [panel.title for panel in chapter.figures["update_ratio"].panels] == ["depth = 0", "depth = 2"]


def test_a_study_of_networks_without_hidden_layers_says_so(make_space, make_results, make_study_results):
    space = make_space(FLAT)
    chapter = gradients_chapter(make_study_results(space, make_results(space)))
    assert not chapter.facts["has_depth"] and list(chapter.figures) == ["update_ratio"]
    assert "nothing for a gradient to vanish across" in str(chapter.facts["first"])


def test_theory_stands_beside_the_measured_slope_at_initialisation_only(study_results):
    deep = study_results.reference_runs[study_results.reference_runs["depth"] > 1]
    table = slopes_table(study_results, deep).set_index(["activation", "when"])
    assert table.loc[("logistic", "at initialisation"), "grad_slope_expected"] == pytest.approx(0.63, abs=0.03)
    assert table.xs("first tenth", level="when")["grad_slope_expected"].isna().all()


def test_the_link_to_the_outcome_has_a_panel_an_outcome(study_results):
    assert len(gradients_chapter(study_results).figures["link"].panels) == 2
