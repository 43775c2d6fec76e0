"""A peer that keeps us honest: the same training, many runs stacked in float32 NumPy, by hand; ReLU and Adam."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def train_stacked(
    layers: list[tuple[Array, Array]], x: Array, y: Array, examples: NDArray[np.int32], weights: Array, l2: float
) -> list[tuple[Array, Array]]:
    """Train R networks at once, one batched matrix product a layer; no diagnostics at all.

    Args:
        layers: (weights [R, fan_in, fan_out], bias [R, 1, fan_out]) a layer.
        x: [R, N, D]
        y: [R, N, 1]
        examples: [R, epochs, steps, batch]
        weights: [steps, batch], one over the number of real examples, zero for padding.
        l2: Coupled penalty.
    """
    flat = [array for layer in layers for array in layer]
    means = [np.zeros_like(array) for array in flat]
    squares = [np.zeros_like(array) for array in flat]
    runs = np.arange(len(x))[:, None]
    step = 0
    for epoch in range(examples.shape[1]):
        for batch, weight in enumerate(weights):
            step += 1
            rows = examples[:, epoch, batch]
            gradients = _gradients(flat, x[runs, rows], y[runs, rows], weight[None, :, None], l2)
            _adam(flat, gradients, means, squares, step)
    return list(zip(flat[::2], flat[1::2], strict=True))


def _gradients(flat: list[Array], x: Array, y: Array, weight: Array, l2: float) -> list[Array]:
    signals = [x]
    for matrix, bias in zip(flat[:-2:2], flat[1:-2:2], strict=True):
        signals.append(np.maximum(signals[-1] @ matrix + bias, 0))
    delta = (signals[-1] @ flat[-2] + flat[-1] - y) * weight
    gradients: list[Array] = []
    for layer in range(len(flat) // 2 - 1, -1, -1):
        matrix = flat[2 * layer]
        gradients[:0] = [signals[layer].transpose(0, 2, 1) @ delta + l2 * matrix, delta.sum(axis=1, keepdims=True)]
        if layer:
            delta = (delta @ matrix.transpose(0, 2, 1)) * (signals[layer] > 0)
    return gradients


def _adam(flat: list[Array], gradients: list[Array], means: list[Array], squares: list[Array], step: int) -> None:
    rate = np.float32(1e-3 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step))
    for array, gradient, mean, square in zip(flat, gradients, means, squares, strict=True):
        np.multiply(mean, np.float32(0.9), out=mean)
        np.add(mean, np.float32(0.1) * gradient, out=mean)
        np.multiply(square, np.float32(0.999), out=square)
        np.add(square, np.float32(0.001) * gradient * gradient, out=square)
        np.subtract(array, rate * mean / (np.sqrt(square) + np.float32(1e-8)), out=array)
