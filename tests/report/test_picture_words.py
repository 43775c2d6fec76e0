"""The sentences under the first pictures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from nnjax.judged import Judged
from nnjax.metrics import MEASURES
from nnjax.report.formats import decimals
from nnjax.report.histories import Histories
from nnjax.report.picture_words import (
    Told,
    constant_words,
    convergence_words,
    gradient_words,
    highest_words,
    score_words,
)
from nnjax.report.setting import PictureSetting, first_setting
from nnjax.report.task import terms_of
from nnjax.statistics.interval import paired_interval


def test_no_difference_comes_with_the_one_that_would_have_been_found(without_claims):
    runs = without_claims.chosen
    alike = runs["split"].map(runs.groupby("split")["test_score"].mean()) + 0.01 * (
        (runs["split"] + runs["activation"].map({"relu": 0, "tanh": 1, "logistic": 2})) % 3
    )
    told = score_words(replace(without_claims, chosen=runs.assign(test_score=alike)), first_setting(without_claims))
    assert told.takeaway == "no difference found"
    assert told.sentence.startswith("No difference in test_r2 among logistic, tanh and relu was found; a true ")
    assert told.sentence.endswith(" would have been noticed in 4 of 5 such studies.")


def test_the_highest_level_has_an_interval_for_whichever_came_out_highest(without_claims):
    runs = without_claims.chosen.sort_values("split")
    scores = {"relu": [0.1, 0.2, 0.3, 0.4], "tanh": [0.2, 0.3, 0.4, 0.5], "logistic": [0.0] * 4}
    taken = {level: iter(each) for level, each in scores.items()}
    runs = runs.assign(test_score=[next(taken[level]) for level in runs["activation"]])
    words = highest_words(replace(without_claims, chosen=runs), first_setting(without_claims)).sentence
    expected = paired_interval(scores["tanh"], *without_claims.sizes.pair, level=1 - 0.05 / 3)
    ends = f"(98.33 % interval {decimals(expected.low)} to {decimals(expected.high)})"
    baseline = decimals(without_claims.baseline().mean())
    assert words == f"Highest on average: tanh, test_r2 0.350 {ends}; ridge has {baseline}."


def test_of_one_level_nothing_is_the_highest(without_claims):
    alone = without_claims.chosen[without_claims.chosen["activation"] == "relu"]
    told = highest_words(replace(without_claims, chosen=alone), first_setting(without_claims))
    assert told.sentence == "There is nothing to compare."


def test_a_constant_classifier_is_called_that(classes):
    setting = PictureSetting("activation", {"depth": 2})
    recall = np.where(classes.chosen["activation"] == "logistic", 1 / 3, 0.9)
    constant = replace(classes, chosen=classes.chosen.assign(test_balanced_accuracy=recall))
    said = score_words(constant, setting).sentence
    assert "logistic is no better than a constant classifier, which gives every row the same class." in said
    assert "constant" not in score_words(classes, setting).sentence
    precision = Judged(next(each for each in MEASURES if each.name == "average_precision"), 0.0)
    ordered = replace(constant, terms=terms_of(precision))
    said = constant_words(ordered, ordered.chosen, "activation")
    assert said == " Cut at a probability of ½, logistic gives every row the same class."


AIM = "the target validation_r2 ≥ 0.4"


@pytest.mark.parametrize(
    ("epochs", "takeaway", "words"),
    [
        ({"relu": 2, "tanh": 2, "logistic": np.nan}, "logistic too slow",
         f"T{AIM[1:]} typically takes 2 epochs with relu and tanh; logistic never gets there."),
        ({"relu": 2, "tanh": 2, "logistic": 8}, "logistic slower", f"relu is first at {AIM}, typically after 2 epochs; "
         "tanh cannot be told from it; logistic takes 4.0 times as many [4.0, 4.0]."),
        ({"relu": 3, "tanh": 3, "logistic": 3}, "no difference found",
         f"T{AIM[1:]} typically takes 3 epochs with relu, tanh and logistic."),
        ({"relu": 1, "tanh": 1, "logistic": 2}, "target too easy",
         f"T{AIM[1:]} is reached in the first epoch or two: a target this easy tells nothing apart."),
        ({"relu": 1, "tanh": np.nan, "logistic": np.nan}, "only relu gets there",
         f"relu reaches {AIM}, typically after 1 epoch; tanh and logistic never get there."),
    ],
)  # fmt: skip
def test_the_race_to_the_target_in_words(without_claims, epochs, takeaway, words):
    runs = without_claims.chosen.assign(epochs_to_target=without_claims.chosen["activation"].map(epochs))
    raced = replace(without_claims, chosen=runs)
    assert convergence_words(raced, PictureSetting("activation", {})) == Told(takeaway, words)


def test_where_few_runs_of_any_level_arrive_nobody_is_first(without_claims):
    runs = without_claims.chosen
    raced = replace(without_claims, chosen=runs.assign(epochs_to_target=np.where(runs["split"] == 0, 3.0, np.nan)))
    said = convergence_words(raced, PictureSetting("activation", {})).sentence
    assert said == "With none of them half of the runs reach the target validation_r2 ≥ 0.4 within 12 epochs."


def test_a_target_beyond_all_runs_is_told_with_one_that_tells_more(without_claims):
    runs = without_claims.chosen.assign(epochs_to_target=np.nan, validation_score=-55.0)
    curves = pd.DataFrame(np.tile([-1.0, 0.02, 0.05, 0.01], (len(runs), 1)), index=runs["run_id"])
    flat = Histories({("fit_validation_r2", 0): curves})
    said = convergence_words(
        replace(without_claims, chosen=runs, histories=flat), PictureSetting("activation", {})
    ).sentence
    assert said.startswith(
        "No run reaches the target validation_r2 ≥ 0.4 within 12 epochs; the median run’s best is 0.050: a target_r2 "
    )


def test_on_several_scales_of_the_target_nobody_is_first(without_claims):
    cells = [
        replace(cell, configuration=replace(cell.configuration, target_scale=scale))
        for cell, scale in zip(without_claims.space.cells, ("as_is", "log", "log"), strict=True)
    ]
    scaled = replace(without_claims, space=replace(without_claims.space, cells=cells))
    said = convergence_words(scaled, PictureSetting("activation", {})).sentence
    assert said.startswith("No race is told of") and "(as_is and log)" in said


def race(study_results, **epochs):
    """The race of runs that differ from split to split, relu 2 epochs in each where nothing else is said."""
    runs = study_results.chosen.sort_values("split")
    by_level = {"relu": [2.0] * 4, "tanh": [2.0] * 4, "logistic": [2.0] * 4} | epochs
    taken = {level: iter(times) for level, times in by_level.items()}
    runs = runs.assign(epochs_to_target=[next(taken[level]) for level in runs["activation"]])
    return convergence_words(replace(study_results, chosen=runs), PictureSetting("activation", {})).sentence


def test_a_level_that_never_arrives_is_said_to_and_counts_in_no_span(without_claims):
    words = race(without_claims, tanh=[2.0, 8.0, 2.0, 8.0], logistic=[np.nan] * 4)
    assert words.endswith("takes 2 epochs with relu and 4 with tanh, which may be chance; logistic never gets there.")


def test_where_runs_never_arrive_numbers_are_at_least_and_have_no_interval(without_claims):
    words = race(without_claims, tanh=[10.0, 10.0, 10.0, np.nan], logistic=[9.0, np.nan, np.nan, np.nan])
    assert "relu is first at the target validation_r2 ≥ 0.4, typically after 2 epochs; tanh takes at least " in words
    assert "[" not in words and words.endswith("; logistic gets there in under half of runs.")


def test_of_two_bounds_no_ratio_is_told(without_claims):
    words = race(without_claims, relu=[1.0, 1.0, np.nan, 1.0], tanh=[12.0] * 4, logistic=[12.0] * 4)
    assert "times as many" not in words


def test_runs_of_fewer_epochs_are_raced_up_to_the_end_that_all_have(without_claims):
    short = without_claims.chosen["epochs"].where(without_claims.chosen["activation"] != "tanh", 4)
    words = race(replace(without_claims, chosen=without_claims.chosen.assign(epochs=short)), logistic=[8.0] * 4)
    assert "logistic never gets there" in words


@pytest.mark.parametrize(
    ("ratios", "takeaway", "words"),
    [
        ({"relu": 0.0, "tanh": -0.2, "logistic": -3.0}, "logistic", "Before the first step less than a tenth of the "
         "gradient reaches the first layer with logistic (1 part in 1,000): it vanishes. With relu and tanh it does "
         "not."),
        ({"relu": 0.0, "tanh": -2.0, "logistic": -np.inf}, "logistic, tanh", "Before the first step less than a "
         "tenth of the gradient reaches the first layer with logistic (nothing) and tanh (1 part in 100): it vanishes. "
         "With relu it does not."),
        ({"relu": 0.0, "tanh": -0.2, "logistic": -0.9}, "none", "Before the first step no gradient vanishes with any "
         "of them: in every run a tenth or more reaches the first layer."),
        ({"relu": 2.0, "tanh": -0.2, "logistic": -0.9}, "none", "Before the first step no gradient vanishes with any "
         "of them: in every run a tenth or more reaches the first layer. With relu it grows more than tenfold on its "
         "way."),
    ],
)  # fmt: skip
def test_vanishing_gradients_in_words(without_claims, ratios, takeaway, words):
    runs = without_claims.chosen.assign(grad_ratio_0=without_claims.chosen["activation"].map(ratios))
    told = gradient_words(replace(without_claims, chosen=runs), PictureSetting("activation", {}))
    assert told == Told(takeaway, words)


def test_a_gradient_that_vanishes_in_half_of_the_runs_is_told_of_and_numbers_are_those_of_most(without_claims):
    runs = without_claims.chosen.sort_values("split")
    ratios = {"relu": [0.0] * 4, "tanh": [-3.0, -3.0, 0.0, 0.0], "logistic": [-2.0, -2.0, -2.0, 2.0]}
    taken = {level: iter(numbers) for level, numbers in ratios.items()}
    runs = runs.assign(grad_ratio_0=[next(taken[level]) for level in runs["activation"]])
    words = gradient_words(replace(without_claims, chosen=runs), PictureSetting("activation", {})).sentence
    assert "with logistic (1 part in 100)" in words and words.endswith(
        " With relu it does not, with tanh in 2 of 4 runs."
    )


@pytest.mark.parametrize(
    ("vanished", "few"),
    [
        ({"tanh": 1}, "with tanh in 1 of 4 runs"),
        ({"relu": 2, "tanh": 1}, "in some runs with relu (2 of 4) and tanh (1"),
    ],
)
def test_a_gradient_that_vanishes_in_some_runs_only_is_counted(without_claims, vanished, few):
    runs = without_claims.chosen.sort_values("split")
    place = runs.groupby("activation").cumcount()
    is_lost = place < runs["activation"].map(vanished).fillna(0)
    runs = runs.assign(grad_ratio_0=is_lost.map({True: -2.0, False: 0.0}))
    told = gradient_words(replace(without_claims, chosen=runs), PictureSetting("activation", {}))
    assert told.takeaway == "in some runs" and few in told.sentence and told.sentence.endswith(" only.")


def test_initial_weights_at_which_all_of_it_was_measured_come_first(without_claims):
    runs = without_claims.chosen.assign(grad_ratio_0=-2.0, initializer="glorot")
    told = gradient_words(replace(without_claims, chosen=runs), PictureSetting("activation", {"initializer": "glorot"}))
    assert told.sentence.startswith("With initializer glorot, before the first step less than a tenth")


def test_one_hidden_layer_has_nothing_to_vanish_across(without_claims):
    shallow = replace(without_claims, chosen=without_claims.chosen.assign(depth=1))
    told = gradient_words(shallow, PictureSetting("activation", {}))
    assert told.takeaway == "none, one layer" and "nothing for a gradient to vanish across" in told.sentence
