"""Sentences about a search, where they are other than usual."""

import numpy as np
import pytest
from fakes.finished_search import GRID, make_course, make_finished, scores_of
from sklearn.model_selection import KFold, ParameterGrid, StratifiedKFold

from nnjax.estimators import search_words as words
from nnjax.estimators.compared_parameters import ComparedParameters

PARAMS = list(ParameterGrid(GRID))
ALPHAS = [{"alpha": alpha} for alpha in (0.1, 1.0, 10.0)]


def of_alphas(means, noise=0.001):
    luck = scores_of(ALPHAS, noise=noise) - 0.5
    return make_finished(params=ALPHAS, scores=np.array(means)[:, None] + luck)


@pytest.mark.parametrize(
    ("scale", "expected"), [(1.0, "0.522"), (1e-6, "0.000000522"), (100.0, "52.20"), (1e5, "52197")]
)
def test_scores_of_any_size_are_legible(scale, expected):
    finished = make_finished(scores=scores_of(PARAMS) * scale)
    assert words.show_scores(finished)(finished.scores.mean(axis=1).max()) == expected


def test_the_best_at_an_edge_asks_for_more_unless_it_is_behind_there():
    rising = of_alphas([0.3, 0.4, 0.45])
    assert words.edge_advice(rising, ComparedParameters(rising).pairs) == [
        "The best has the largest alpha that was tried, 10: try larger ones."
    ]
    falling = of_alphas([0.45, 0.4, 0.3])
    assert "smallest alpha that was tried, 0.1" in words.edge_advice(falling, ComparedParameters(falling).pairs)[0]
    inside = of_alphas([0.3, 0.45, 0.4])
    assert words.edge_advice(inside, ComparedParameters(inside).pairs) == []


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ([0.5, 0.2, 0.1], "No other candidate can be the best: it stands alone."),
        ([0.5, 0.5, 0.1], "1 of the other 2 candidates cannot be told apart from it."),
        ([0.5, 0.5, 0.5], "None of the other 2 candidates can be told apart from it."),
    ],
)
def test_ties_are_told_as_in_a_study(means, expected):
    assert words.ties_words(of_alphas(means)) == expected


def test_that_nobody_shuffled_the_rows_is_told_beside_the_promise():
    assert "Nobody shuffled the rows" in words.tied_promise(make_finished(cv=KFold(10)))
    assert "shuffled" not in words.tied_promise(make_finished())


def test_of_two_candidates_the_other_is_tied_or_behind():
    two = [{"alpha": 1}, {"alpha": 2}]
    assert words.ties_words(make_finished(params=two, scores=[[0.5, 0.6, 0.55], [0.51, 0.5, 0.6]])) == (
        "The other candidate cannot be told apart from it."
    )
    assert words.ties_words(make_finished(params=two, scores=[[0.5, 0.6, 0.55], [0.11, 0.2, 0.15]])) == (
        "The other candidate is behind."
    )


def test_who_chose_another_than_the_highest_is_named():
    finished = make_finished(best=0, chooses="simplest")
    assert words.chosen_by_words(finished, "{:.3f}".format) == (
        "It was chosen by simplest, not by its mean: the highest is 0.522."
    )
    assert words.chosen_by_words(make_finished(), "{:.3f}".format) == ""


def test_more_splits_are_advised_where_they_would_help():
    few = scores_of(PARAMS, n_splits=5)
    assert "cv=RepeatedStratifiedKFold(n_splits=5, n_repeats=4)" in words.splits_advice(
        make_finished(scores=few, cv=StratifiedKFold(5)), "{:.3f}".format
    )
    assert words.splits_advice(make_finished(scores=scores_of(PARAMS, n_splits=20), cv=KFold(20)), str) == ""


def test_training_that_was_cut_short_is_told():
    scores = scores_of(PARAMS)
    told = words.epochs_words(make_finished(course=make_course(scores, 0), best=len(PARAMS) - 1))
    assert told.endswith("were stopped by max_iter in a split, and might have become better; the best is among them.")
    assert words.epochs_words(make_finished()) == ""


def test_the_quickest_of_the_tied_is_named_where_it_saves_time():
    finished = make_finished(params=ALPHAS, scores=np.array([[0.5], [0.5], [0.5]]) + scores_of(ALPHAS) - 0.5, best=2)
    assert words.seconds_words(finished, "candidate {}".format) == (
        "The quickest of the tied to train: candidate 0; the best takes 2.0 times as long."
    )
