"""The answers first."""

import pytest

from nnjax.report.chapters.headline import claims_table, headline_chapter


def test_every_claim_has_verdict_picture_and_numbers(material):
    """Verdicts that follow from how the results were made.

    relu scores 0.06 more than logistic, but noise of 0.02 a run gives 4 splits a half-width of
    4.2 · 0.02 · √2 · √(1/4 + 111/331) = 0.09; the slope of logistic is 0.62 ± 0.02, far above 0.3.
    """
    claims = headline_chapter(material).facts["claims"]
    assert [(claim["word"], claim["kind"]) for claim in claims] == [("undecided",) * 2, ("supported",) * 2]
    assert all("<svg" in claim["picture"].svg for claim in claims)
    numbers = [dict(claim["numbers"]) for claim in claims]
    assert float(numbers[1]["estimate"]) == pytest.approx(0.62, abs=0.03)
    assert numbers[0]["diverged runs"] == "0" and "97.5 % interval" in numbers[0]


def test_a_difference_inside_its_margin_is_practically_equal(classes):
    """Results made so that a hidden layer costs 0.005 of accuracy, and as much log loss: less than 0.1."""
    second = headline_chapter(classes).facts["claims"][1]
    assert second["word"] == "practically equal" and abs(second["answer"].interval.estimate) < 0.03


def test_the_arms_of_a_claim_are_spelt_out(material):
    arms = [claim["arms"] for claim in headline_chapter(material).facts["claims"]]
    assert arms[0] == "A: activation = relu; B: activation = logistic; both at depth = 3, batch_size = full"
    assert arms[1] == "A: activation = logistic, depth = 3, batch_size = 32"


def test_the_table_of_claims_has_all_numbers(material):
    table = claims_table(material)
    assert table["verdict"].notna().all()
    assert {"estimate", "low", "high", "holm_p", "detectable", "scope"} <= set(table.columns)
