"""What a file holds, before its columns are looked at."""

import pytest

from nnjax.data.own_content import FEWEST_TABLE_ROWS, MOST_TABLE_ROWS, check_names, check_row_count
from nnjax.data.own_error import OwnTableError


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("a", "b", "a"), "two columns are called 'a'"),
        (("a", ""), "column 2 has no name"),
        (("a", "b\a"), "cannot be printed"),
    ],
)
def test_a_column_is_known_by_its_name(names, problem):
    check_names(("a", "b"))
    with pytest.raises(OwnTableError, match=problem):
        check_names(names)


def test_there_are_rows_enough_and_not_too_many():
    for rows in (FEWEST_TABLE_ROWS, MOST_TABLE_ROWS):
        check_row_count(rows)
    for rows, more in ((FEWEST_TABLE_ROWS - 1, ""), (MOST_TABLE_ROWS + 1, ""), (20, "more than ")):
        with pytest.raises(OwnTableError, match=f"^{more}{rows:,} rows below the header"):
            check_row_count(rows, more)
