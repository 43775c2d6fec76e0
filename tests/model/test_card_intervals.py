"""What the card says of intervals: no more than is proven or measured."""

import pytest
from fakes.model_documents import mixed_document

from nnjax.model.card import make_card


def test_guarantee_is_a_word_of_the_proven_level_only():
    markdown = make_card(mixed_document()).markdown
    told = [line for line in markdown.splitlines() if "uarantee" in line]
    assert any("At least 79.2 %" in line for line in told), "rounded down, never up"
    assert all("91.4 %" not in line or "no guarantee" in line or "79.2 %" in line for line in told)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"proven": None}, "nobody knows how the table’s folds were made"),
        ({"proven": 0.0}, "too few rows"),
        ({"proven": 0.0, "units": "groups"}, "too few groups"),
        ({"units": "groups"}, "At least 79.2 % of rows of new groups"),
    ],
)
def test_what_is_proven_is_said_as_it_is(changes, said):
    document = mixed_document()
    document["intervals"] |= changes
    assert said in make_card(document).markdown


def test_without_intervals_it_says_why():
    document = mixed_document(intervals=None, why_no_intervals="shuffled splits do not hold every row once.")
    card = make_card(document).markdown
    assert card.count("shuffled splits do not hold every row once.") == 2
    assert "`lower`" not in card and "guarantee" not in card.lower()


def test_targets_have_their_own_numbers():
    document = mixed_document(targets=["price", "rent"])
    told = {"measured": [0.9137, 0.95], "widened": [0.0134, 0.0], "mean_width": [61_234.5, 321.5]}
    document["intervals"] |= {"targets": told}
    card = make_card(document).markdown
    assert "| `rent` | 95.0 % | 0.0 % | 321.5 |" in card and "of the target with the fewest" in card


def test_coverage_without_an_error_claims_none():
    document = mixed_document()
    document["intervals"] |= {"measured": 1.0, "standard_error": None, "shown_rows": 500}
    card = make_card(document).markdown
    assert "100.0 % (in every fold, so without a standard error)" in card
    assert "61,234 on average, for 500 rows drawn from the table" in card and "1.3 % of 500 rows" in card
