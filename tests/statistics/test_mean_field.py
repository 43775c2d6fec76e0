"""Mean field: known slopes, laws, and an oracle for the quadrature."""

import math

import numpy as np
import pytest
from scipy import special

from nnjax.statistics.mean_field import mean_field, mean_square

FUNCTIONS = {
    "identity": (lambda z: z, np.ones_like),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: (z > 0.0) + 0.0),
    "leaky": (lambda z: np.maximum(z, 0.1 * z), lambda z: np.where(z > 0.0, 1.0, 0.1)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.exp(np.minimum(z, 0.0))),
    "softplus": (lambda z: np.logaddexp(0.0, z), special.expit),
    "tanh": (np.tanh, lambda z: 1.0 - np.tanh(z) ** 2),
    "arctan": (np.arctan, lambda z: 1.0 / (1.0 + z**2)),
    "logistic": (special.expit, lambda z: special.expit(z) * special.expit(-z)),
}
GLOROT = {"identity": 0.0, "relu": 0.151, "leaky": 0.148, "elu": 0.06, "softplus": 0.27, "tanh": 0.06, "arctan": 0.06,
          "logistic": 0.633}  # fmt: skip
HE = {"identity": -0.151, "relu": 0.0, "leaky": -0.002, "elu": -0.04, "softplus": 0.07, "tanh": 0.0, "arctan": 0.0,
      "logistic": 0.506}  # fmt: skip


def of(name, weight_variance, depth=10, width=64):
    function, slope = FUNCTIONS[name]
    return mean_field([function] * depth, [slope] * depth, [weight_variance / width] * depth, [width] * (depth + 1))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_slopes_are_those_of_forty_random_networks(name):
    assert of(name, 1.0).slope == pytest.approx(GLOROT[name], abs=0.02)
    assert of(name, 2.0).slope == pytest.approx(HE[name], abs=0.02)


@pytest.mark.parametrize("name", ["softplus", "tanh", "logistic"])
def test_the_midpoint_rule_agrees_with_gauss_hermite(name):
    points, masses = np.polynomial.hermite_e.hermegauss(100)
    expected = masses @ FUNCTIONS[name][0](1.5 * points) ** 2 / math.sqrt(2 * math.pi)
    assert mean_square(FUNCTIONS[name][0], 2.25) == pytest.approx(expected, rel=1e-6)


def test_a_jump_away_from_zero_is_met():
    assert mean_square(lambda z: (np.abs(z) < 1.0) + 0.0, 0.5) == pytest.approx(math.erf(1.0), abs=1e-3)


def test_layers_of_unequal_width_carry_their_own_fans():
    function, slope = FUNCTIONS["identity"]
    field = mean_field([function] * 2, [slope] * 2, [0.5, 0.25], [4, 8, 2])
    np.testing.assert_allclose(field.variances, [2.0, 4.0])
    np.testing.assert_allclose(field.factors, [math.sqrt(0.5)])


def test_what_lets_nothing_through_has_no_slope():
    field = mean_field([np.sign] * 3, [np.zeros_like] * 3, [1.0] * 3, [1] * 4)
    assert math.isnan(field.slope) and field.log10_gradients.tolist() == [-math.inf, -math.inf, 0.0]
    assert math.isnan(of("relu", 2.0, depth=1).slope)


def test_lengths_that_do_not_fit_and_negative_variances_are_errors():
    with pytest.raises(ValueError, match="sizes"):
        mean_field([np.tanh], [np.tanh], [1.0], [4])
    with pytest.raises(ValueError, match="variances"):
        mean_field([np.tanh], [np.tanh], [-1.0], [4, 4])
    with pytest.raises(ValueError, match="variance"):
        mean_square(np.tanh, -1.0)
