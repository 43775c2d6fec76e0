"""Gradient slope and outcome, over combinations of the studied factors."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nnjax.report.outcome_link import draw_link, link_sentence, link_table, measure_link, split_means
from nnjax.report.theme import make_palette

RUNS = pd.DataFrame(
    {
        "activation": ["relu", "relu", "tanh", "tanh"],
        "split": [0, 1, 0, 1],
        "status": ["finished", "finished", "finished", "missing"],
        "epochs": 32,
        "grad_slope": [0.1, 0.3, 0.0, np.nan],
        "test_score": [0.4, 0.5, 0.3, np.nan],
        "epochs_to_target": [2.0, 8.0, np.nan, np.nan],
    }
)


def with_outcome(make_study_results, space, results, factor):
    """Results of which the test score follows the slope, or goes against it."""
    score = 0.3 + factor * results["grad_slope"].fillna(0.0)
    return make_study_results(space, results.assign(test_r2=score, status="finished", grad_slope=results["grad_slope"]))


def test_a_score_made_from_the_slope_is_found_with_its_sign(space, make_results, make_study_results):
    results = make_results(space)
    found = [measure_link(with_outcome(make_study_results, space, results, factor)) for factor in (0.2, -0.2)]
    assert found[0].score.estimate > 0.4 and found[1].score.estimate < -0.4
    assert found[0].score.cells == 6 == len(found[0].table)


def test_only_networks_with_something_to_vanish_across_count(study_results):
    assert set(measure_link(study_results).table["depth"]) == {3}


def test_the_sentence_says_numbers_and_that_it_is_no_verdict(study_results):
    words = link_sentence(measure_link(study_results))
    assert "rank correlation" in words and "no verdict" in words


def test_too_few_combinations_have_no_link(classes):
    assert measure_link(classes) is None


def test_slower_learners_have_more_epochs(study_results):
    table = measure_link(study_results).table.set_index("activation")
    assert table.loc["logistic", "epochs_to_target"].mean() > table.loc["relu", "epochs_to_target"].mean()
    assert np.isfinite(table["grad_slope"]).all()


def test_never_counts_as_the_last_epoch_and_missing_runs_not_at_all():
    table = link_table(split_means(RUNS, ["activation"]), ["activation"]).set_index("activation")
    assert table["epochs_to_target"].tolist() == pytest.approx([4.0, 32.0])
    assert table["grad_slope"].tolist() == pytest.approx([0.2, 0.0])
    assert table["test_score"].tolist() == pytest.approx([0.45, 0.3])


@pytest.mark.parametrize("outcome", ["test_score", "epochs_to_target"])
def test_a_dot_a_combination(outcome):
    axes = Figure().subplots()
    table = link_table(split_means(RUNS, ["activation"]), ["activation"])
    draw_link(table, axes, make_palette({"activation": ["relu", "tanh"]}), "activation", outcome)
    assert sorted(line.get_ydata()[0] for line in axes.get_lines()[:2]) == pytest.approx(sorted(table[outcome]))
