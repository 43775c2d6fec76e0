"""What was found, in sentences: the console and the page say the same ones."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from nnjax.quiz.networks import ActivationAnswer
from nnjax.quiz.perceptrons import GateAnswer
from nnjax.quiz.regression import DiabetesAnswer
from nnjax.report.formats import decimals, percent, signed
from nnjax.report.views import join_words


def gates_conclusion(answers: Sequence[GateAnswer]) -> str:
    """Which gates one perceptron can do."""
    can = [answer.gate.name for answer in answers if answer.run.is_converged]
    cannot = [answer for answer in answers if not answer.run.is_converged]
    sentence = f"A single-layer perceptron learns {join_words(can)}." if can else ""
    return " ".join([sentence, *(f"It never learns {answer.gate.name}." for answer in cannot)]).strip()


def order_conclusion(answers: Sequence[GateAnswer]) -> str:
    """Updates over many orders against Novikoff's bound."""
    separable = [answer for answer in answers if answer.separation.is_separable]
    orders = len(answers[0].order_updates)
    within = all((answer.order_updates <= answer.bound).all() for answer in separable)
    ranges = join_words(
        [f"{answer.gate.name} {int(answer.order_updates.max())} of {answer.bound:.0f}" for answer in separable]
    )
    lead = "within" if within else "NOT all within"
    return f"In {orders} random orders all updates stay {lead} Novikoff's bound R²/γ² (most used: {ranges})."


def xor_conclusion(answers: Sequence[ActivationAnswer]) -> str:
    """How often the network solves XOR."""
    seeds = len(answers[0].is_solved)
    every = [answer.activation for answer in answers if answer.is_solved.all()]
    none = [answer.activation for answer in answers if not answer.is_solved.any()]
    parts = [f"The 2-5-2-1 network solves XOR from all {seeds} seeds with {join_words(every)}." if every else ""]
    parts += [f"From no seed with {join_words(none)}." if none else ""]
    parts += [
        f"With {answer.activation} from {int(answer.is_solved.sum())} of {seeds}."
        for answer in answers
        if answer.activation == "relu" and 0 < answer.is_solved.sum() < seeds
    ]
    return " ".join(part for part in parts if part) or "No activation solves XOR from all seeds, and each from some."


def step_conclusion(answers: Sequence[ActivationAnswer]) -> str:
    """What the binary step learns; empty if it was not trained."""
    answer = next((each for each in answers if each.activation == "binary_step"), None)
    if answer is None:
        return ""
    return (
        f"binary_step: the largest gradient of a hidden layer, over all seeds and epochs, is "
        f"{answer.hidden_gradient:g}: no gradient passes the step, hidden layers stay as drawn, only the output layer "
        f"learns. The {int(answer.is_solved.sum())} of {len(answer.is_solved)} seeds that solve XOR were drawn lucky."
    )


def one_split_conclusion(answer: DiabetesAnswer) -> str:
    """What one split says."""
    spread = _deviation(answer.one_split)
    return (
        f"One split, train_test_split(test_size=0.25, random_state=0): R² = {decimals(answer.one)} "
        f"(ridge {decimals(answer.one_ridge)}). {len(answer.one_split)} seeds of the network on that same split: "
        f"{decimals(float(answer.one_split.min()))} … {decimals(float(answer.one_split.max()))}, sd {decimals(spread)}."
    )


def many_splits_conclusion(answer: DiabetesAnswer) -> str:
    """What many splits say."""
    interval = answer.interval
    return (
        f"{interval.n} splits: mean R² = {decimals(interval.estimate)}, sd {decimals(interval.standard_deviation)}, "
        f"{decimals(float(answer.network.min()))} … {decimals(float(answer.network.max()))}; "
        f"95 % interval {decimals(interval.low)} … {decimals(interval.high)} ({interval.method})."
    )


def ridge_conclusion(answer: DiabetesAnswer) -> str:
    """Whether the network beats ridge on the same splits."""
    interval, difference = answer.ridge_interval, answer.difference
    return (
        f"Ridge on the same splits: {decimals(interval.estimate)}, sd {decimals(interval.standard_deviation)}; network "
        f"minus ridge {signed(difference.estimate)} [{signed(difference.low)}, {signed(difference.high)}], "
        f"{int((answer.network > answer.ridge).sum())} of {difference.n} splits won."
    )


def luck_conclusion(answer: DiabetesAnswer) -> str:
    """Where the one number stands among those of the many splits."""
    below = int((answer.network < answer.one).sum())
    place = {0: "below all", len(answer.network): "above all"}.get(below, f"above {below} of")
    low, high = float(answer.network.min()), float(answer.network.max())
    return (
        f"The one number stands {place} {len(answer.network)} others: another shuffle of the same "
        f"{len(answer.space.table.target)} rows, and another seed, would have said anything from "
        f"{decimals(low, 2)} to {decimals(high, 2)}."
    )


def share_conclusion(answer: DiabetesAnswer) -> str:
    """How much of the spread is the seed's and how much the split's."""
    seeds, splits = _deviation(answer.one_split), answer.interval.standard_deviation
    return (
        f"Seeds alone, on the one split, have a standard deviation of {decimals(seeds)}; splits, each with a seed of "
        f"its own, {decimals(splits)}. One number carries the luck of both: which rows were test rows, and where the "
        "weights began."
    )


def _deviation(values: Float[np.ndarray, " n"]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")


def quiz_headline(gates: Sequence[GateAnswer], shares: Sequence[ActivationAnswer], diabetes: DiabetesAnswer) -> str:
    """The three answers in one line."""
    best = max(answer.share for answer in shares)
    return (
        f"{gates_conclusion(gates)} A 2-5-2-1 network learns XOR from up to {percent(best)} of its seeds. "
        f"R² on diabetes is {decimals(diabetes.one, 2)} on one split, "
        f"{decimals(diabetes.interval.estimate, 2)} ± {decimals(diabetes.interval.standard_deviation, 2)} over "
        f"{diabetes.interval.n}."
    )
