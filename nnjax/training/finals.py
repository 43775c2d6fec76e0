"""The final numbers of a run, computed on the host in float64 from its history and its predictions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatVector = NDArray[np.float64]

# `number_measures` has the three of many runs at once, with other last bits; these stand in the journal.


class Scores(NamedTuple):
    """How well predictions meet targets: r2 (no unit), rmse and mae in the target's own unit."""

    r2: float
    rmse: float
    mae: float


def score(target: NDArray[np.floating], prediction: NDArray[np.floating], weights: FloatVector | None = None) -> Scores:
    """R², root mean squared error and mean absolute error of targets [N], or [N, O], as scikit-learn defines them.

    Several outputs: each number is computed an output and averaged over the outputs, each with the same weight. R² of a
    constant target is 1 where it is met exactly and 0 where not (also where its mean is rounded, which scikit-learn
    overlooks); NaN for fewer than two rows. With weights, in any unit [N], each row counts its own in every mean.

    Raises:
        ValueError: The shapes differ.

    >>> [round(value, 4) for value in score(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))]
    [0.5, 0.5774, 0.3333]
    """
    if np.shape(target) != np.shape(prediction):
        raise ValueError(f"targets {np.shape(target)} and predictions {np.shape(prediction)} differ in shape")
    columns = np.reshape(target, (len(target), -1)).T, np.reshape(prediction, (len(prediction), -1)).T
    outputs = [_score_output(*pair, weights) for pair in zip(*columns, strict=True)]
    return Scores(*np.mean(outputs, axis=0).tolist())


def _score_output(
    target: NDArray[np.floating], prediction: NDArray[np.floating], weights: FloatVector | None
) -> Scores:
    def mean(values: FloatVector) -> float:
        return float(np.mean(values) if weights is None else np.average(values, weights=weights))

    true = np.asarray(target, dtype=np.float64)
    error, spread = true - np.asarray(prediction, dtype=np.float64), true - mean(true)
    is_constant = np.ptp(target) == 0  # the mean of equal numbers is rounded: their spread need not be 0
    mean_square, variance = mean(error**2), 0.0 if is_constant else mean(spread**2)
    return Scores(_r2(mean_square, variance, len(error)), mean_square**0.5, mean(np.abs(error)))


def _r2(mean_square: float, variance: float, n: int) -> float:
    if n < 2:
        return float("nan")
    if variance == 0:
        return float(mean_square == 0)
    return 1.0 - mean_square / variance


def gradient_slope(gradient_norms: NDArray[np.floating]) -> FloatVector:
    """Slope of log₁₀ g_l [L, …] against the hidden layer l = 1 … L: above zero, gradients vanish towards the input.

    NaN for fewer than two hidden layers and where a g_l is zero or not finite.

    >>> float(gradient_slope(np.array([1e-3, 1e-2, 1e-1])).round(6))
    1.0
    """
    layers = len(gradient_norms)
    if layers < 2:
        return np.full(np.shape(gradient_norms)[1:], np.nan)
    position = np.arange(layers) - (layers - 1) / 2
    return np.tensordot(position / np.sum(position**2), _logarithm(gradient_norms), axes=1)


def gradient_ratio(gradient_norms: NDArray[np.floating]) -> FloatVector:
    """G = log₁₀(g_1 / g_L) of g_l [L, …]: below −1 the gradient vanishes, first against last hidden layer.

    NaN for fewer than two hidden layers.
    """
    if len(gradient_norms) < 2:
        return np.full(np.shape(gradient_norms)[1:], np.nan)
    ends: FloatVector = _logarithm(gradient_norms[0]) - _logarithm(gradient_norms[-1])
    return ends


def _logarithm(gradient_norms: NDArray[np.floating]) -> FloatVector:
    norms = np.asarray(gradient_norms, dtype=np.float64)
    return np.log10(np.where((norms > 0) & np.isfinite(norms), norms, np.nan))


def early_median(values: FloatVector, epochs: int) -> float:
    """Median over the first tenth of the training, epochs 1 … ⌈E/10⌉, of values [E + 1] whose index is the epoch."""
    early = values[1 : 1 + -(-epochs // 10)]
    known = early[np.isfinite(early)]
    return float(np.median(known)) if len(known) else float("nan")


def first_bad_epoch(*curves: NDArray[np.floating]) -> int:
    """First epoch at which a loss is not finite; −1 if there is none.

    >>> first_bad_epoch(np.array([1.0, 0.5, np.inf, np.nan]))
    2
    """
    bad = ~np.all([np.isfinite(curve) for curve in curves], axis=0)
    return int(np.argmax(bad)) if bad.any() else -1


class StoppedAt(NamedTuple):
    """Where early stopping ends a training, and the epoch whose parameters it keeps (−1: none, every loss NaN)."""

    stop_epoch: int
    best_epoch: int


def stopped_epoch(validation_loss: NDArray[np.floating], patience: int) -> StoppedAt:
    """Early stopping as a rule on the recorded curve, so that one training answers every patience.

    Training stops at the first epoch at which the lowest validation loss has not been improved for `patience` epochs,
    otherwise at the last one. A longer patience never stops earlier and never keeps a worse epoch. The network as
    initialised, epoch 0, is no candidate; a loss that is not finite improves nothing. From a patience of E on, training
    runs to its end. Of losses [E + 1] that tie, the first is the lowest.

    Raises:
        ValueError: The patience is below 1, or there is no epoch.

    Source: Prechelt 1998, Early stopping - but when?; the rule by patience as Goodfellow et al. 2016, algorithm 7.1.

    >>> curve = np.array([9.0, 5.0, 4.0, 4.5, 4.2, 3.0])
    >>> stopped_epoch(curve, patience=2), stopped_epoch(curve, patience=3)
    (StoppedAt(stop_epoch=4, best_epoch=2), StoppedAt(stop_epoch=5, best_epoch=5))
    """
    losses = np.asarray(validation_loss, dtype=np.float64)
    if patience < 1 or len(losses) < 2:
        raise ValueError(f"a patience of {patience} over {len(losses) - 1} epochs stops nothing: both are at least 1")
    candidates = np.where(np.isfinite(losses), losses, np.inf)
    candidates[0] = np.inf
    stop = _stop(candidates.tolist(), patience)
    best = int(np.argmin(candidates[: stop + 1]))
    return StoppedAt(stop, best if best > 0 else -1)


def _stop(losses: list[float], patience: int) -> int:
    improved, lowest = 0, losses[0]
    for epoch, loss in enumerate(losses):
        if loss < lowest:
            improved, lowest = epoch, loss
        elif epoch - improved >= patience:
            return epoch
    return len(losses) - 1
