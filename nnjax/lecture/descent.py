"""Gradient descent with the gradients by hand: one example at a time, mini-batches, or the full batch."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from nnjax.lecture.backpropagation import Network, mean_loss, propagate_backward
from nnjax.lecture.weights import Apart


@dataclass(frozen=True)
class Descent:
    """How to descend.

    Attributes:
        epochs: Passes over the training examples at most, ≥ 1.
        batch_size: Examples an update, K: 1 is stochastic gradient descent, N (or None) the full batch. The last batch
            of an epoch may be smaller; an update takes the mean over its own examples.
        learning_rate: η, or a function η(t) of the number t of updates done before.
        l2: α: the loss gains α/2·‖W‖², biases not counted.
        tolerance: Stop when no weight changed by more than this over an epoch; 0: never.
    """

    epochs: int
    batch_size: int | None = None
    learning_rate: float | Callable[[int], float] = 0.1
    l2: float = 0.0
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what cannot descend."""
        if self.epochs < 1 or (self.batch_size is not None and self.batch_size < 1):
            raise ValueError(f"epochs = {self.epochs}, batch_size = {self.batch_size}: need at least 1")
        if self.l2 < 0.0 or self.tolerance < 0.0:
            raise ValueError(f"l2 = {self.l2}, tolerance = {self.tolerance}: need numbers >= 0")

    def rate(self, update: int) -> float:
        """η(t) before update number `update`, from 0."""
        return self.learning_rate(update) if callable(self.learning_rate) else self.learning_rate


class DescentOutcome(Enum):
    """How a training ended; the value is the sentence for people."""

    SETTLED = "the weights hardly changed over a pass through the training set"
    EPOCH_LIMIT = "the epochs were used up"
    DIVERGED = "the loss became infinite or NaN"


class DescentRun(NamedTuple):
    """A training. E epochs.

    Attributes:
        parameters: The final weights, biases apart.
        losses: Mean loss of the training examples, without the penalty, at the start and after every epoch, [E + 1].
        updates: Changes of the weights.
    """

    parameters: Apart
    outcome: DescentOutcome
    losses: Float[np.ndarray, " E+1"]
    updates: int


def update(parameters: Apart, gradient: Apart, learning_rate: float, l2: float = 0.0) -> Apart:
    """One step: w ← w − η(α ∂R/∂w + ∂Loss/∂w) with R = ½‖W‖², so that α ∂R/∂w = αw; biases without the α.

    The slide's bracket puts the penalty into Loss as well; it counts once: the gradient is ∂Loss/∂w without it.

    Source: the lecture's slide on regularisation.

    >>> before, slope = Apart((np.ones((1, 1)),), (np.ones(1),)), Apart((np.ones((1, 1)),), (np.ones(1),))
    >>> update(before, slope, learning_rate=0.25, l2=1.0)
    Apart(weights=(array([[0.5]]),), biases=(array([0.75]),))
    """
    weights = tuple(w - learning_rate * (l2 * w + g) for w, g in zip(parameters.weights, gradient.weights, strict=True))
    biases = tuple(b - learning_rate * g for b, g in zip(parameters.biases, gradient.biases, strict=True))
    return Apart(weights, biases)


def train(
    parameters: Apart,
    x: Float[np.ndarray, "N D"],
    y: Float[np.ndarray, "N I"],
    network: Network,
    descent: Descent,
    generator: np.random.Generator,
) -> DescentRun:
    """Train by gradient descent; an epoch is one pass over all examples, shuffled anew.

    The weights of a diverged run are those after the epoch in which it diverged.

    Source: the lecture's slides on the backprop algorithm and on stochastic gradient descent.

    >>> x, y = np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]])
    >>> start = Apart((np.zeros((1, 1)),), (np.zeros(1),))
    >>> run = train(start, x, y, Network(output="identity"), Descent(500, batch_size=1), np.random.default_rng(0))
    >>> run.parameters.weights[0].round(3).tolist(), run.parameters.biases[0].round(3).tolist(), run.updates
    ([[2.0]], [1.0], 1000)
    """
    batch_size = descent.batch_size or len(x)
    losses, updates, outcome = [mean_loss(parameters, x, y, network)], 0, DescentOutcome.EPOCH_LIMIT
    for _ in range(descent.epochs):
        before, order = parameters, generator.permutation(len(x))
        with np.errstate(over="ignore", invalid="ignore"):
            for first in range(0, len(x), batch_size):
                rows = order[first : first + batch_size]
                gradient = propagate_backward(parameters, x[rows], y[rows], network).gradient
                parameters = update(parameters, gradient, descent.rate(updates), descent.l2)
                updates += 1
            losses.append(mean_loss(parameters, x, y, network))
        if not np.isfinite(losses[-1]):
            outcome = DescentOutcome.DIVERGED
            break
        if _largest_change(before, parameters) < descent.tolerance:
            outcome = DescentOutcome.SETTLED
            break
    return DescentRun(parameters, outcome, np.array(losses), updates)


def _largest_change(before: Apart, after: Apart) -> float:
    pairs = zip((*before.weights, *before.biases), (*after.weights, *after.biases), strict=True)
    return max(float(np.abs(new - old).max()) for old, new in pairs)
