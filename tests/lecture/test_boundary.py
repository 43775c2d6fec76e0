import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.lecture.boundary import circular_boundary, circular_features, linear_boundary

NUMBER = st.floats(-5, 5, width=16)
POSITIVE = st.floats(0.125, 5, width=16)


@given(theta_0=NUMBER, theta_1=NUMBER, theta_2=POSITIVE, sign=st.sampled_from([-1, 1]), x1=NUMBER)
def test_the_score_is_zero_on_the_line(theta_0, theta_1, theta_2, sign, x1):
    theta = np.array([theta_0, theta_1, sign * theta_2])
    x2 = linear_boundary(theta, x1)
    assert theta @ [1.0, x1, float(x2)] == pytest.approx(0, abs=1e-12)


def test_the_bias_of_the_line_is_theta_0_and_not_theta_2():
    assert linear_boundary([-3.0, 1.0, 2.0], 0.0) == 1.5  # the slide's −θ₂ on the right side would give −1


@given(c1=NUMBER, c2=NUMBER, r1=POSITIVE, r2=POSITIVE, scale=st.sampled_from([-2.0, 1.0, 7.0]))
def test_an_ellipse_is_read_off_its_theta(c1, c2, r1, r2, scale):
    squares = np.array([1 / r1**2, 1 / r2**2])
    center = np.array([c1, c2])
    theta = scale * np.array([center**2 @ squares - 1, *(-2 * center * squares), *squares])
    found = circular_boundary(theta)
    np.testing.assert_allclose(found.center, center, atol=1e-9)
    np.testing.assert_allclose(found.semi_axes, (r1, r2), rtol=1e-6)


def test_the_score_is_zero_on_the_circle():
    angles = np.linspace(0, 2 * np.pi, 9)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    np.testing.assert_allclose(circular_features(points) @ [0, 0, 1, 1] - 1, 0, atol=1e-15)


@pytest.mark.parametrize("theta", [(1.0, 1.0, 0.0), (1.0, 1.0)])
def test_vertical_lines_are_refused(theta):
    with pytest.raises(ValueError, match="other than 0"):
        linear_boundary(theta, 0.0)


@pytest.mark.parametrize("theta", [(1, 0, 0, 1, 1), (-1, 0, 0, 1, -1), (-1, 0, 0, 1, 0), (0, 1, 1)])
def test_curves_that_are_no_ellipse_are_refused(theta):
    with pytest.raises(ValueError, match="θ = "):
        circular_boundary(theta)
