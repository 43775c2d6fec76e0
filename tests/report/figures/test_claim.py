"""The picture of one interval."""

import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.claim import claim_row, draw_claim
from nnjax.statistics.interval import paired_interval

INTERVAL = paired_interval([0.02, 0.05, -0.01, 0.03, 0.04], 331, 111)


def test_a_difference_is_compared_with_zero_and_a_quantity_with_its_threshold():
    assert claim_row(INTERVAL, 0.02, None)[["zero", "margin"]].values.tolist() == [[0.0, 0.02]]
    assert claim_row(INTERVAL, 0.0, 0.3)["zero"].tolist() == [0.3]


def test_the_corrected_interval_is_thick_and_the_plain_one_thin():
    axes = Figure().subplots()
    draw_claim(claim_row(INTERVAL, 0.02, None), axes)
    _, thick, thin, point = axes.lines
    assert list(thick.get_xdata()) == [INTERVAL.low, INTERVAL.high] and thick.get_linewidth() > thin.get_linewidth()
    assert list(thin.get_xdata()) == [INTERVAL.low_plain, INTERVAL.high_plain]
    assert point.get_xdata()[0] == INTERVAL.estimate


@pytest.mark.parametrize(("low", "high", "marks"), [(-math.inf, 0.07, "<"), (0.01, math.inf, ">")])
def test_an_open_end_runs_beyond_all_else_and_ends_in_an_arrow(low, high, marks):
    axes = Figure().subplots()
    opened = replace(INTERVAL, low=low, high=high, low_plain=low, high_plain=high)
    draw_claim(claim_row(opened, 0.02, None), axes)
    _, thick, thin, arrow, point = axes.lines
    assert arrow.get_marker() == marks and list(thick.get_xdata()) == list(thin.get_xdata())
    assert np.isfinite(thick.get_xdata()).all() and arrow.get_xdata()[0] in thick.get_xdata()
    assert abs(arrow.get_xdata()[0]) > 0.07 and point.get_xdata()[0] == INTERVAL.estimate
