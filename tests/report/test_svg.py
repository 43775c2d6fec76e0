"""Figures as inline SVG."""

import re

import pytest
from matplotlib.figure import Figure

from nnjax.report.svg import inline_svg
from nnjax.report.theme import INK, LEVEL_COLORS, style

HOSTILE = '<script>alert("1 & 2")</script> $x^2$ $'


@pytest.fixture
def draw():
    def draw_line(color=LEVEL_COLORS["relu"], name="line"):
        with style():
            figure = Figure(figsize=(2, 2))
            axes = figure.subplots()
            axes.plot([1, 2], [1, 2], "o-", color=color)
            axes.set_title(HOSTILE)
            return inline_svg(figure, name, HOSTILE)

    return draw_line


def test_text_stays_text_and_hostile_text_is_escaped(draw):
    svg = draw()
    assert "<script" not in svg and "&lt;script&gt;" in svg
    assert "$x^2$ $</text>" in svg


def test_colours_are_variables_of_the_page(draw):
    svg = draw()
    assert f"var(--c{LEVEL_COLORS['relu'][1:]})" in svg and f"var(--c{INK[1:]})" in svg
    assert not re.search(r"[:\"]#[0-9a-f]{3,6}", svg)


def test_nothing_refers_to_anything_outside(draw):
    svg = draw()
    assert "http" not in svg and "xmlns" not in svg and "<style" not in svg


def test_identifiers_belong_to_the_figure_and_all_references_resolve(draw):
    svg = draw()
    identifiers = set(re.findall(r' id="([^"]+)"', svg))
    references = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
    assert references and references == identifiers
    assert all(identifier.startswith("line-") for identifier in identifiers)


def test_the_same_figure_gives_the_same_text(draw):
    assert draw() == draw()


def test_a_colour_that_dark_pages_do_not_know_is_refused(draw):
    with pytest.raises(KeyError):
        draw(color="#123456")
