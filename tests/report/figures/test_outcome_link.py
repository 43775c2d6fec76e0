"""Gradient slope against outcome, as table and drawing."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from nnjax.report.figures.outcome_link import draw_link, link_table, split_means
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
