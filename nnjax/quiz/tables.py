"""The answers as tidy tables: what the console prints, what the page draws, what its CSV files hold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nnjax.quiz.networks import AXIS, ActivationAnswer, Region, xor_table
from nnjax.quiz.perceptrons import GateAnswer
from nnjax.quiz.regression import DiabetesAnswer


def gates_table(answers: Sequence[GateAnswer]) -> pd.DataFrame:
    """One row a gate and output coding.

    gate, output, w0 (of x₀ = 1), w1, w2 (NaN for one input), threshold (T = −w₀), cycles, updates, bound, converged,
    outcome; then over the shuffled orders: orders, orders_converged, updates_least, updates_most. Of a perceptron that
    did not converge, the weights are those at which it was stopped.
    """
    return pd.DataFrame(
        {
            "gate": answer.gate.name,
            "output": output,
            **{f"w{i}": run.weights[i] + 0.0 if i < len(run.weights) else np.nan for i in range(3)},
            "threshold": 0.0 - run.weights[0],
            "cycles": run.cycles,
            "updates": run.updates,
            "bound": answer.bound,
            "converged": run.is_converged,
            "outcome": answer.outcome,
            "orders": len(answer.order_updates),
            "orders_converged": answer.orders_converged,
            "updates_least": int(answer.order_updates.min()),
            "updates_most": int(answer.order_updates.max()),
        }
        for answer in answers
        for output, run in answer.runs.items()
    )


GATE_COLUMNS = (
    *("gate", "output", "w1", "w2", "threshold", "cycles", "updates"),
    *("updates_least", "updates_most", "bound", "outcome"),
)
"""What the page shows of `gates_table`."""


def cycles_table(answers: Sequence[GateAnswer]) -> pd.DataFrame:
    """The weights with outputs 0 and 1 after every cycle: gate, cycle, w0, w1, w2, updates in it.

    Of a training that never ends, up to where the weights have returned once.
    """
    return pd.DataFrame(
        {
            "gate": answer.gate.name,
            "cycle": cycle,
            **{f"w{i}": weights[i] + 0.0 if i < len(weights) else np.nan for i in range(3)},
            "updates": int(answer.run.cycle_updates[cycle - 1]) if cycle else 0,
        }
        for answer in answers
        for cycle, weights in enumerate(answer.run.cycle_weights)
        if answer.loop is None or cycle <= answer.loop.start + answer.loop.period
    )


def solved_table(answers: Sequence[ActivationAnswer]) -> pd.DataFrame:
    """One row an activation, most seeds solved first; equals stay in the registry's order.

    activation, initializer, parameters, seeds, solved, share, low, high, median_epochs, hidden_gradient, dead.
    """
    measured = ("share", "low", "high", "median_epochs", "hidden_gradient", "dead")
    table = pd.DataFrame(
        {
            **{name: getattr(answer, name) for name in ("activation", "initializer", "parameters")},
            "seeds": len(answer.is_solved),
            "solved": int(answer.is_solved.sum()),
            **{name: getattr(answer, name) for name in measured},
        }
        for answer in answers
    )
    return table.sort_values("solved", ascending=False, kind="stable", ignore_index=True)


def pattern_table(regions: Sequence[tuple[str, Region]]) -> pd.DataFrame:
    """What networks answer on the four patterns: activation, seed, x1, x2, target, probability."""
    four = xor_table()
    return pd.DataFrame(
        {
            "activation": activation,
            "seed": region.seed,
            "x1": int(x1),
            "x2": int(x2),
            "target": int(target),
            "probability_of_1": float(region.probability[nearest_point(x2), nearest_point(x1)]),
        }
        for activation, region in regions
        for (x1, x2), target in zip(four.features, four.target[:, 0], strict=True)
    )


def nearest_point(x: float) -> int:
    """Place of a coordinate on `AXIS`.

    >>> nearest_point(0.0), nearest_point(1.0)
    (20, 60)
    """
    return int(np.abs(AXIS - x).argmin())


NETWORK_ROW, RIDGE_ROW, ONE_ROW = "network, {} splits", "ridge, same splits", "network, one split"


def scores_table(answer: DiabetesAnswer) -> pd.DataFrame:
    """Every R²: row (as the picture names it), repetition (number of the split, or of the seed), test_score."""
    parts = {
        NETWORK_ROW.format(len(answer.network)): answer.network,
        RIDGE_ROW: answer.ridge,
        ONE_ROW: answer.one_split,
    }
    scores = [(row, number, value) for row, values in parts.items() for number, value in enumerate(values)]
    return pd.DataFrame(scores, columns=["row", "repetition", "test_score"])


def summary_table(answer: DiabetesAnswer) -> pd.DataFrame:
    """Mean, standard deviation, least, most and the corrected interval of each row of `scores_table`.

    The one split has no interval: its seeds say nothing about other rows.
    """
    groups = scores_table(answer).groupby("row", sort=False)["test_score"]
    table = groups.agg(n="size", mean_r2="mean", sd_r2="std", least_r2="min", most_r2="max").reset_index()
    intervals = (answer.interval, answer.ridge_interval)
    ends = {end: [*(getattr(interval, end) for interval in intervals), np.nan] for end in ("low", "high")}
    return table.assign(**ends)
