import re
from xml.etree import ElementTree

import numpy as np
import pytest

from nnjax.report.theme import ACCENT, DARK, INK
from nnjax.tour.picture import draw_dots, drawing, figure_svg


def some_picture(color=INK):
    with drawing(120, 80) as figure:
        axes = figure.subplots()
        axes.plot([0, 1, 2], [0, 1, 0], color=color)
        draw_dots(np.array([[0.5, 0.5], [1.5, 0.5], [1.0, 0.2]]), ACCENT, 3.0, axes)
        axes.set_title("a title")
        return figure_svg(figure, "what it shows")


def test_it_is_whole_and_refers_to_nothing_outside():
    root = ElementTree.fromstring(some_picture())
    assert (root.attrib["width"], root.attrib["height"], root.attrib["aria-label"]) == ("120", "80", "what it shows")
    assert not re.search(r"(href|src)=\"(?!#)|url\((?!#)|@import", some_picture())


def test_every_colour_has_its_twin_for_dark_screens():
    text = some_picture()
    used = set(re.findall(r"var\((--c\w+)\)", text))
    light, dark = text.split("@media (prefers-color-scheme:dark)")
    assert used
    for name in used:
        assert f"{name}:#{name[3:]}" in light
        assert f"{name}:{DARK['#' + name[3:]]}" in dark


def test_the_same_figure_is_the_same_text():
    assert some_picture() == some_picture()


def test_all_dots_are_one_path():
    root = ElementTree.fromstring(some_picture())
    dots = [path for path in root.iter() if "stroke-linecap:round" in path.attrib.get("style", "").replace(" ", "")]
    assert [count for path in dots if (count := path.attrib["d"].count("M")) > 1] == [3]


def test_a_colour_outside_the_theme_is_an_error():
    with pytest.raises(KeyError, match="no colour of the theme"):
        some_picture("#123456")
