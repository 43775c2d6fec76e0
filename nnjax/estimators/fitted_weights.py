"""A network's weights as an estimator shows and stores them: plain arrays in lists, in the dtype of its X."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nnjax.estimators.features import as_float32

if TYPE_CHECKING:
    from nnjax.network.mlp import Parameters

OPTIONAL_WEIGHTS = {"scale": "scales_", "negative_slope": "negative_slopes_"}
"""Field of a layer that not every one has -> the attribute with those of the hidden layers."""

RUNNING_MOMENTS = ("running_means_", "running_variances_")
"""What batch normalisation predicts by."""


def weight_attributes(parameters: "Parameters", moments: tuple[Any, ...], dtype: DTypeLike) -> dict[str, Any]:
    """Attribute -> its arrays, one a layer; those of what the network has."""
    attributes = {
        "coefs_": [_plain(layer.weights, dtype) for layer in parameters],
        "intercepts_": [_plain(layer.bias, dtype) for layer in parameters],
    }
    for field, name in OPTIONAL_WEIGHTS.items():
        values = [getattr(layer, field) for layer in parameters[:-1]]
        if any(value is not None for value in values):
            attributes[name] = [np.zeros(0, dtype) if value is None else _plain(value, dtype) for value in values]
    if moments:
        means, variances = zip(*moments, strict=True)
        attributes |= {
            name: [_plain(value, dtype) for value in values]
            for name, values in zip(RUNNING_MOMENTS, (means, variances), strict=True)
        }
    return attributes


def parameters_of(estimator: Any) -> "Parameters":
    """The weights as the engine takes them, from the attributes of a fitted estimator."""
    from nnjax.network.mlp import Layer

    hidden = len(estimator.coefs_) - 1
    optional = {field: getattr(estimator, name, None) or [None] * hidden for field, name in OPTIONAL_WEIGHTS.items()}
    layers = []
    for number, (weights, bias) in enumerate(zip(estimator.coefs_, estimator.intercepts_, strict=True)):
        extra: dict[str, Any] = {
            field: as_float32(values[number])
            for field, values in optional.items()
            if number < hidden and values[number] is not None and len(values[number])
        }
        dense: Any = as_float32(weights), as_float32(bias)
        layers.append(Layer(*dense, **extra))
    return tuple(layers)


def moments_of(estimator: Any) -> tuple[Any, ...]:
    """What batch normalisation predicts by, one a hidden layer; empty without."""
    if not hasattr(estimator, RUNNING_MOMENTS[0]):
        return ()
    from nnjax.network.normalization import Moments

    pairs = zip(*(getattr(estimator, name) for name in RUNNING_MOMENTS), strict=True)
    arrays: Any = [[as_float32(value) for value in pair] for pair in pairs]
    return tuple(Moments(*pair) for pair in arrays)


def _plain(value: Any, dtype: DTypeLike) -> NDArray[Any]:
    return np.array(value, dtype=dtype)
