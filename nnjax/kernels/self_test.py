"""A little training by a library's operations, held against what JAX makes of it, before the library is believed.

It is a process of its own, and has no jax: what jax makes of it was written down (`tests/kernels/test_self_test.py`
does so, and sees that it still holds). Widths are multiples of a vector, and not; batches large and small; all of
Adam's numbers count, and every activation has its turn in both layers.
"""

import ctypes
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.call_frame import call_by_hand

WRITTEN_DOWN = Path(__file__).with_name("self_test.json")
"""Activations of both layers -> quantity -> its `summary`, by JAX."""

RUNS, EVALUATED_ROWS = 2, 5
BATCHES = (19, 5, 1)
"""Rows of each step: the first ones of those that there are."""

UNITS = (6, 35, 32, 3)
"""Features, two hidden layers, outputs."""

TOLERANCE = 3e-5
"""What numbers of a summary may differ by, as a share of the first: rounding makes up to 2e-6 of it."""

_Floats = NDArray[np.float32]


class Beginning(NamedTuple):
    """What a training starts from, all runs at once [R, …]; a leading axis of 1 is shared by the runs.

    Attributes:
        x: Features of the rows that are trained on.
        y: What their logits are drawn to: the loss is half the mean squared difference, summed over outputs.
        evaluated: Features of other rows.
        row_weights: What these count, together one.
        slope_limits: The slope at or below which a unit counts as saturated.
        constants: The activations' numbers.
        leaves: Weights and bias in turns, a layer.
    """

    x: _Floats
    y: _Floats
    evaluated: _Floats
    row_weights: _Floats
    slope_limits: _Floats
    constants: _Floats
    leaves: tuple[_Floats, ...]


Quantities = Mapping[str, Sequence[NDArray[Any]]]
"""What was computed -> arrays, in the order in which it was."""


def main(path: str) -> None:
    """Say what is wrong with the library at a path; nothing if nothing is."""
    library = ctypes.CDLL(path)
    if failure := find_failure(lambda names: train_by_hand(library, names)):
        print(failure)


def find_failure(train_one: Callable[[Sequence[str]], Quantities]) -> str:
    """What a way to train, given its layers' activations, computes otherwise than JAX; "" if nothing."""
    written = json.loads(WRITTEN_DOWN.read_text("utf-8"))
    for names in activation_pairs():
        told = written[" ".join(names)]
        for what, arrays in train_one(names).items():
            error = np.max(np.abs(np.subtract(summary(arrays), told[what]))) / (told[what][0] or 1.0)
            if not error <= TOLERANCE:
                return f"{what} with {' and '.join(names)} are off by {error:.1e}"
    return ""


def activation_pairs() -> Iterator[tuple[str, str]]:
    """Activations of the two layers: each is once in either."""
    names = sorted(ACTIVATION_CODES)
    yield from pairwise([*names, names[0]])


def summary(arrays: Sequence[NDArray[Any]]) -> list[float]:
    """Norm of all numbers, and four sums of them with signs that look drawn: a wrong number moves all five.

    >>> summary([np.array([3.0]), np.array([4.0])])[0]
    5.0
    """
    numbers = np.concatenate([np.ravel(array) for array in arrays]).astype(np.float64)
    places = np.arange(1, 1 + numbers.size, dtype=np.uint64)
    signs = [1.0 - 2.0 * ((places * odd) >> np.uint64(63)) for odd in _ODD]
    return [float(np.sqrt(np.sum(np.square(numbers)))), *(float(np.sum(sign * numbers)) for sign in signs)]


_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)


def beginning() -> Beginning:
    """Numbers that look drawn, and are the same whatever NumPy's generators; none is zero or large."""
    x, y = _waves(RUNS, max(BATCHES), UNITS[0]), _waves(RUNS, max(BATCHES), UNITS[-1], phase=1)
    leaves: list[_Floats] = []
    for layer, (before, after) in enumerate(pairwise(UNITS)):
        weights = _waves(RUNS, before, after, phase=2 + layer) * np.float32(2 / np.sqrt(before))
        leaves += [weights, _waves(RUNS, after, phase=5 + layer)]
    return Beginning(
        x,
        y,
        evaluated=_waves(1, EVALUATED_ROWS, UNITS[0], phase=8),
        row_weights=np.arange(EVALUATED_ROWS, dtype=np.float32)[None] / np.float32(10),
        slope_limits=np.array([[0.3, 0.2]], np.float32),
        constants=np.array([[0.1, 0.7]], np.float32),
        leaves=tuple(leaves),
    )


def _waves(*shape: int, phase: float = 0.0) -> _Floats:
    numbers = 1.4 * np.sin(phase + 0.7 * np.square(np.arange(np.prod(shape))))
    return numbers.reshape(shape).astype(np.float32)


def adam_numbers(step: int) -> _Floats:
    """Adam's eight numbers of a step, which counts from 1 [R, 8]: each has its say."""
    mean_decay, square_decay = 0.8, 0.9
    square_scale, epsilon, l2, gradient_scale, decay = 1 / (1 - square_decay**step), 0.03, 0.1, 0.5, 0.02
    rest = (mean_decay, square_decay, square_scale, epsilon, l2, gradient_scale, decay)
    return np.array([(rate / (1 - mean_decay**step), *rest) for rate in (0.1, 0.03)], np.float32)


def train_by_hand(library: ctypes.CDLL, names: Sequence[str]) -> Quantities:
    """Train all runs for some steps by the operations of a library, and look at them by each that there is."""
    given, codes = beginning(), np.array([[ACTIVATION_CODES[name] for name in names]], np.int32)
    first = (codes, given.constants)
    leaves = [leaf.copy() for leaf in given.leaves]
    moments = [np.zeros_like(leaf) for leaf in leaves], [np.zeros_like(leaf) for leaf in leaves]
    steps = []
    for step, rows in enumerate(BATCHES, start=1):
        x, y = (np.ascontiguousarray(each[:, :rows]) for each in (given.x, given.y))
        logits, *hidden = _forward(library, x, first, leaves)
        gradients, squares = _backward(library, [x, *first, (logits - y) / np.float32(rows)], leaves, hidden)
        squares.append(_empty(RUNS, len(leaves) // 2))
        steps.append({"logits": [logits], "slopes": hidden[2::3], "gradients": gradients, "sums of squares": squares})
        each = [array for group in zip(leaves, *moments, strict=True) for array in group]
        behind = [array for leaf in zip(leaves, *moments, gradients, strict=True) for array in leaf]
        call_by_hand(library.nnjax_adam_step, [adam_numbers(step), *behind], [*each, squares[-1]])
    shape = (RUNS, EVALUATED_ROWS, UNITS[-1])
    evaluated, units, predicted = _empty(*shape), _empty(RUNS, 3, len(names)), _empty(*shape)
    more = [given.row_weights, given.slope_limits]
    call_by_hand(library.nnjax_stack_evaluate, [given.evaluated, *first, *more, *leaves], [evaluated, units])
    call_by_hand(library.nnjax_stack_predict, [given.evaluated, *first, *leaves], [predicted])
    # Of the first step: those that follow are of other parameters, if Adam is wrong.
    return steps[0] | {
        "parameters": leaves,
        "moments": [moment.copy() for group in moments for moment in group],
        "evaluations": [evaluated, units],
        "predictions": [predicted],
        "updates": _updates(library, leaves, moments),
    }


def _empty(*shape: int) -> _Floats:
    """Of no number: what is not written is found."""
    return np.full(shape, np.nan, np.float32)


def _forward(
    library: ctypes.CDLL, x: _Floats, first: tuple[NDArray[np.int32], _Floats], leaves: Sequence[_Floats]
) -> list[_Floats]:
    """Logits, then activations, slopes and largest slopes a hidden layer."""
    rows = x.shape[1]
    results = [_empty(RUNS, rows, UNITS[-1])]
    for units in UNITS[1:-1]:
        results += [_empty(RUNS, rows, units), _empty(RUNS, rows, units), _empty(RUNS, units)]
    call_by_hand(library.nnjax_stack_forward, [x, *first, *leaves], results)
    return results


def _backward(
    library: ctypes.CDLL, first: Sequence[NDArray[Any]], leaves: Sequence[_Floats], hidden: Sequence[_Floats]
) -> tuple[list[_Floats], list[_Floats]]:
    """Gradients by all leaves, and the sums of squares, by weights and by pre-activations."""
    arguments, depth = [*first], len(UNITS) - 2
    for layer in range(depth):
        arguments += [leaves[2 * layer], hidden[3 * layer], hidden[3 * layer + 1]]
    gradients = [_empty(*leaf.shape) for leaf in leaves]
    squares = [_empty(RUNS, depth + 1), _empty(RUNS, depth)]
    call_by_hand(library.nnjax_stack_backward, [*arguments, leaves[-2]], [*gradients, *squares])
    return gradients, squares


def _updates(library: ctypes.CDLL, gradients: Sequence[_Floats], moments: tuple[list[_Floats], list[_Floats]]) -> Any:
    """Of one more step, whose gradients are the parameters; with the moments behind it, which are written over."""
    updates = [_empty(*leaf.shape) for leaf in gradients]
    arguments = [array for group in zip(*moments, gradients, strict=True) for array in group]
    results = [array for group in zip(updates, *moments, strict=True) for array in group]
    call_by_hand(library.nnjax_adam_update, [adam_numbers(len(BATCHES) + 1), *arguments], results)
    return [*updates, *moments[0], *moments[1]]


if __name__ == "__main__":
    main(sys.argv[1])
