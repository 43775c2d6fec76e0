"""Polynomial features: products of the inputs up to a degree, so that a linear model can draw curves."""

from collections.abc import Sequence
from itertools import combinations_with_replacement
from math import comb

import numpy as np
from numpy.typing import NDArray

from nnjax.data.autologging import without_autologging

HIGHEST_DEGREE = 5
MOST_FEATURES = 5000
MOST_NUMBERS = 20_000_000
"""More columns, or rows times columns, are refused: 160 megabytes of float64."""


def count_polynomial_features(n_features: int, degree: int) -> int:
    """Number of products of 1 to `degree` inputs, repetition allowed: (D + d over d) − 1.

    >>> count_polynomial_features(2, 2)
    5
    """
    return comb(n_features + degree, degree) - 1


def form_polynomial(
    features: NDArray[np.float64], names: tuple[str, ...], degree: int
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """All products of up to `degree` inputs [N, D], without the constant, which a bias is.

    Degree 1 returns what came in.

    Returns:
        Columns ordered by degree, the inputs themselves first, and their names, such as "x1", "x1^2", "x1 x2".

    Source: the lecture's slide on non-linear boundaries; scikit-learn's PolynomialFeatures.

    >>> form_polynomial(np.array([[2.0, 3.0]]), ("x1", "x2"), 2)
    (array([[2., 3., 4., 6., 9.]]), ('x1', 'x2', 'x1^2', 'x1 x2', 'x2^2'))
    """
    if degree == 1:
        return features, names
    from sklearn.preprocessing import PolynomialFeatures  # here: its import takes seconds

    products = PolynomialFeatures(degree, include_bias=False)
    with without_autologging():
        columns: NDArray[np.float64] = products.fit_transform(features)
    return columns, tuple(str(name) for name in products.get_feature_names_out(list(names)))


def product_rounding(rounding: Sequence[int], degree: int) -> tuple[int, ...]:
    """How far apart rounding alone may bring the columns of `form_polynomial`: as far as it brings all their factors.

    In units in the last place, one number an input, then one a product; doubled where there are several factors, since
    a product's last place may be worth half as much, beside its size, as its factors'.

    >>> product_rounding((64, 0), 2)
    (64, 0, 256, 128, 0)
    """
    terms = polynomial_terms(len(rounding), degree)
    return tuple(sum(rounding[place] for place in term) * (2 if len(term) > 1 else 1) for term in terms)


def polynomial_terms(n_features: int, degree: int) -> list[tuple[int, ...]]:
    """The inputs, from 0, that each column of `form_polynomial` is the product of.

    >>> polynomial_terms(2, 2)
    [(0,), (1,), (0, 0), (0, 1), (1, 1)]
    """
    sizes = range(1, degree + 1)
    return [term for size in sizes for term in combinations_with_replacement(range(n_features), size)]
