"""Question 1: OR, AND and NOT by a single-layer perceptron, and why XOR fails."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from nnjax.data.streams import derive_seed, stream
from nnjax.lecture.gates import GATES, Gate
from nnjax.lecture.margin import novikoff_bound
from nnjax.lecture.perceptron import OUTPUTS, Loop, PerceptronRun, find_loop, output_levels, train_perceptron
from nnjax.lecture.separability import Separation, separating_line

ASKED = ("OR", "AND", "NOT", "XOR")
"""The gates in the quiz's order."""

CYCLE_LIMIT = 100
"""Cycles after which a perceptron is stopped; those that converge need fewer than ten."""

CODING = "zero_one"
"""The output coding whose run is drawn; the other one, from zero weights, is the same with all weights doubled."""


@dataclass(frozen=True)
class GateAnswer:
    """What the perceptron makes of a gate."""

    gate: Gate
    runs: Mapping[str, PerceptronRun]
    """Output coding -> the training from zero weights, row by row."""
    bound: float
    """Novikoff's bound on the updates, the same for both codings; infinite if no line separates the classes."""
    order_updates: Int[np.ndarray, " orders"]
    """Updates of further trainings [orders], each of whose cycles is shuffled anew."""
    orders_converged: int
    """How many of them converged."""
    loop: Loop | None
    """The weights of the drawn run that return; None if it converged."""
    separation: Separation
    """A separating line, or the proof that there is none."""

    @property
    def run(self) -> PerceptronRun:
        """The training with outputs 0 and 1."""
        return self.runs[CODING]

    @property
    def outcome(self) -> str:
        """How it ended, in a word or two."""
        if self.run.is_converged:
            return "converged"
        return "never" if self.loop else f"stopped after {self.run.cycles} cycles"

    @property
    def loop_sentence(self) -> str:
        """Why it would go on for ever; empty if it would not, or nobody knows."""
        if self.loop is None:
            return ""
        every = "every cycle" if self.loop.period == 1 else f"every {self.loop.period} cycles"
        return f"From cycle {self.loop.start} on the weights return {every}: in this order it goes on for ever."


def answer_gates(orders: int = 100, base_seed: int = 0) -> tuple[GateAnswer, ...]:
    """Train the perceptron on every gate, in both output codings, and in many orders derived from the base seed.

    >>> [(answer.gate.name, answer.outcome) for answer in answer_gates(orders=2)][:3]
    [('OR', 'converged'), ('AND', 'converged'), ('NOT', 'converged')]
    """
    return tuple(_answer_gate(GATES[name], orders, base_seed) for name in ASKED)


def _answer_gate(gate: Gate, orders: int, base_seed: int) -> GateAnswer:
    runs = {coding: _train(gate, coding) for coding in OUTPUTS}
    streams = (stream(derive_seed(base_seed, "quiz", gate.name, index), "order") for index in range(orders))
    shuffled = [_train(gate, CODING, order) for order in streams]
    return GateAnswer(
        gate=gate,
        runs=runs,
        bound=novikoff_bound(gate.patterns, gate.targets),
        order_updates=np.array([run.updates for run in shuffled], dtype=np.int64),
        orders_converged=sum(run.is_converged for run in shuffled),
        loop=find_loop(runs[CODING]),
        separation=separating_line(gate.patterns, gate.targets),
    )


def _train(gate: Gate, coding: str, order: np.random.Generator | None = None) -> PerceptronRun:
    low, high = output_levels(coding)
    targets = np.where(gate.targets == 1.0, high, low)
    return train_perceptron(gate.patterns, targets, order=order, output=coding, cycle_limit=CYCLE_LIMIT)
