"""The claims, one by one."""

from dataclasses import replace

import numpy as np
import pytest

from nnjax.claims.compared import Reached
from nnjax.claims.declared import claim_level
from nnjax.report.chapters.claims import claims_chapter, claims_table, other_epoch_words
from nnjax.report.chapters.method import method_chapter
from nnjax.report.latex import latex_table
from nnjax.report.page import template
from nnjax.report.summary import summarise
from nnjax.statistics.censoring import Bounds, bounded_interval
from nnjax.statistics.verdict import VERDICTS, Verdict
from nnjax.sweep.claim_lock import Standing
from nnjax.sweep.declarations import Declarations
from nnjax.tour.evidence import claim_line


def test_every_claim_has_verdict_picture_and_numbers(study_results):
    """Verdicts that follow from how the results were made.

    relu scores 0.06 more than logistic, but noise of 0.02 a run gives 4 splits a half-width of
    4.2 · 0.02 · √2 · √(1/4 + 111/331) = 0.09; the slope of logistic is 0.62 ± 0.02, far above 0.3.
    """
    claims = claims_chapter(study_results).facts["claims"]
    assert [claim["answer"].judgement.verdict for claim in claims] == [Verdict.UNDECIDED, Verdict.SUPPORTED]
    assert all("<svg" in claim["picture"].svg for claim in claims)
    numbers = [dict(claim["numbers"]) for claim in claims]
    assert float(numbers[1]["estimate"]) == pytest.approx(0.62, abs=0.03)
    assert numbers[0]["diverged runs"] == "0" and "97.5 % interval" in numbers[0]


def test_a_difference_inside_its_margin_is_practically_equal(classes):
    """Results made so that a hidden layer costs 0.005 of accuracy, and as much log loss: less than 0.1."""
    answer = claims_chapter(classes).facts["claims"][1]["answer"]
    assert answer.judgement.verdict is Verdict.EQUAL and abs(answer.interval.estimate) < 0.03


def test_the_arms_of_a_claim_are_spelt_out(study_results):
    arms = [claim["arms"] for claim in claims_chapter(study_results).facts["claims"]]
    assert arms[0] == "A: activation = relu; B: activation = logistic; both at depth = 3, batch_size = full"
    assert arms[1] == "A: activation = logistic, depth = 3, batch_size = 32"


def test_the_table_of_claims_has_all_numbers(study_results):
    table = claims_table(study_results)
    assert table["verdict"].notna().all()
    assert {"estimate", "low", "high", "holm_p", "detectable", "scope"} <= set(table.columns)


@pytest.fixture
def censored(study_results):
    """The study_results with a first claim whose arms reach their target in 4 and in 1 of 4 runs."""
    numbers = Bounds(np.array([1.0, 1.2, 0.9, 1.1]), np.array([1.0, np.inf, 0.9, np.inf]))
    interval = bounded_interval(numbers, 331, 111)
    answer = replace(study_results.claims[0], interval=interval, reached=(Reached(4, 4), Reached(1, 4)), by_split=())
    return replace(study_results, claims=(answer, study_results.claims[1]))


def test_a_claim_with_an_open_end_shows_bounds_an_arrow_and_the_share_that_arrives(censored):
    claim = claims_chapter(censored).facts["claims"][0]
    numbers = dict(claim["numbers"])
    assert numbers["estimate"] == "≥ +1.050" and numbers["95 % interval"].endswith("… +∞")
    assert numbers["win rate over splits"].startswith("≥ ")
    assert claim["reached"] == "Runs that reach the target: A 4 of 4 (100 %), B 1 of 4 (25 %)."
    assert "<svg" in claim["picture"].svg


def test_the_index_of_the_lecture_shows_the_same_bound(censored):
    line = claim_line(censored.claims[0], "c0")
    assert "≥ +1.050" in line.numbers and line.numbers.endswith("… +∞") and line.picture is not None


def test_the_table_of_claims_has_the_shares_that_arrive_and_prints_infinity(censored):
    table = claims_table(censored)
    assert table["share_reached_b"].tolist()[0] == 0.25 and table["high"].tolist()[0] == np.inf
    view = claims_chapter(censored).tables["claims"]
    assert view.rows[0][view.columns.index("share_reached_a")] == "100 %"
    assert r"$\infty$" in latex_table(view)


def test_without_open_ends_the_page_has_no_column_for_them(study_results):
    columns = claims_chapter(study_results).tables["claims"].columns
    assert "share_reached_a" not in columns and "choice" not in columns


@pytest.fixture
def late(study_results):
    """The study_results of a study whose first claim came after its training, and that took another one out."""
    first, second = study_results.declared.claims.values()
    claims = {
        first.name: replace(first, standing=Standing.AFTER, locked=1.7e9, needed=16, trained=16),
        second.name: replace(second, standing=Standing.BEFORE, locked=1.7e9, needed=8, sharing=2),
    }
    gone = replace(claims[second.name], name="gone", sentence="A claim that is no more.")
    return replace(study_results, declared=Declarations(claims, (gone,)))


def test_a_card_says_what_was_not_declared_before_the_training(late):
    chapter = claims_chapter(late)
    page = template("brief/claims.html.j2").render(facts=chapter.facts, tables=chapter.tables)
    cards = page.split('<div class="claim">')[1:]
    assert ["declared after training</span>" in card for card in cards] == [True, False, False]
    assert "16 of the 16 runs that it needs had been trained by then" in cards[0]
    assert "before the first of the 8 runs" in cards[1] and "one of 2 claims that share the 5 %" in cards[1]
    assert "withdrawn</span>" in cards[2] and "A claim that is no more." in cards[2] and "still counts" in cards[2]
    assert page.index("1 of 2 claims (relu-beats-logistic)") < page.index(cards[0])
    assert claims_table(late)["declared"].tolist() == ["declared after training", "declared before training"]
    line = summarise(late)
    assert line.remarks == ["1 declared after training", "1 withdrawn"]


def test_a_withdrawn_claim_counts_for_the_level(late, study_results):
    assert late.claim_level == claim_level(study_results.space.study.claims, withdrawn=1) > study_results.claim_level
    assert (1 - late.claim_level) * 3 == pytest.approx((1 - study_results.claim_level) * 2) == pytest.approx(0.05)
    declared = method_chapter(late).facts["declared"]
    assert (declared.sharing, declared.withdrawn_intervals) == (3, 1)


def test_the_other_epoch_is_shown_without_a_verdict(study_results):
    claim, about_gradients = study_results.space.study.claims
    words = other_epoch_words(study_results, claim)
    assert words.startswith("At the last epoch instead (last_test_r2): ") and "exploratory" in words
    assert not any(verdict.word in words for verdict in VERDICTS)
    turned = claim.model_copy(update={"metric": "last_test_r2"})
    assert other_epoch_words(study_results, turned).startswith("At the best epoch instead (test_r2): ")
    assert other_epoch_words(study_results, about_gradients) == ""
