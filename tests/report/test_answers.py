"""The answers in words."""

import pytest

from nnjax.report.answers import answers, headline, headline_words
from nnjax.report.task import CLASSIFICATION
from nnjax.statistics.interval import paired_interval


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ([0.10, 0.11, 0.10, 0.11], "The network beats ridge regression."),
        (
            [0.001, -0.001, 0.001, 0.0],
            "Ridge is as good: no network here is better or worse by an amount that matters.",
        ),
        ([-0.10, -0.11, -0.10, -0.11], "Ridge is better."),
        ([-0.012, -0.004, -0.016, 0.0], "Ridge is as good: the network has no advantage that matters."),
        ([0.1, -0.1, 0.2, -0.2], "Network or ridge: these splits cannot tell which is better."),
    ],
)
def test_the_headline_says_what_the_interval_allows(differences, words):
    assert headline_words(paired_interval(differences, 331, 111)) == words


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ([0.10, 0.11, 0.10, 0.11], "The network beats logistic regression."),
        ([-0.10, -0.11, -0.10, -0.11], "Logistic regression is better."),
        ([0.1, -0.1, 0.2, -0.2], "Network or logistic regression: these splits cannot tell which is better."),
    ],
)
def test_the_headline_of_a_classification_names_its_own_baseline(differences, words):
    assert headline_words(paired_interval(differences, 112, 38), CLASSIFICATION) == words


def test_the_headline_compares_the_nested_choice_with_ridge_at_the_level_of_the_claims(study_results):
    top = headline(study_results)
    expected = (study_results.best.scores() - study_results.baseline()).mean()
    assert top.interval.estimate == pytest.approx(expected)
    assert top.interval.level == pytest.approx(1 - 0.05 / len(study_results.claims))


def test_there_is_a_sentence_for_every_studied_factor_and_theme(study_results):
    themes = list(answers(study_results))
    assert themes == ["activation", "depth", "batch_size", "speed", "gradients", "last epoch"]
    assert "factor of 4.2 a layer" in answers(study_results)["gradients"]
