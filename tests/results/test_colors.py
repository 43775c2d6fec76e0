"""One colour a level, everywhere."""

import re

from nnjax.network.activations import ACTIVATIONS
from nnjax.report.theme import css_variables
from nnjax.results.colors import LEVEL_COLORS


def test_every_activation_has_a_colour_that_the_page_knows():
    assert set(LEVEL_COLORS) == set(ACTIVATIONS)
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in LEVEL_COLORS.values())
    light = css_variables(is_dark=False)
    assert [name for name, color in LEVEL_COLORS.items() if color not in light] == []
