"""Axes as the report draws them."""

import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.scales import decades, log_epochs, named_y, number_text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-0.0, "0"), (0.1, "0.1"), (-2, "−2"), (1e-4, "10⁻⁴"), (1e5, "10⁵"), (200, "200")]
)
def test_numbers_are_short(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("epochs", "ticks"),
    [(1, ["1"]), (12, ["1", "12"]), (200, ["1", "10", "100", "200"]), (1000, ["1", "10", "100", "1000"])],
)
def test_the_last_epoch_is_a_tick(epochs, ticks):
    axes = Figure().subplots()
    log_epochs(axes, epochs)
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ticks


def test_names_go_from_top_to_bottom():
    axes = Figure().subplots()
    named_y(axes, ["first", "second"])
    low, high = axes.get_ylim()
    assert low > high


def test_a_short_logarithmic_axis_has_twos_and_fives():
    figure = Figure()
    axes = figure.subplots()
    decades(axes)
    axes.set_ylim(0.015, 0.3)
    figure.draw_without_rendering()
    labels = [tick.get_text() for tick in axes.yaxis.get_minorticklabels()]
    assert {"0.02", "0.05", "0.2"} <= set(labels)


def test_an_axis_of_zeros_stays_plain():
    axes = Figure().subplots()
    axes.plot([1, 2], [0.0, 0.0])
    decades(axes)
    assert axes.get_yscale() == "linear"


def test_a_logarithmic_axis_shorter_than_a_factor_of_three_has_few_ticks():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2], [0.14, 0.21])
    decades(axes)
    figure.draw_without_rendering()
    low, high = axes.get_ylim()
    assert 2 <= sum(low <= tick <= high for tick in axes.get_yticks()) <= 6 and not len(axes.get_yticks(minor=True))
