"""Mean field of a study's cells, and where it does not hold."""

from dataclasses import replace

import numpy as np
import pytest

from nnjax.network.activations import ACTIVATIONS
from nnjax.network.initializers import INITIALIZERS
from nnjax.report.theory import expected_field, expected_fields, expected_slopes


@pytest.fixture
def setting(space):
    configuration = next(cell.configuration for cell in space.cells if cell.configuration.depth == 3)
    return replace(configuration, activation="relu", initializer="glorot", hidden_layer_sizes=(64,) * 10)


def test_relu_with_glorot_loses_half_a_power_of_two_a_layer(setting):
    assert expected_field(setting, 10).slope == pytest.approx(np.log10(2) / 2, abs=1e-3)
    assert expected_field(replace(setting, initializer="he"), 10).slope == pytest.approx(0, abs=1e-3)
    assert expected_field(replace(setting, initializer_gain=2.0), 10).slope == pytest.approx(-np.log10(2) / 2, abs=1e-3)


FAST = ("relu", "tanh", "prelu", "binary_step")
"""A kink, a bend, a slope that is learnt, and none."""


@pytest.mark.parametrize(
    "name",
    [
        name if name in FAST else pytest.param(name, marks=pytest.mark.slow)
        for name, one in ACTIVATIONS.items()
        if one.structure != "maxout"
    ],
)
def test_every_plain_activation_has_a_field_with_every_initialiser(setting, name):
    for initializer in INITIALIZERS:
        field = expected_field(replace(setting, activation=name, initializer=initializer), 10)
        assert len(field.variances) == 10 and np.isfinite(field.variances).all() and (field.factors >= 0).all()
        assert np.isfinite(field.slope) or name == "binary_step" or initializer == "zeros"


@pytest.mark.parametrize(
    "change",
    [
        {"normalization": "batch"},
        {"residual": 2},
        {"dropout": 0.1},
        {"activation": "maxout"},
        {"hidden_layer_sizes": ()},
    ],
)
def test_where_the_theory_does_not_hold_there_is_none(setting, change):
    assert expected_field(replace(setting, **change), 10) is None


def test_every_cell_of_a_study_has_its_slope(space):
    slopes, fields = expected_slopes(space), expected_fields(space)
    depths = {cell.cell_id: cell.configuration.depth for cell in space.cells}
    assert set(fields) == set(depths)
    assert all(np.isnan(slopes[cell_id]) == (depth == 1) for cell_id, depth in depths.items())
