"""Weights as plain arrays in an estimator, and back."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnjax.estimators.fitted_weights import moments_of, parameters_of, weight_attributes
from nnjax.network.architecture import Architecture
from nnjax.network.mlp import init
from nnjax.network.normalization import Moments

ARCHITECTURES = [
    Architecture((3, 4, 1)),
    Architecture((3, 4, 4, 2), ("prelu_unit", "elementwise"), normalization="batch"),
    Architecture((3, 4, 1), ("maxout",), maxout_pieces=3, normalization="layer"),
    Architecture((3, 1)),
]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_come_back_to_the_bit(architecture, dtype):
    parameters = init(np.random.default_rng(0), architecture, "glorot")
    moments = tuple(Moments(layer.bias + 1, layer.bias + 2) for layer in parameters[:-1])
    moments = moments if architecture.normalization == "batch" else ()
    attributes = weight_attributes(parameters, moments, dtype)
    arrays = [array for values in attributes.values() for array in values]
    assert all(type(array) is np.ndarray and array.dtype == dtype for array in arrays)
    estimator = SimpleNamespace(**attributes)
    for before, after in zip(parameters, parameters_of(estimator), strict=True):
        for given, found in zip(before, after, strict=True):
            assert (given is None and found is None) or np.array_equal(given, found)
    back = moments_of(estimator)
    assert len(back) == len(moments)
    assert all(np.array_equal(*pair) for pair in zip(np.ravel(moments), np.ravel(back), strict=True))
