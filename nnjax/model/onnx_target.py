"""The way back of a prediction to the target's own unit, in float64, as nodes of an ONNX graph."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from nnjax.data.target_scale import FARTHEST_BACK
from nnjax.model.onnx_nodes import OnnxNodes

_SMALL = 1e-5
"""Below it three terms of the exponential's series are exact, and e^v − 1 has lost five digits."""

_NEAR_BOUND = 1e-7
"""A place on the curve this near to 0 or 1 is the least or the largest target, as scikit-learn has it."""

_FARTHEST_PLACE = 5.5
"""Standard deviations, beyond which a place is 0 or 1 by `_NEAR_BOUND`."""

_LEAST_T = 2 / (2 + _FARTHEST_PLACE * 0.5**0.5)
_TERMS = 20
"""Of the polynomial, whose error is below float64's last places."""


def in_own_unit(nodes: OnnxNodes, values: str, preparation: Mapping[str, Any]) -> str:
    """What the networks predict [members, N, outputs], as the table has the target."""
    scale, mean = (nodes.constant(np.array(preparation[name], np.float64), name) for name in ("y_scale", "y_mean"))
    values, curve = nodes.chain(values, ("Mul", scale), ("Add", mean)), preparation["target_curve"]
    if curve is None:
        return values
    turned = _exponential_less_one(nodes, values) if "log" in curve else _from_places(nodes, values, curve)
    return nodes("Clip", turned, nodes.number(-FARTHEST_BACK, np.float64), nodes.number(FARTHEST_BACK, np.float64))


def _exponential_less_one(nodes: OnnxNodes, values: str) -> str:
    one, half, third = (nodes.number(value, np.float64) for value in (1, 1 / 2, 1 / 3))
    inner = nodes.chain(values, ("Mul", third), ("Add", one), ("Mul", values), ("Mul", half), ("Add", one))
    near, far = nodes("Mul", inner, values), nodes("Sub", nodes("Exp", values), one)
    return nodes("Where", nodes("Less", nodes("Abs", values), nodes.number(_SMALL, np.float64)), near, far)


def _from_places(nodes: OnnxNodes, values: str, curve: Mapping[str, Any]) -> str:
    """Each target's quantile at the place that a value has on the normal curve, straight between two that are known."""
    places, turned = _normal_distribution(nodes, values), []
    for target, quantiles in enumerate(curve["quantiles"]):
        place = nodes("Gather", places, nodes.constant(np.array([target])), axis=2)
        turned.append(_interpolated(nodes, place, np.array(quantiles), np.array(curve["references"])))
    return turned[0] if len(turned) == 1 else nodes("Concat", *turned, axis=2)


def _interpolated(nodes: OnnxNodes, place: str, quantiles: Any, references: Any) -> str:
    steps = len(references) - 1
    assert np.allclose(references, np.linspace(0, 1, steps + 1), rtol=0, atol=1e-12), "references are even"
    number = nodes.cast(nodes("Mul", place, nodes.number(steps, np.float64)), np.int64)
    number = nodes("Min", nodes("Max", number, nodes.constant(np.array(0))), nodes.constant(np.array(steps - 1)))
    slopes = np.diff(quantiles) / np.diff(references)
    slope, start, least = (nodes("Gather", nodes.constant(each), number) for each in (slopes, references, quantiles))
    between = nodes("Add", nodes("Mul", nodes("Sub", place, start), slope), least)
    for operation, bound, end in (("Less", _NEAR_BOUND, 0), ("Greater", 1 - _NEAR_BOUND, -1)):
        is_beyond = nodes(operation, place, nodes.number(bound, np.float64))
        between = nodes("Where", is_beyond, nodes.number(quantiles[end], np.float64), between)
    return between


def _normal_distribution(nodes: OnnxNodes, values: str) -> str:
    """Φ of values, to 1e-14: ONNX Runtime has the error function of float32 only.

    Below 0 it is t e^(P(t) − z²) / 2 with z = |v| / √2, t = 2 / (2 + z) and a polynomial P; above, 1 less that.
    """

    def number(value: float) -> str:
        return nodes.number(value, np.float64)

    cut = nodes("Clip", values, number(-_FARTHEST_PLACE), number(_FARTHEST_PLACE))
    z = nodes("Mul", nodes("Abs", cut), number(0.5**0.5))
    t = nodes("Div", number(2), nodes("Add", z, number(2)))
    middle, coefficients = (1 + _LEAST_T) / 2, _tail_polynomial()
    mapped = nodes.chain(t, ("Sub", number(middle)), ("Div", number(1 - middle)))
    exponent = number(coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        exponent = nodes.chain(exponent, ("Mul", mapped), ("Add", number(coefficient)))
    exponential = nodes("Exp", nodes("Sub", exponent, nodes("Mul", z, z)))
    tail = nodes.chain(exponential, ("Mul", t), ("Mul", number(0.5)))
    return nodes("Where", nodes("Less", values, number(0)), tail, nodes("Sub", number(1), tail))


def _tail_polynomial() -> list[float]:
    """Coefficients of P(t), by rising power of t mapped to [-1, 1]: the polynomial through Chebyshev's points."""
    mapped = chebyshev.chebpts1(_TERMS + 1)
    t = (1 + _LEAST_T) / 2 + mapped * (1 - _LEAST_T) / 2
    z = 2 / t - 2
    exact = np.array([math.log(math.erfc(each)) for each in z]) + z * z - np.log(t)
    # At these points the polynomials are orthogonal, so nothing has to be solved.
    products = chebyshev.chebvander(mapped, _TERMS).T @ exact * 2 / len(mapped)
    products[0] /= 2
    coefficients: list[float] = chebyshev.cheb2poly(products).tolist()
    return coefficients
