"""Mean field: what random weights do to signal and gradient in an infinitely wide network, layer by layer."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Function = Callable[[NDArray[np.float64]], ArrayLike]
"""z [K] -> values [K], elementwise."""

STEP = 1e-3
"""Step of the midpoint rule. Gauss-Hermite needs fewer points for smooth functions, but 100 of its nodes put the jump
of hard_tanh's slope up to 0.095 off; here smooth functions are exact to rounding and a jump is at most 0.0003 off."""

# Beyond nine standard deviations lie 2e-19 of the mass.
_POINTS = np.arange(-9.0 + STEP / 2.0, 9.0, STEP)
_MASSES = STEP * np.exp(-np.square(_POINTS) / 2.0) / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True)
class MeanField:
    """The prediction for the hidden layers l = 1 … L of a network with random weights and zero biases."""

    variances: NDArray[np.float64]
    """q_l: mean square of the pre-activations of each hidden layer, [L]."""
    factors: NDArray[np.float64]
    """Root mean square gradient at layer l over that at layer l + 1, [L - 1]."""

    @property
    def log10_gradients(self) -> NDArray[np.float64]:
        """log10 of g_l / g_L, [L]; 0 for the last layer, minus infinity where nothing arrives."""
        with np.errstate(divide="ignore"):
            steps = np.log10(self.factors)
        return np.concatenate([np.cumsum(steps[::-1])[::-1], [0.0]])

    @property
    def slope(self) -> float:
        """Least-squares slope of log10 g_l against l, in decades a layer; above 0: vanishing; NaN for one layer."""
        decades = self.log10_gradients
        if len(decades) < 2 or not np.isfinite(decades).all():
            return math.nan
        return float(np.polyfit(np.arange(len(decades)), decades, 1)[0])


def mean_square(function: Function, variance: float) -> float:
    """E f(√q z)² for a standard normal z, by the midpoint rule; q >= 0 is the variance.

    Raises:
        ValueError: If the variance is negative or not finite.

    >>> round(mean_square(lambda z: np.maximum(z, 0.0), 2.0), 6)
    1.0
    """
    if not (math.isfinite(variance) and variance >= 0.0):
        raise ValueError(f"variance = {variance}: need a finite number >= 0")
    values = np.asarray(function(math.sqrt(variance) * _POINTS), dtype=np.float64)
    return float(_MASSES @ np.square(values))


def mean_field(
    functions: Sequence[Function], slopes: Sequence[Function], weight_variances: Sequence[float], sizes: Sequence[int]
) -> MeanField:
    """Follow signal and gradient through the hidden layers of a network at initialisation.

    Forward, q_{l+1} = n_l Var(w) E φ(√q_l z)², from inputs with mean square 1; backward, the root mean square gradient
    at layer l is that at l + 1 times √(n_{l+1} Var(w) E φ′(√q_l z)²), which is √(σ_w² E φ′²) for layers of equal width.
    The theory is that of infinite width, independent weights and zero biases. It does not hold for normalisation,
    residual connections, maxout units or dropout, nor once training has begun; for narrow and deep networks single
    draws scatter around it.

    Args:
        functions: φ of each hidden layer, L >= 1.
        slopes: φ′ of each hidden layer.
        weight_variances: Variance of the weights into each hidden layer, [L].
        sizes: Inputs, then units of each hidden layer, [L + 1].

    Raises:
        ValueError: If the lengths do not fit together or a variance is negative.

    Source: Glorot & Bengio (2010); He et al. (2015); Poole et al. (2016); Schoenholz et al. (2017), equations 3 and 7.

    >>> relu, slope = (lambda z: np.maximum(z, 0.0)), (lambda z: (z > 0.0) + 0.0)
    >>> glorot = [2 / (64 + 64)] * 10
    >>> round(mean_field([relu] * 10, [slope] * 10, glorot, [64] * 11).slope, 3)
    0.151
    """
    depth = len(functions)
    if depth < 1 or not len(slopes) == len(weight_variances) == len(sizes) - 1 == depth:
        counts = f"{len(slopes)} slopes, {len(weight_variances)} variances, {len(sizes)} sizes"
        raise ValueError(f"{depth} functions, {counts}")
    if min(weight_variances) < 0.0 or min(sizes) < 1:
        raise ValueError("variances must be >= 0 and sizes >= 1")
    variances = [sizes[0] * weight_variances[0]]
    factors = []
    for layer in range(depth - 1):
        weights = weight_variances[layer + 1]
        factors.append(math.sqrt(sizes[layer + 2] * weights * mean_square(slopes[layer], variances[-1])))
        variances.append(sizes[layer + 1] * weights * mean_square(functions[layer], variances[-1]))
    return MeanField(np.array(variances), np.array(factors))
