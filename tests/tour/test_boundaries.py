from xml.etree import ElementTree

import numpy as np

from nnjax.data.tables import load_table
from nnjax.lecture.boundary import circular_boundary
from nnjax.tour.boundaries import CIRCULAR, LINEAR, boundaries_picture, fit_circle, fit_line


def test_the_line_separates_the_gate_it_was_drawn_for():
    theta = fit_line(load_table(LINEAR))
    score = theta[0] + np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) @ theta[1:]
    assert (score >= 0).tolist() == [False, False, False, True]


def test_theta_is_the_lectures_up_to_its_scale():
    theta = fit_circle(load_table(CIRCULAR))
    np.testing.assert_allclose(theta, [-1, 0, 0, 1, 1], atol=0.06)
    np.testing.assert_allclose(circular_boundary(theta).semi_axes, 1, atol=0.04)


def test_the_picture_is_small_and_the_same_each_time():
    text = boundaries_picture()
    assert ElementTree.fromstring(text).attrib["role"] == "img"
    assert len(text) < 80_000
    assert text == boundaries_picture()
