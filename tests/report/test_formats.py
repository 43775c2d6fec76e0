"""Numbers as people read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.metrics import METRICS
from nnjax.report.formats import decimals, duration, format_cell, percent, probability, signed, significant

FORMATS = (decimals, signed, percent, probability, significant)


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_not_a_number_is_a_dash(form):
    assert form(math.nan) == "–"


@given(st.floats(-1e6, 1e6))
def test_no_format_prints_a_hyphen_or_a_negative_zero(value):
    for form in (decimals, signed, significant):
        assert "-" not in form(value)
    assert decimals(value).strip("−0.") or not decimals(value).startswith("−")


@given(st.floats(0.0005, 1e6))
def test_signs_are_symmetric(value):
    assert signed(value)[1:] == signed(-value)[1:] or float(f"{value:.3f}") == 0


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("test_r2", -0.01234, "−0.012"),
        ("p_value", 0.00001, "< 0.001"),
        ("share_reached", 0.55, "55 %"),
        ("best_epoch", 16.5, "16.5"),
        ("best_epoch", 16.0, "16"),
        ("n_parameters", 12345, "12,345"),
        ("batch_size", 265, "full (265)"),
        ("batch_size", 32, "32"),
        ("cell", None, ""),
        ("flag", True, "True"),
        ("l2", 0.001, "0.001"),
    ],
)
def test_cells_are_formatted_by_the_name_of_their_column(column, value, text):
    assert format_cell(column, value, 265) == text


def test_a_minute_is_a_minute():
    assert [duration(s) for s in (59.94, 61, 3600)] == ["59.9 s", "1 min 01 s", "1 h 00 min"]


@pytest.mark.parametrize("metric", [metric for metric in METRICS.values() if metric.shown], ids=lambda each: each.name)
def test_a_metric_is_printed_as_its_declaration_says(metric):
    expected = {"decimals": "0.250", "share": "25 %", "count": "0.2"}
    assert format_cell(metric.name, 0.25) == expected[metric.shown]
