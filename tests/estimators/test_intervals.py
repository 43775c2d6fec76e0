"""Candidates beside the best: the corrected t by hand, failures, and what still holds though the best was picked."""

import math

import numpy as np
import pandas as pd
import pytest
from fakes.finished_search import results_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nnjax.estimators import intervals
from nnjax.estimators.intervals import candidate_intervals, chosen_score, split_scores, tied_params

SIZES = (80, 20)


def table_of(scores, best=0, **options):
    params = [{"alpha": float(place)} for place in range(len(scores))]
    return candidate_intervals(results_of(params, scores), best, SIZES, **options)


def test_one_rival_has_the_corrected_t_worked_out_by_hand():
    best, other = np.array([0.52, 0.55, 0.49, 0.53, 0.54]), np.array([0.50, 0.50, 0.50, 0.50, 0.50])
    differences = best - other
    error = math.sqrt(1 / 5 + 20 / 80) * differences.std(ddof=1)
    half = stats.t.ppf(0.975, 4) * error
    row = table_of([best, other]).loc[1]
    assert row["difference"] == pytest.approx(0.026)
    assert (row["low"], row["high"]) == pytest.approx((0.026 - half, 0.026 + half), abs=0.01 * half)  # simulated t
    assert row["is_tied"]


def test_more_rivals_ask_for_wider_intervals_but_never_for_bonferroni_s():
    random = np.random.default_rng(3)
    scores = 0.5 + 0.02 * random.standard_normal((20, 8))
    few, many = table_of(scores[:3]).loc[1], table_of(scores).loc[1]
    error = math.sqrt(1 / 8 + 20 / 80) * (scores[0] - scores[1]).std(ddof=1)
    assert few["high"] - few["low"] < many["high"] - many["low"] < 2 * error * stats.t.ppf(1 - 0.025 / 19, 7)


def test_the_best_is_beside_itself_without_an_interval():
    table = table_of([[0.1, 0.2, 0.4], [0.5, 0.4, 0.6]], best=1)
    assert table.loc[1, ["difference", "low", "high"]].tolist() == [0.0, 0.0, 0.0]
    assert table.loc[1, "is_tied"]
    assert table.index.name == "candidate"


def test_a_candidate_that_failed_is_told_and_compared_with_nothing():
    table = table_of([[0.5, 0.6, 0.5], [0.5, np.nan, 0.6], [np.nan] * 3, [0.4, 0.5, -np.inf]])
    assert table["failed_splits"].tolist() == [0, 1, 3, 1]
    assert table.loc[1:, ["mean_test_score", "difference", "low", "high"]].isna().all(axis=None)
    assert table["is_tied"].tolist() == [True, False, False, False]
    assert len(table) == 4


def test_where_the_chosen_one_failed_nothing_is_compared():
    table = table_of([[np.nan, 0.6], [0.5, 0.6]])
    assert not table["is_tied"].any()
    assert table["difference"].isna().all()
    assert table["mean_test_score"].notna().tolist() == [False, True]


def test_a_difference_without_spread_is_not_taken_for_certain():
    """Accuracies of few rows: one row more is right, in each of the three splits alike."""
    table = table_of([[0.9, 0.8, 0.7], [0.8, 0.7, 0.6], [0.9, 0.8, 0.7]])
    assert table["low"].tolist() == [0.0, -math.inf, 0.0]
    assert table["high"].tolist() == [0.0, math.inf, 0.0]
    assert table["is_tied"].all()


def test_another_candidate_than_the_highest_may_have_been_chosen():
    table = table_of([[0.4, 0.5, 0.45, 0.5], [0.6, 0.71, 0.65, 0.7]], best=0)
    assert table.loc[1, "difference"] == pytest.approx(-0.2025)
    assert table.loc[1, "high"] < 0 and table.loc[1, "is_tied"]


def test_one_split_is_refused_and_a_metric_is_found_by_its_name():
    with pytest.raises(ValueError, match="two splits or more"):
        table_of([[0.1], [0.2]])
    results = results_of([{}], [[0.1, 0.3]], metric="neg_log_loss")
    assert split_scores(results, "neg_log_loss").tolist() == [[0.1, 0.3]]


def test_the_tied_come_best_first_then_by_their_mean():
    table = pd.DataFrame(
        {"params": [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}], "mean_test_score": [0.1, 0.5, 0.3, 0.4]}
    ).assign(is_tied=[True, True, False, True])
    assert tied_params(table, 3) == [{"a": 4}, {"a": 2}, {"a": 1}]


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.floats(-5, 5), st.floats(0.01, 100))
def test_shift_and_unit_of_the_scores_are_immaterial(seed, shift, unit):
    scores = np.random.default_rng(seed).normal(size=(5, 4))
    plain, other = table_of(scores, 2), table_of(shift + unit * scores, 2)
    assert plain["is_tied"].tolist() == other["is_tied"].tolist()
    np.testing.assert_allclose(other["low"], unit * plain["low"], rtol=1e-6, atol=1e-9 * unit)


@pytest.fixture
def few_draws(monkeypatch):
    """Enough for a mean over many searches."""
    monkeypatch.setattr(intervals, "_DRAWS", 2_000)


def simulate(truth, n_splits, seed, searches, spread):
    """Exact model: scores of two splits correlate by the share of test rows; the best is picked by the scores."""
    random, rho = np.random.default_rng(seed), SIZES[1] / sum(SIZES)
    for _ in range(searches):
        luck = np.sqrt(rho) * random.standard_normal((len(truth), 1))
        own = np.sqrt(1 - rho) * random.standard_normal((len(truth), n_splits))
        scores = truth[:, None] + spread[:, None] * (luck + own)
        yield scores, int(scores.mean(axis=1).argmax())


@pytest.mark.parametrize("truth", [np.zeros(12), np.r_[0.0, np.full(11, -0.8)], -np.linspace(0, 4, 12)])
@pytest.mark.usefixtures("few_draws")
def test_the_promises_hold_though_the_best_was_picked_by_the_same_scores(truth):
    """The truly best is tied, a row is right, the chosen one's own score too: in 95 of 100 searches or nearly so."""
    spread, searches = np.exp(np.random.default_rng(1).normal(0, 0.7, 12)), 200
    tied, right, own = [], [], []
    for scores, best in simulate(truth, 5, 2, searches, spread):
        table = table_of(scores, best)
        expected = truth[best] - truth
        tied.append(table.loc[truth.argmax(), "is_tied"])
        inside = (table["low"] <= expected + 1e-12) & (expected - 1e-12 <= table["high"])
        right.append(inside.drop(best).mean())
        chosen = chosen_score(scores, best, SIZES)
        own.append(chosen.low <= truth[best] <= chosen.high)
    room = 2.5 * math.sqrt(0.05 * 0.95 / searches)
    assert min(np.mean(tied), np.mean(right), np.mean(own)) >= 0.95 - room


def test_the_plain_t_would_keep_no_such_promise():
    """The oracle of the one above can fail: without the correction the truly best is lost far more often."""
    truth, lost = np.zeros(12), 0
    for scores, best in simulate(truth, 5, 2, 150, np.ones(12)):
        difference = scores[best] - scores[0]
        lost += difference.mean() > stats.t.ppf(0.975, 4) * difference.std(ddof=1) / math.sqrt(5)
    assert lost / 150 > 0.15


def test_the_chosen_score_has_the_plain_corrected_t_where_it_is_alone():
    scores = np.array([[0.5, 0.6, 0.55, 0.45]])
    found = chosen_score(scores, 0, SIZES)
    half = stats.t.ppf(0.975, 3) * math.sqrt(1 / 4 + 20 / 80) * scores.std(ddof=1)
    assert found.estimate == pytest.approx(0.525)
    assert found.high - found.estimate == pytest.approx(half, rel=0.01)
    assert chosen_score(np.array([[0.5, np.nan]]), 0, SIZES) is None
