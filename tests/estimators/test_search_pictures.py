"""Pictures of scores end where no score can be."""

import numpy as np
import pandas as pd
import pytest
from fakes.finished_search import make_finished, scores_of
from matplotlib.figure import Figure

from nnjax.estimators.compared_parameters import ComparedParameters
from nnjax.estimators.search_answer import candidates_draw, value_draw
from nnjax.estimators.search_pictures import draw_against_best

TABLE = pd.DataFrame(
    {
        "place": [0, 1, 2],
        "mean": [0.98, 0.9, 0.8],
        "lowest": [0.98, 0.7, 0.5],
        "highest": [0.98, 1.1, 1.1],
        "is_tied": [True, True, True],
    }
)


@pytest.mark.parametrize(("bounds", "highest"), [((0.0, 1.0), 1.0), ((-np.inf, np.inf), 1.1)])
def test_bars_and_axis_are_cut_at_the_bound(bounds, highest):
    axes = Figure().subplots()
    draw_against_best(TABLE, axes, bounds=bounds)
    tops = [segment[:, 1].max() for bars in axes.collections for segment in bars.get_segments()]
    assert max(tops) == pytest.approx(highest)
    assert (axes.get_ylim()[1] < 1.05) == (highest == 1.0)


@pytest.mark.parametrize("has_bounds", [True, False])
def test_a_search_hands_its_bounds_to_its_pictures(has_bounds):
    params = [{"alpha": 1}, {"alpha": 2}]
    fields = {"bounds": (0.0, 1.0)} if has_bounds else {}
    finished = make_finished(params=params, scores=scores_of(params, n_splits=3) + 0.49, **fields)
    [pair] = ComparedParameters(finished).pairs
    for draw in (candidates_draw(finished), value_draw(finished, *pair)):
        axes = Figure().subplots()
        draw(axes)
        assert (axes.get_ylim()[1] < 1.05) == has_bounds
