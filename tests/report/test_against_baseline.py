"""The network beside what needs no network."""

from dataclasses import replace

import pytest

from nnjax.report.against_baseline import (
    baseline_words,
    beats_a_constant,
    best_baseline,
    better_than_a_constant,
    compare_with_baseline,
)
from nnjax.report.task import CLASSIFICATION
from nnjax.statistics.interval import paired_interval


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ([0.10, 0.11, 0.10, 0.11], "The network chosen on validation rows beats ridge regression."),
        (
            [0.001, -0.001, 0.001, 0.0],
            "Ridge is as good: the chosen network is neither better nor worse by an amount that matters.",
        ),
        ([-0.10, -0.11, -0.10, -0.11], "Ridge is better."),
        ([-0.012, -0.004, -0.016, 0.0], "Ridge is at least as good: the chosen network has no advantage that matters."),
        ([0.1, -0.1, 0.2, -0.2], "Network or ridge: these splits cannot tell."),
    ],
)
def test_the_answer_says_what_the_interval_allows(differences, words):
    assert baseline_words(paired_interval(differences, 331, 111)) == words


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ([0.10, 0.11, 0.10, 0.11], "The network chosen on validation rows beats logistic regression."),
        ([-0.10, -0.11, -0.10, -0.11], "Logistic regression is better."),
        ([0.1, -0.1, 0.2, -0.2], "Network or logistic regression: these splits cannot tell."),
    ],
)
def test_the_answer_of_a_classification_names_its_own_baseline(differences, words):
    assert baseline_words(paired_interval(differences, 112, 38), CLASSIFICATION) == words


def test_the_nested_choice_is_compared_with_ridge_at_the_level_of_all_models(study_results):
    top = compare_with_baseline(study_results)
    expected = (study_results.best.scores() - study_results.baseline()).mean()
    assert top.interval.estimate == pytest.approx(expected)
    assert top.interval.level == 0.95


def test_a_network_that_scores_like_the_mean_beats_no_constant(study_results):
    assert beats_a_constant(study_results)
    naive = study_results.baselines["model"] == study_results.terms.naive
    as_good = study_results.baselines.assign(test_score=study_results.baselines["test_score"].where(~naive, 0.9))
    assert not beats_a_constant(replace(study_results, baselines=as_good))


def with_scores(study_results, **means):
    """The same study, every split of a baseline, words joined by an underscore, with the same score."""
    names = {name.replace("_", " "): score for name, score in means.items()}
    changed = study_results.baselines["model"].map(names).fillna(study_results.baselines["test_score"])
    return replace(study_results, baselines=study_results.baselines.assign(test_score=changed))


def test_the_best_baseline_has_an_interval_for_whichever_came_out_best(study_results):
    best = best_baseline(with_scores(study_results, gradient_boosting=0.81))
    gain = study_results.best.scores() - 0.81
    assert best.name == "gradient boosting" and best.score == pytest.approx(0.81) and best.is_first
    assert best.interval == paired_interval(gain.to_numpy(), *study_results.sizes.pair, level=1 - 0.05 / 5)


def test_a_best_baseline_behind_the_network_is_not_first(study_results):
    worse = {name.replace(" ", "_"): -1.0 for name in study_results.terms.baseline_names}
    best = best_baseline(with_scores(study_results, **worse | {"gradient_boosting": -0.5}))
    assert best.name == "gradient boosting" and not best.is_first


def test_a_baseline_beats_a_constant_by_more_than_chance(study_results):
    better = with_scores(study_results, mean=0.1, gradient_boosting=0.81)
    assert better_than_a_constant(better) == "gradient boosting"
    assert better_than_a_constant(with_scores(study_results, mean=0.9)) == ""
