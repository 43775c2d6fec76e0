"""Vanishing gradients."""

import pytest

from nnjax.report.chapters.gradients import gradients_chapter, slopes_table


def test_slopes_carry_their_interval_and_the_share_that_vanished(material):
    deep = material.reference_runs[material.reference_runs["depth"] > 1]
    table = slopes_table(material, deep).set_index(["activation", "when"])
    row = table.loc[("logistic", "at initialisation")]
    assert row["grad_slope"] == pytest.approx(0.62, abs=0.03)
    assert row["low"] < row["grad_slope"] < row["high"]
    assert row["vanished"] == 1
    assert table.loc[("relu", "at initialisation"), "vanished"] == 0


def test_the_first_panels_are_those_of_networks_with_something_to_vanish_across(material):
    figures = gradients_chapter(material).figures
    assert [panel.title for panel in figures["start"].panels] == ["depth = 3"]
    assert [panel.title for panel in figures["units"].panels] == ["saturated", "dead"]
