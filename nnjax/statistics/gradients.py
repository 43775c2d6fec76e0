"""Vanishing gradients: how the gradient signal changes from layer to layer."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def gradient_slope(g: ArrayLike) -> NDArray[np.float64]:
    """Least-squares slope of log10 g_l against the hidden layer l = 1…L; positive: vanishing towards the input.

    Args:
        g: RMS over rows and units of d loss / d z_l, [..., L], input side first, positive.

    Returns:
        Slope per layer, decades, [...]; NaN where L < 2 or a g is 0 or NaN.

    Source: Glorot & Bengio (2010); He et al. (2015).

    Example:
        >>> float(gradient_slope([0.001, 0.01, 0.1]).round(6)), float(gradient_slope([0.1]))
        (1.0, nan)
    """
    log_g = _log10(g)
    n_layers = log_g.shape[-1]
    if n_layers < 2:
        return np.full(log_g.shape[:-1], np.nan)
    layer = np.arange(n_layers) - (n_layers - 1) / 2.0
    return np.asarray(log_g @ (layer / np.sum(layer**2)))


def gradient_ratio(g: ArrayLike) -> NDArray[np.float64]:
    """log10(g_1 / g_L): decades lost from the last hidden layer to the first; below -1 the gradient "vanishes".

    Args:
        g: As in `gradient_slope`, [..., L].

    Returns:
        Decades, [...]; 0 where L = 1; NaN where g_1 or g_L is 0 or NaN.

    Example:
        >>> float(gradient_ratio([0.001, 0.02, 0.1]).round(6))
        -2.0
    """
    log_g = _log10(g)
    return np.asarray(log_g[..., 0] - log_g[..., -1])


def _log10(g: ArrayLike) -> NDArray[np.float64]:
    """log10 of positive numbers; NaN for all others."""
    x = np.asarray(g, dtype=np.float64)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"gradients of shape {x.shape}: need a last axis of hidden layers")
    return np.log10(np.where(x > 0.0, x, np.nan))
