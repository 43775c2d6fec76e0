"""The answers as text for a terminal, a hundred columns wide."""

import io
import math
from collections.abc import Sequence
from textwrap import TextWrapper

from rich import box
from rich.console import Console
from rich.table import Table

from nnjax.lecture.perceptron import PerceptronRun
from nnjax.quiz import conclusions
from nnjax.quiz.networks import ActivationAnswer
from nnjax.quiz.perceptrons import GateAnswer
from nnjax.quiz.regression import DiabetesAnswer
from nnjax.quiz.tables import solved_table, summary_table
from nnjax.report.formats import decimals, percent, significant

WIDTH = 100
WRAPPER = TextWrapper(
    WIDTH, initial_indent="   ", subsequent_indent="   ", break_long_words=False, break_on_hyphens=False
)

READING = (
    "The four patterns are training, validation and test rows at once: the truth table is the population. Epochs: "
    "median until all four are right for good. Dead: failing seeds that end with a hidden unit of slope 0 on all four."
)


def show_gates(answers: Sequence[GateAnswer]) -> str:
    """Question 1: a line a gate, then why XOR fails."""
    rows = [_gate_row(answer) for answer in answers]
    orders = len(answers[0].order_updates)
    heads = ("gate", "weights, T", "outputs −1/1", "cycles", "updates", f"{orders} orders", "bound", "")
    failed = [answer for answer in answers if not answer.run.is_converged]
    proofs = [f"{each.gate.name}: {each.separation.sentence} {each.loop_sentence}".rstrip() for each in failed]
    title = "1  OR, AND, NOT, XOR by a single-layer perceptron: 1 if Σ wᵢxᵢ ≥ T, else 0"
    return _join(title, _grid(heads, rows), *proofs, conclusions.order_conclusion(answers))


def _gate_row(answer: GateAnswer) -> tuple[str, ...]:
    run = answer.run
    if not run.is_converged:
        return (answer.gate.name, "–", "–", "–", "–", f"{answer.orders_converged} converged", "∞", answer.outcome)
    weights = [unit_text(each) for each in answer.runs.values()]
    numbers = (str(run.cycles), str(run.updates), _range(answer.order_updates.min(), answer.order_updates.max()))
    return (answer.gate.name, *weights, *numbers, f"{answer.bound:.0f}", answer.outcome)


def unit_text(run: PerceptronRun) -> str:
    """Weights and threshold T = −w₀.

    >>> from nnjax.lecture.gates import GATES
    >>> from nnjax.lecture.perceptron import train_perceptron
    >>> unit_text(train_perceptron(GATES["OR"].patterns, GATES["OR"].targets))
    '(1, 1), 1'
    """
    weights = ", ".join(significant(weight) for weight in run.weights[1:])
    return f"({weights}), {significant(0.0 - run.weights[0])}"


def show_networks(answers: Sequence[ActivationAnswer], epochs: int) -> str:
    """Question 2: a line an activation."""
    table = solved_table(answers)
    rows = [
        (
            row["activation"],
            row["initializer"],
            str(row["parameters"]),
            "{solved} of {seeds}".format_map(row),
            _range(percent(row["low"]), percent(row["high"])),
            _or_dash(row["median_epochs"], significant(row["median_epochs"])),
            _or_dash(row["dead"], percent(row["dead"])),
        )
        for row in table.to_dict("records")
    ]
    heads = ("hidden units", "initial", "parameters", "solved", "95 % interval", "epochs", "dead where failed")
    title = f"2  XOR by a multilayer perceptron 2-5-2-1: seeds that answer all four patterns after {epochs} epochs"
    return _join(title, _grid(heads, rows), READING, conclusions.step_conclusion(answers))


def show_diabetes(answer: DiabetesAnswer) -> str:
    """Question 3: the spread, then what it says."""
    rows = [
        (
            row["row"],
            str(row["n"]),
            *(decimals(value) for value in (row["mean_r2"], row["sd_r2"], row["least_r2"], row["most_r2"])),
            _or_dash(row["low"], _range(decimals(row["low"]), decimals(row["high"]))),
        )
        for row in summary_table(answer).to_dict("records")
    ]
    heads = ("test R²", "n", "mean", "sd", "least", "most", "95 % interval of the mean")
    concluded = (conclusions.one_split_conclusion, conclusions.ridge_conclusion, conclusions.luck_conclusion)
    title = "3  R² of a multilayer perceptron on the diabetes data, 25 % test rows"
    return _join(title, _grid(heads, rows), *(conclude(answer) for conclude in concluded))


def _range(low: object, high: object) -> str:
    return f"{low} … {high}"


def _or_dash(value: float, text: str) -> str:
    return "–" if math.isnan(value) else text


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned, numbers flush right."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    for index, head in enumerate(heads):
        cells = [row[index] for row in rows]
        is_number = any(cell[:1].isdigit() for cell in cells)
        table.add_column(head, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    stream = io.StringIO()
    Console(file=stream, width=2 * WIDTH, color_system=None, highlight=False, markup=False).print(table)
    return "\n".join(f"   {line.rstrip()}" for line in stream.getvalue().splitlines() if line.strip())


def _join(title: str, table: str, *sentences: str) -> str:
    """Title, table, sentences wrapped to the width."""
    wrapped = [line for sentence in sentences for line in WRAPPER.wrap(sentence)]
    return "\n".join([title, "", table, "", *wrapped]).rstrip()
