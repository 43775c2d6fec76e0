"""Colours: one a level, readable on light and on dark pages."""

import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb

from nnjax.network.activations import ACTIVATIONS
from nnjax.report.drawing import Shape, draw_panels
from nnjax.report.theme import (
    ACCENT,
    DARK,
    GRID,
    LEVEL_COLORS,
    PAGE,
    SHADE,
    css_variables,
    make_palette,
    style,
    variable,
)


def contrast(one, other):
    """WCAG's ratio of relative luminances."""

    def luminance(color):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_activation_has_its_own_colour():
    assert set(ACTIVATIONS) <= set(LEVEL_COLORS)
    assert len(set(LEVEL_COLORS.values())) == len(LEVEL_COLORS)


@pytest.mark.parametrize("color", sorted(set(DARK) - {PAGE, GRID, SHADE}))
def test_colours_stand_out_from_both_pages(color):
    assert contrast(color, PAGE) >= 3
    assert contrast(DARK[color], DARK[PAGE]) >= 3


def test_every_colour_of_the_theme_is_declared_for_both_pages():
    for is_dark in (False, True):
        declared = css_variables(is_dark)
        assert all(f"--{variable(color)[6:-1]}:" in declared for color in DARK)


def test_a_level_is_the_same_level_whatever_a_table_makes_of_its_type():
    palette = make_palette({"width": [8, 16], "learning_rate": [1.0, 0.5], "batch_size": [32, "full"]})
    assert palette["width", 16.0] is palette["width", 16]
    assert palette["learning_rate", 1] is palette["learning_rate", 1.0]
    assert palette["batch_size", "full"] is not palette["batch_size", 32]


def test_a_foreign_colour_is_refused():
    with pytest.raises(KeyError, match="no colour of the theme"):
        variable("#123456")


@pytest.mark.parametrize("levels", [[1, 2, 4, 8], list(range(9)), ["a", "b"], [0.0, 0.1]])
def test_palettes_use_colours_of_the_theme_only(levels):
    palette = make_palette({"factor": levels})
    assert all(palette["factor", level].color in DARK for level in levels)


def test_a_style_leaves_no_trace():
    before = dict(mpl.rcParams)
    with style():
        assert mpl.rcParams["svg.fonttype"] == "none"
    assert dict(mpl.rcParams) == before


def test_a_persons_settings_reach_no_figure():
    def draw(axes):
        axes.plot([0, 1], [1, 3], color=ACCENT, dashes=(5, 2))
        axes.set_xlabel("x")

    plain = draw_panels("figure", [("title", draw)], Shape())
    mine = {"savefig.bbox": "tight", "lines.scale_dashes": False, "axes.labelpad": 40, "axes.xmargin": 0.4}
    with mpl.rc_context(mine):
        assert draw_panels("figure", [("title", draw)], Shape()) == plain
