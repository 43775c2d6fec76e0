"""R² figures: their tables by value."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.scores import draw_confusion, draw_intervals, draw_spread, spread_table
from nnjax.report.theme import INK, NEGATIVE, PAGE, POSITIVE, make_palette


@pytest.fixture
def axes():
    return Figure().subplots()


def test_seeds_are_averaged_within_a_split():
    runs = pd.DataFrame({"activation": "relu", "split": [0, 0, 1], "test_score": [0.2, 0.4, 0.5]})
    assert spread_table(runs, ["activation"])["test_score"].tolist() == pytest.approx([0.3, 0.5])


def test_intervals_are_drawn_thick_thin_and_with_their_point(axes):
    row = {"name": "a", "estimate": 0.1, "low": -0.1, "high": 0.3, "low_plain": 0.0, "high_plain": 0.2}
    draw_intervals(pd.DataFrame([row | {"place": 0, "color": INK, "is_hollow": True}]), axes, 0.02)
    _, thick, thin, point = axes.lines
    assert thick.get_xdata().tolist() == [-0.1, 0.3] and thin.get_xdata().tolist() == [0.0, 0.2]
    assert thick.get_linewidth() > thin.get_linewidth() and point.get_markerfacecolor() == PAGE


def test_spread_marks_mean_and_baseline(axes):
    table = pd.DataFrame(
        {"activation": "relu", "test_score": [0.2, 0.4], "place": 0, "place_name": "relu", "offset": [-0.1, 0.1]}
    )
    draw_spread(table.assign(mean=0.3), axes, make_palette({"activation": ["relu"]}), "activation", 0.45)
    assert axes.lines[0].get_ydata()[0] == 0.45 and list(axes.lines[2].get_ydata()) == [0.3, 0.3]


def test_every_pair_has_its_rows_and_errors_have_another_colour():
    axes = Figure().subplots()
    table = pd.DataFrame(
        {
            "true": ["no", "no", "yes", "yes"],
            "predicted": ["no", "yes"] * 2,
            "rows": [1200, 0, 1, 3],
            "share": [1.0, 0.0, 0.25, 0.75],
        }
    )
    draw_confusion(table, axes)
    assert [text.get_text() for text in axes.texts] == ["1,200", "0", "1", "3"]
    assert [text.get_position() for text in axes.texts] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    errors = axes.patches[2]
    assert errors.get_facecolor() == (*Figure(facecolor=POSITIVE).get_facecolor()[:3], 0.75 * 0.25)
    assert axes.patches[3].get_facecolor()[:3] == Figure(facecolor=NEGATIVE).get_facecolor()[:3]
