"""Axes of the grid of cells."""

from fakes.grid import grid, layout_of

from nnjax.report.figures.grid_axes import GridAxes, is_turned, margins


def test_long_names_are_turned_and_get_room():
    layout = layout_of(grid())
    across, down = GridAxes(("activation",), ("depth", "l2")), GridAxes(("activation", "l2"), ("depth",))
    assert is_turned(layout, across) is True and is_turned(layout, down) is False
    assert margins(layout, across).top > margins(layout, down).top
    assert margins(layout, down).left > margins(layout, down).outer > 0
