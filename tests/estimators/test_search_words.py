"""Sentences about a search, where they are other than usual."""

import numpy as np
import pytest
from fakes.finished_search import GRID, make_finished, scores_of
from sklearn.model_selection import KFold, ParameterGrid, StratifiedKFold

from nnjax.estimators import search_words as words
from nnjax.estimators.compared_parameters import ComparedParameters
from nnjax.estimators.training_course import TrainingCourse
from nnjax.estimators.varied import varied_parameters

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
    assert "The splitter did not shuffle. If the table is sorted" in words.tied_promise(make_finished(cv=KFold(10)))
    assert "shuffle" not in words.tied_promise(make_finished())


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
    assert (
        "cv=RepeatedStratifiedKFold(n_splits=5, n_repeats=4, random_state=0), four times the training, about"
        in words.splits_advice(make_finished(scores=few, cv=StratifiedKFold(5)), "{:.3f}".format)
    )
    assert words.splits_advice(make_finished(scores=scores_of(PARAMS, n_splits=20), cv=KFold(20)), str) == ""


@pytest.mark.parametrize(
    ("cut", "best", "expected"),
    [
        ([True, True, True], 0, "All 3 candidates hit max_iter=30 on at least one split; raise max_iter."),
        (
            [True, False, False],
            0,
            "1 of 3 candidates hit max_iter=30 on at least one split, the best among them; raise",
        ),
        ([True, False, True], 1, "2 of 3 candidates hit max_iter=30 on at least one split, the best not among them"),
        ([False, False, False], 1, ""),
    ],
)
def test_training_that_was_cut_short_asks_for_more_epochs(cut, best, expected):
    is_cut = np.zeros((3, 10), dtype=bool)
    is_cut[:, 4] = cut
    course = TrainingCourse((), "", np.where(is_cut, 30.0, 12.0), is_cut)
    finished = make_finished(params=ALPHAS, scores=scores_of(ALPHAS), best=best, course=course)
    said = words.cut_advice(finished)
    assert said.startswith(expected) and bool(said) == bool(expected)
    assert words.epochs_words(finished).startswith("The best trained for 12")
    assert words.epochs_words(make_finished()) == words.cut_advice(make_finished()) == ""


def test_an_interval_is_told_as_far_as_scores_can_be():
    scores, show = 0.97 + 0.03 * np.sin(np.arange(5.0))[None, :], "{:.3f}".format
    wide = words.curse_words(make_finished(params=[{}], scores=scores, quantity="accuracy"), show)
    cut = make_finished(params=[{}], scores=scores, quantity="accuracy", bounds=(0.0, 1.0))
    low, high = cut.chosen_score.low, cut.chosen_score.high
    assert high > 1 and f"{low:.3f} and {high:.3f}" in wide
    assert f"expect accuracy between {low:.3f} and 1 (95" in words.curse_words(cut, show)
    broad = make_finished(params=[{}], scores=0.9 + 5 * (scores - scores.mean()), bounds=(0.0, 1.0))
    assert f"between {broad.chosen_score.low:.2f} and 1 (95" in words.curse_words(broad, show)
    losses = make_finished(params=[{}], scores=scores - 1, bounds=(-np.inf, 0.0))
    assert "and 0 (95" in words.curse_words(losses, show)


def test_too_few_splits_are_told_from_no_difference():
    def said(n_splits, noise):
        finished = make_finished(scores=scores_of(PARAMS, n_splits=n_splits, noise=noise))
        compared, show = ComparedParameters(finished), words.show_scores(finished)
        told = tuple(words.parameter_words(*pair, finished.quantity, show) for pair in compared.pairs)
        return words.matter_words(told, finished), told[1].sentence

    headline, sentence = said(10, 0.02)
    assert headline == "activation matters. No difference found for alpha and hidden_layer_sizes."
    assert sentence == "no difference found; one smaller than about 0.017 would often be missed"
    assert "Too few splits to say whether" in said(2, 0.2)[0]


def test_failed_candidates_are_named_and_of_a_single_score_nothing_is_compared():
    scores = scores_of(ALPHAS)
    scores[1:, 2] = np.nan
    finished = make_finished(params=ALPHAS, scores=scores)
    compared = ComparedParameters(finished)
    assert words.failed_words(finished, compared.varied).endswith("not compared. Failed: alpha = 1; alpha = 10.")
    told = tuple(words.parameter_words(*pair, "R²", str) for pair in compared.pairs)
    assert words.matter_words(told, finished) == "Only one candidate has a score, so nothing can be compared."


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ([{"a": 1}, {"a": 2}], ["a = 1", "a = 2"]),
        ([{"a": 1, "b": 3}, {"a": 1}, {"a": 2}], ["a = 1, b = 3", "a = 1, b = default", "a = 2, b = default"]),
        ([{"s": "sgd", "m": 1}, {"s": "sgd", "m": 2}, {"s": "adam"}], ["s = sgd, m = 1", "s = sgd, m = 2", "s = adam"]),
        ([{"a": 1}, {"a": 2}, {}], ["a = 1", "a = 2", "a = default"]),
        ([{"a": 1}], ["candidate 0"]),
        ([{}], ["the only candidate"]),
    ],
)
def test_candidates_are_named_by_what_tells_them_apart(params, names):
    varied = varied_parameters(params)
    assert [words.name_candidate(each, place, varied) for place, each in enumerate(params)] == names
