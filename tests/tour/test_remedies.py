from xml.etree import ElementTree

import numpy as np
import pytest

from nnjax.tour.remedies import PLAIN, REMEDIES, Setting, gradient_table, remedies_picture

SMALL = Setting(depth=4, width=4, epochs=10, seeds=4)


@pytest.fixture(scope="module")
def table():
    return gradient_table((PLAIN, *REMEDIES[:2], *(each for each in REMEDIES if "clipping" in each.name)), SMALL)


def first_and_last(table, name, moment="start"):
    line = table[(table["remedy"] == name) & (table["moment"] == moment)].set_index("layer")["median"]
    assert line.index.tolist() == [1, 2, 3, 4]
    return line[1], line[4]


def test_the_plain_networks_gradient_vanishes(table):
    first, last = first_and_last(table, "plain")
    assert first < last / 8


def test_a_small_variance_makes_it_worse_and_a_fitting_one_better(table):
    plain, small, fitting = (np.divide(*first_and_last(table, name)) for name in table["remedy"].unique()[:3])
    assert small < plain / 100
    assert fitting > 5 * plain


def test_clipping_lets_small_gradients_be(table):
    clipped = next(name for name in table["remedy"].unique() if "clipping" in name)
    for moment in ("start", "early"):
        np.testing.assert_allclose(first_and_last(table, clipped, moment), first_and_last(table, "plain", moment), 0.01)


def test_the_lectures_five_are_there():
    numbered = [remedy.name[0] for remedy in REMEDIES if remedy.name[0].isdigit() and remedy.name[1] == " "]
    assert sorted(set(numbered)) == list("12345")


def test_a_panel_a_remedy(table):
    root = ElementTree.fromstring(remedies_picture(table, across=2))
    words = [text.text for text in root.iter() if text.tag.endswith("text")]
    assert all(name in words for name in table["remedy"].unique() if name != "plain")
