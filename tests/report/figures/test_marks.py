"""Marks that the page's script knows again."""

import pandas as pd
from matplotlib.figure import Figure

from nnjax.report.figures.marks import each_level


def test_what_is_drawn_of_a_level_carries_its_mark_and_nothing_else_does():
    axes = Figure().subplots()
    before = axes.get_children()
    table = pd.DataFrame({"l2": [0.1, 0.0, 0.1], "kind": ["a", "a", "b"], "y": [1, 2, 3]})
    seen = []
    for level, part in each_level(axes, table, "l2"):
        axes.plot(part["y"])
        seen.append((level, part["y"].tolist()))
    assert seen == [(0.1, [1, 3]), (0.0, [2])]
    assert [line.get_gid() for line in axes.lines] == ["level:l2=0.1", "level:l2=0"]
    assert not any(artist.get_gid() for artist in before)
    assert [key for key, _ in each_level(axes, table, ("l2", "kind"))] == [(0.1, "a"), (0.0, "a"), (0.1, "b")]
