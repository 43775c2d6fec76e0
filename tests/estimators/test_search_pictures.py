"""Pictures of scores end where no score can be."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

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
