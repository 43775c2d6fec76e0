"""What is said of a table that cannot be used."""

from nnjax.data.own_error import LONGEST_SHOWN, OwnTableError, show


def test_an_error_is_one_line_and_keeps_its_parts():
    error = OwnTableError("target", "no column 'y'", "name one of a, b")
    assert str(error) == "no column 'y'; name one of a, b"
    assert (error.key, error.problem, error.remedy) == ("target", "no column 'y'", "name one of a, b")


def test_a_long_name_in_two_lines_is_shown_short_in_one():
    shown = show("long\n" * 40)
    assert "\n" not in shown and len(shown) <= LONGEST_SHOWN + 10
