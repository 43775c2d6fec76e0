"""Which class is taken for which."""

import pandas as pd
from matplotlib.figure import Figure

from nnjax.report.figures.confusion import draw_confusion
from nnjax.report.theme import NEGATIVE, POSITIVE


def test_every_pair_has_its_rows_and_errors_have_another_colour():
    axes = Figure().subplots()
    table = pd.DataFrame(
        {
            "true": ["no", "no", "yes", "yes"],
            "predicted": ["no", "yes"] * 2,
            "rows": [1200, 0, 1, 3],
            "share": [1.0, 0.0, 0.25, 0.75],
        }
    )
    draw_confusion(table, axes)
    assert [text.get_text() for text in axes.texts] == ["1,200", "0", "1", "3"]
    assert [text.get_position() for text in axes.texts] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    errors = axes.patches[2]
    assert errors.get_facecolor() == (*Figure(facecolor=POSITIVE).get_facecolor()[:3], 0.75 * 0.25)
    assert axes.patches[3].get_facecolor()[:3] == Figure(facecolor=NEGATIVE).get_facecolor()[:3]
