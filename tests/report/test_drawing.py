"""Panels and cards."""

import re
from functools import partial

import pandas as pd
from PIL import Image

from nnjax.report.drawing import Shape, draw_card, draw_panels, level_keys, level_looks, panels_by
from nnjax.report.theme import LEVEL_COLORS


def line(values, axes):
    axes.plot(range(len(values)), values, color=LEVEL_COLORS["relu"])


def test_panels_share_one_y_axis():
    low, high = draw_panels("two", [("low", partial(line, [0, 1])), ("high", partial(line, [0, 100]))], Shape())
    labels = [re.findall(r">(\d+)</text>", panel.svg) for panel in (low, high)]
    assert "100" in labels[0] and "100" in labels[1]


def test_the_y_axis_does_not_reach_below_the_lowest_value_shown():
    panel = draw_panels("one", [("", partial(line, [-50, 1]))], Shape(lowest=-0.25))[0]
    labels = re.findall(r">([^<>]+)</text>", panel.svg)
    assert "1.0" in labels and not any("0" in label for label in labels if label.startswith("−") and "." not in label)


def test_curves_that_all_lie_below_the_lowest_value_are_shown_all_the_same():
    seen = []

    def draw(axes):
        line([-0.9, -0.5], axes)
        seen.append(axes)

    draw_panels("one", [("", draw)], Shape(lowest=-0.25))
    low, high = seen[0].get_ylim()
    assert low < -0.9 and -0.5 < high < -0.25


def test_one_panel_a_level_in_the_study_s_order(study_results):
    table = pd.DataFrame({"depth": [3, 1, 3]})
    parts = panels_by(table, "depth", study_results.layout, lambda part, axes: None)
    assert [title for title, _ in parts] == ["depth = 1", "depth = 3"]
    assert panels_by(table, "", study_results.layout, lambda part, axes: None)[0][0] == ""


def test_legends_have_the_levels_that_occur_in_the_study_s_order(study_results):
    keys = level_keys(study_results.layout, study_results.palette, "activation", ["elu", "logistic"])
    assert [key.label for key in keys] == ["logistic", "elu"]


def test_a_card_is_near_square(tmp_path, study_results):
    legend = level_looks(study_results.layout, study_results.palette, "activation", ["elu"])
    draw_card(tmp_path / "card.png", "A title", partial(line, [1, 2]), legend)
    with Image.open(tmp_path / "card.png") as picture:
        width, height = picture.size
    assert 0.8 < width / height < 1.25 and width >= 500
