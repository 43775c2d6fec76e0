"""Expected beside seen."""

import io

from rich.console import Console

from nnjax.calibration.check import Check
from nnjax.calibration.console import checks_table, expected_text, seen_text

MISS = Check("misses", "20 splits", (0.05,), (0.043,), (0.057,), (0.061,))


def test_shares_are_percent_and_numbers_numbers() -> None:
    assert expected_text(MISS) == "5.0 % (4.3 … 5.7 %)"
    assert seen_text(MISS) == "6.1 %"
    known = Check("known answers", "a", (0.026, 1.5), (0.0, 1.0), (1.0, 2.0), (0.026, 1.5), is_share=False)
    assert expected_text(known) == seen_text(known) == "0.026  1.5"
    assert expected_text(Check("twins", "a", (), (0.0,), (0.02,), (0.0,))) == "(0.0 … 2.0 %)"


def test_a_check_that_failed_is_marked() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(checks_table([MISS]))
    assert "not as expected" in console.export_text()
