"""A little training by a library's operations, held against what JAX makes of it, before the library is believed.

It is a process of its own, and has no jax: what jax makes of it was written down (`tests/kernels/test_self_test.py`
does so, and sees that it still holds). Widths are multiples of a vector, and not; outputs one and more; batches small,
large, and larger than what goes through a layer together; all of Adam's numbers count.
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
"""Name of a training -> quantity -> its `summary`, by JAX."""

RUNS = 2

TOLERANCE = 3e-5
"""What numbers of a summary may differ by, as a share of the first: rounding makes up to 2e-6 of it."""

_Floats = NDArray[np.float32]


class Training(NamedTuple):
    """What is trained.

    Attributes:
        activations: One a hidden layer.
        units: Features, hidden layers, outputs.
        batches: Rows of each step: the first ones of those that there are.
        evaluated: Rows that are not trained on.
    """

    activations: tuple[str, ...]
    units: tuple[int, ...] = (6, 35, 32, 3)
    batches: tuple[int, ...] = (19, 12, 5, 1)
    evaluated: int = 5

    @property
    def name(self) -> str:
        """Layers and activations.

        >>> Training(("tanh", "relu")).name
        '6-35-32-3 tanh relu'
        """
        return " ".join(["-".join(map(str, self.units)), *self.activations])


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
    """Print what is wrong with the library at a path, as `choice.VERDICT` says."""
    library = ctypes.CDLL(path)
    print("self-test:", find_failure(lambda training: train_by_hand(library, training)))


def find_failure(train_one: Callable[[Training], Quantities]) -> str:
    """What a way to train computes otherwise than JAX; "" if nothing."""
    written = json.loads(WRITTEN_DOWN.read_text("utf-8"))
    for training in trainings():
        told = written[training.name]
        for what, arrays in train_one(training).items():
            error = np.max(np.abs(np.subtract(summary(arrays), told[what]))) / (told[what][0] or 1.0)
            if not error <= TOLERANCE:
                return f"{what} of {training.name} are off by {error:.1e}"
    return ""


def trainings() -> Iterator[Training]:
    """Every activation in either layer; then many rows, which go through a layer in parts."""
    names = sorted(ACTIVATION_CODES)
    yield from map(Training, pairwise([*names, names[0]]))
    yield Training(("tanh",), (5, 16, 1), (300, 40), 200)
    yield Training(("relu", "softplus"), (3, 17, 9, 2), (300, 40), 200)


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


def beginning(training: Training) -> Beginning:
    """Numbers that look drawn, and are the same whatever NumPy's generators; none is zero or large."""
    units, rows = training.units, max(training.batches)
    leaves: list[_Floats] = []
    for layer, (before, after) in enumerate(pairwise(units)):
        weights = _waves(RUNS, before, after, phase=2 + layer) * np.float32(2 / np.sqrt(before))
        leaves += [weights, _waves(RUNS, after, phase=5 + layer)]
    row_weights = np.arange(training.evaluated, dtype=np.float32)
    return Beginning(
        _waves(RUNS, rows, units[0]),
        _waves(RUNS, rows, units[-1], phase=1),
        evaluated=_waves(1, training.evaluated, units[0], phase=8),
        row_weights=(row_weights / np.sum(row_weights))[None],
        slope_limits=np.array([[0.3, 0.2][: len(training.activations)]], np.float32),
        constants=np.array([[0.1, 0.7]], np.float32),
        leaves=tuple(leaves),
    )


def _waves(*shape: int, phase: float = 0.0) -> _Floats:
    numbers = 1.4 * np.sin(phase + 0.7 * np.square(np.arange(np.prod(shape))))
    return numbers.reshape(shape).astype(np.float32)


def adam_numbers(step: int) -> _Floats:
    """Adam's numbers of a step, which counts from 1 [R, 9]: each has its say; no run rests."""
    mean_decay, square_decay = 0.8, 0.9
    square_scale, epsilon, l2, gradient_scale, decay = 1 / (1 - square_decay**step), 0.03, 0.1, 0.5, 0.02
    rest = (mean_decay, square_decay, square_scale, epsilon, l2, gradient_scale, decay, 0.0)
    return np.array([(rate / (1 - mean_decay**step), *rest) for rate in (0.1, 0.03)], np.float32)


def train_by_hand(library: ctypes.CDLL, training: Training) -> Quantities:
    """Train all runs for some steps by the operations of a library, and look at them by each that there is."""
    given, codes = beginning(training), [[ACTIVATION_CODES[name] for name in training.activations]]
    shared = np.array(codes, np.int32), given.constants
    leaves = [leaf.copy() for leaf in given.leaves]
    moments = [np.zeros_like(leaf) for leaf in leaves], [np.zeros_like(leaf) for leaf in leaves]
    steps = []
    for step, rows in enumerate(training.batches, start=1):
        x, y = (np.ascontiguousarray(each[:, :rows]) for each in (given.x, given.y))
        logits, *hidden = _forward(library, x, shared, leaves)
        gradients, squares = _backward(library, [x, *shared, (logits - y) / np.float32(rows)], leaves, hidden)
        squares.append(_empty(RUNS, len(leaves) // 2))
        steps.append({"logits": [logits], "slopes": hidden[2::3], "gradients": gradients, "sums of squares": squares})
        each = [array for group in zip(leaves, *moments, strict=True) for array in group]
        behind = [array for leaf in zip(leaves, *moments, gradients, strict=True) for array in leaf]
        call_by_hand(library.nnjax_adam_step, [adam_numbers(step), *behind], [*each, squares[-1]])
    shape = (RUNS, training.evaluated, training.units[-1])
    evaluated, units, predicted = _empty(*shape), _empty(RUNS, 3, len(training.activations)), _empty(*shape)
    more = [given.row_weights, given.slope_limits]
    call_by_hand(library.nnjax_stack_evaluate, [given.evaluated, *shared, *more, *leaves], [evaluated, units])
    call_by_hand(library.nnjax_stack_predict, [given.evaluated, *shared, *leaves], [predicted])
    # Of the first step: those that follow are of other parameters, if Adam is wrong.
    return steps[0] | {
        "parameters": leaves,
        "moments": [moment.copy() for group in moments for moment in group],
        "evaluations": [evaluated, units],
        "predictions": [predicted],
        "updates": _updates(library, adam_numbers(len(steps) + 1), leaves, moments),
    }


def _empty(*shape: int) -> _Floats:
    """Of no number: what is not written is found."""
    return np.full(shape, np.nan, np.float32)


_Shared = tuple[NDArray[np.int32], _Floats]
"""Codes and constants of the activations."""


def _forward(library: ctypes.CDLL, x: _Floats, shared: _Shared, leaves: Sequence[_Floats]) -> list[_Floats]:
    """Logits, then activations, slopes and largest slopes a hidden layer."""
    rows, (*widths, outputs) = x.shape[1], (bias.shape[1] for bias in leaves[1::2])
    results = [_empty(RUNS, rows, outputs)]
    for units in widths:
        results += [_empty(RUNS, rows, units), _empty(RUNS, rows, units), _empty(RUNS, units)]
    call_by_hand(library.nnjax_stack_forward, [x, *shared, *leaves], results)
    return results


def _backward(
    library: ctypes.CDLL, first: Sequence[NDArray[Any]], leaves: Sequence[_Floats], hidden: Sequence[_Floats]
) -> tuple[list[_Floats], list[_Floats]]:
    """Gradients by all leaves, and the sums of squares, by weights and by pre-activations."""
    arguments, depth = [*first], len(leaves) // 2 - 1
    for layer in range(depth):
        arguments += [leaves[2 * layer], hidden[3 * layer], hidden[3 * layer + 1]]
    gradients = [_empty(*leaf.shape) for leaf in leaves]
    squares = [_empty(RUNS, depth + 1), _empty(RUNS, depth)]
    call_by_hand(library.nnjax_stack_backward, [*arguments, leaves[-2]], [*gradients, *squares])
    return gradients, squares


def _updates(
    library: ctypes.CDLL, numbers: _Floats, gradients: Sequence[_Floats], moments: tuple[list[_Floats], list[_Floats]]
) -> Any:
    """Of one more step, whose gradients are the parameters; with the moments behind it, which are written over."""
    updates = [_empty(*leaf.shape) for leaf in gradients]
    arguments = [array for group in zip(*moments, gradients, strict=True) for array in group]
    results = [array for group in zip(updates, *moments, strict=True) for array in group]
    call_by_hand(library.nnjax_adam_update, [numbers, *arguments], results)
    return [*updates, *moments[0], *moments[1]]


if __name__ == "__main__":
    main(sys.argv[1])
