"""The order in which a run sees its examples: reshuffled every epoch, the last partial mini-batch kept."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Order(NamedTuple):
    """Which example comes when.

    Attributes:
        examples: Row of the training part [epochs, steps, batch], int32; padding repeats row 0.
        weights: What an example counts in its mini-batch's mean [steps, batch], float32: one over the number of
            examples in the batch, zero for padding.
    """

    examples: NDArray[np.int32]
    weights: NDArray[np.float32]


def batch_weights(n_train: int, batch_size: int) -> NDArray[np.float32]:
    """Weights [steps, batch] that turn a sum over a padded mini-batch into the mean over its real examples.

    >>> batch_weights(5, 2).tolist()
    [[0.5, 0.5], [0.5, 0.5], [1.0, 0.0]]
    """
    steps = -(-n_train // batch_size)
    real = (np.arange(steps * batch_size) < n_train).reshape(steps, batch_size)
    weights: NDArray[np.float32] = (real / real.sum(axis=1, keepdims=True)).astype(np.float32)
    return weights


def draw_order(generator: np.random.Generator, n_train: int, batch_size: int, epochs: int) -> Order:
    """Shuffle the training rows anew for every epoch.

    The permutations depend on the stream and n_train only: two batch sizes see the same sequence of examples.

    >>> order = draw_order(np.random.default_rng(0), 5, 2, epochs=3)
    >>> order.examples.shape, sorted(order.examples[1].ravel()[:5].tolist())
    ((3, 3, 2), [0, 1, 2, 3, 4])
    """
    rows = np.tile(np.arange(n_train, dtype=np.int32), (epochs, 1))
    generator.permuted(rows, axis=1, out=rows)
    steps = -(-n_train // batch_size)
    # Whatever the last batch lacks is row 0, at weight zero.
    padded = np.zeros((epochs, steps * batch_size), dtype=np.int32)
    padded[:, :n_train] = rows
    return Order(padded.reshape(epochs, steps, batch_size), batch_weights(n_train, batch_size))
