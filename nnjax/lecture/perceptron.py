"""The perceptron: a step of a weighted sum, and the rule that finds its weights one mistake at a time."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike

OUTPUTS: dict[str, tuple[float, float]] = {"zero_one": (0.0, 1.0), "minus_one_one": (-1.0, 1.0)}
"""Output coding -> what the step answers below zero, and from zero on."""


class PerceptronOutcome(Enum):
    """How a training ended; the value is the sentence for people."""

    CONVERGED = "a full cycle through the patterns passed without a change"
    CYCLE_LIMIT = "the cycle limit was reached while the weights were still changing"


@dataclass(frozen=True)
class PerceptronRun:
    """A training of the perceptron. U updates, C cycles, D inputs.

    Attributes:
        weights: Final w₀ (of x₀ = 1), w₁ … w_D, [D + 1].
        cycles: Passes through the patterns, C; the last one of a converged run is the clean one.
        updates: Changes of the weights, U.
        history: The weights at the start and after every update, [U + 1, D + 1].
        cycle_weights: The weights at the start and after every cycle, [C + 1, D + 1].
        cycle_updates: Mistakes, each of them an update, in every cycle [C].
        is_order_fixed: Whether every cycle visited the patterns in the same order.
    """

    weights: Float[np.ndarray, " D+1"]
    outcome: PerceptronOutcome
    cycles: int
    updates: int
    history: Float[np.ndarray, "U+1 D+1"]
    cycle_weights: Float[np.ndarray, "C+1 D+1"]
    cycle_updates: Int[np.ndarray, " C"]
    is_order_fixed: bool

    @property
    def is_converged(self) -> bool:
        """Whether every pattern is answered correctly by the final weights."""
        return self.outcome is PerceptronOutcome.CONVERGED


class Loop(NamedTuple):
    """Weights that come back.

    Attributes:
        start: First cycle after which the weights stand that return (0: the initial weights).
        period: Cycles until they return.
    """

    start: int
    period: int


def append_bias(patterns: ArrayLike) -> Float[np.ndarray, "N D+1"]:
    """Put the constant input x₀ = 1 before every pattern [N, D].

    Raises:
        ValueError: If the patterns are not a finite matrix with at least one row.

    >>> append_bias([[0, 1]]).tolist()
    [[1.0, 0.0, 1.0]]
    """
    x = np.asarray(patterns, dtype=np.float64)
    if x.ndim != 2 or len(x) == 0 or not np.isfinite(x).all():
        raise ValueError(f"patterns of shape {x.shape}: need a finite matrix [N, D] with at least one row")
    return np.concatenate([np.ones((len(x), 1)), x], axis=1)


def output_levels(output: str) -> tuple[float, float]:
    """What a coding, "zero_one" or "minus_one_one", answers below zero, and from zero on.

    Raises:
        ValueError: If the coding is unknown.

    >>> output_levels("minus_one_one")
    (-1.0, 1.0)
    """
    if output not in OUTPUTS:
        raise ValueError(f"output {output!r}: need one of {', '.join(OUTPUTS)}")
    return OUTPUTS[output]


def read_targets(targets: ArrayLike, n_patterns: int, output: str = "zero_one") -> Bool[np.ndarray, " N"]:
    """Which patterns belong to the class of the upper output; targets are the desired outputs O, [N], in its coding.

    Raises:
        ValueError: If the coding is unknown, or the targets are not N numbers of it.

    >>> read_targets([-1, 1], 2, "minus_one_one").tolist()
    [False, True]
    """
    low, high = output_levels(output)
    wanted = np.asarray(targets, dtype=np.float64)
    if wanted.shape != (n_patterns,) or not np.isin(wanted, (low, high)).all():
        raise ValueError(f"targets: need {n_patterns} numbers, each {low:g} or {high:g}")
    return np.asarray(wanted == high)


def answer(
    weights: Float[np.ndarray, " D+1"], patterns: ArrayLike, output: str = "zero_one"
) -> Float[np.ndarray, " N"]:
    """The perceptron's answer: the upper output if w₀ + w₁x₁ + … + w_Dx_D ≥ 0, else the lower one.

    The slide of the model counts a sum of exactly 0 as upper (≥), the slide of the training procedure as lower (>).
    Here it is ≥ everywhere. `output` is "zero_one" or "minus_one_one".

    Source: the lecture's slide on the perceptron model.

    >>> answer(np.array([-1.5, 1.0, 1.0]), [[0, 1], [1, 1]]).tolist()
    [0.0, 1.0]
    """
    low, high = output_levels(output)
    return np.where(append_bias(patterns) @ weights >= 0.0, high, low)


def train_perceptron(
    patterns: ArrayLike,
    targets: ArrayLike,
    *,
    order: ArrayLike | np.random.Generator | None = None,
    cycle_limit: int = 1000,
    output: str = "zero_one",
    initial: ArrayLike | None = None,
) -> PerceptronRun:
    """Find the weights by the perceptron learning rule w ← w − x(C − O), pattern by pattern.

    C is the computed and O the desired output. With outputs 0 and 1 a mistake has C − O = ±1 and moves the weights by
    one pattern; with outputs −1 and 1 it has C − O = ±2 and moves them by two. From zero weights the second run is
    therefore the first one with every weight doubled, mistake for mistake the same.

    The slide derives the rule as gradient descent on Σ(C − O)², but the step has no slope to descend. What the rule
    descends is the perceptron criterion, the sum of |w·x| over the patterns that are answered wrongly.

    Args:
        patterns: Inputs [N, D], without x₀.
        targets: Desired outputs in the output's coding, [N].
        order: In which order a cycle visits the patterns: row numbers [N], the same in every cycle; or a generator,
            which shuffles every cycle anew; or None, row by row.
        cycle_limit: Cycles after which to give up, ≥ 1.
        output: "zero_one" or "minus_one_one".
        initial: Initial weights w₀ … w_D, [D + 1]; None: zeros.

    Returns:
        The run. It converges if one full cycle passes without a change.

    Raises:
        ValueError: If an argument does not fit the patterns.

    Source: the lecture's slides on the training procedure and on adjusting weights; Rosenblatt (1958).

    >>> run = train_perceptron([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 1])
    >>> run.weights.tolist(), run.cycles, run.updates, run.is_converged
    ([-1.0, 1.0, 1.0], 4, 5, True)
    """
    x = append_bias(patterns)
    is_upper = read_targets(targets, len(x), output)
    low, high = output_levels(output)
    wanted = np.where(is_upper, high, low)
    if cycle_limit < 1:
        raise ValueError(f"cycle_limit = {cycle_limit}: need at least one cycle")
    weights = _read_initial(initial, x.shape[1])
    history, cycle_weights, cycle_updates = [weights], [weights], []
    for _ in range(cycle_limit):
        mistakes = 0
        for row in _cycle_order(order, len(x)):
            computed = high if x[row] @ weights >= 0.0 else low
            if computed != wanted[row]:
                weights = weights - x[row] * (computed - wanted[row])
                history.append(weights)
                mistakes += 1
        cycle_weights.append(weights)
        cycle_updates.append(mistakes)
        if mistakes == 0:
            break
    return PerceptronRun(
        weights=weights,
        outcome=PerceptronOutcome.CYCLE_LIMIT if cycle_updates[-1] else PerceptronOutcome.CONVERGED,
        cycles=len(cycle_updates),
        updates=sum(cycle_updates),
        history=np.array(history),
        cycle_weights=np.array(cycle_weights),
        cycle_updates=np.array(cycle_updates, dtype=np.int64),
        is_order_fixed=not isinstance(order, np.random.Generator),
    )


def _read_initial(initial: ArrayLike | None, n_weights: int) -> Float[np.ndarray, " D+1"]:
    weights = np.zeros(n_weights) if initial is None else np.array(initial, dtype=np.float64)
    if weights.shape != (n_weights,) or not np.isfinite(weights).all():
        raise ValueError(f"initial weights of shape {weights.shape}: need {n_weights} finite numbers")
    return weights


def _cycle_order(order: ArrayLike | np.random.Generator | None, n_patterns: int) -> Int[np.ndarray, " N"]:
    if order is None:
        return np.arange(n_patterns)
    if isinstance(order, np.random.Generator):
        return order.permutation(n_patterns)
    rows = np.asarray(order)
    if not np.array_equal(np.sort(rows), np.arange(n_patterns)):
        raise ValueError(f"order {rows.tolist()}: need each of the rows 0 … {n_patterns - 1} once")
    return rows


def find_loop(run: PerceptronRun) -> Loop | None:
    """Find the weights of a run that return after some cycles: in a fixed order they will return for ever.

    A cycle in a fixed order is a function of the weights alone, so that weights seen twice prove that the training
    never ends. With an order that a generator shuffles they prove nothing. On patterns of whole numbers such a loop
    exists whenever no line separates the classes, since the weights stay bounded. None if the run converged, shuffled
    its order, or saw no weights return.

    Source: Minsky & Papert (1969), the perceptron cycling theorem; Block & Levin (1970).

    >>> find_loop(train_perceptron([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], cycle_limit=50))
    Loop(start=2, period=1)
    """
    if run.is_converged or not run.is_order_fixed:
        return None
    seen: dict[tuple[float, ...], int] = {}
    for cycle, weights in enumerate(run.cycle_weights):
        first = seen.setdefault(tuple(weights.tolist()), cycle)
        if first != cycle:
            return Loop(first, cycle - first)
    return None
