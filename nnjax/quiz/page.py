"""The quiz's page: one HTML file in the report's own look, its tables as CSV files beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from nnjax.claims.study_answers import correction_sizes
from nnjax.lecture.perceptron import append_bias
from nnjax.quiz import conclusions
from nnjax.quiz.networks import LEARNING_RATE, ActivationAnswer, QuizEffort, Region
from nnjax.quiz.perceptrons import CYCLE_LIMIT, GateAnswer
from nnjax.quiz.pictures import SMALL, SQUARE, draw_gate, draw_region, draw_scores, draw_small_region, draw_solved
from nnjax.quiz.regression import DiabetesAnswer
from nnjax.quiz.tables import (
    GATE_COLUMNS,
    cycles_table,
    gates_table,
    pattern_table,
    scores_table,
    solved_table,
    summary_table,
)
from nnjax.report.drawing import Draw, Shape, draw_figure
from nnjax.report.page import Page
from nnjax.report.theme import ACCENT, INK, MUTED, NEGATIVE, POSITIVE, variable
from nnjax.report.views import Chapter, FigureView, Key, view_table
from nnjax.report.write import publish

DRAWN_LARGE = ("relu", "logistic", "binary_step")
"""Activations of which one seed that solves XOR and one that fails are drawn large, where there are both."""

CLASS_KEYS = (Key("answers 1", variable(POSITIVE), is_area=True), Key("answers 0", variable(NEGATIVE), is_area=True))


@dataclass(frozen=True)
class Answers:
    """Those to the three questions, and how much was trained for the second."""

    gates: Sequence[GateAnswer]
    networks: Sequence[ActivationAnswer]
    diabetes: DiabetesAnswer
    effort: QuizEffort


def write_page(answers: Answers, folder: Path) -> Path:
    """Write the page, whose path is returned, with its tables and figures."""
    page = Page(
        title="quiz",
        question="The take-home quiz, answered",
        subtitle="OR, AND, NOT and XOR by a single-layer perceptron; XOR by a multilayer one; and R² of a multilayer "
        "perceptron on scikit-learn's diabetes data with 25 % test rows.",
        chapters=[make(answers) for make in QUIZ_CHAPTERS],
        footer=f"Made by nnjax {version('nnjax')} with `nnjax quiz`; the same command makes the same page.",
    )
    return publish(page, folder, "nnjax.quiz", with_pdf=True)


def answers_chapter(answers: Answers) -> Chapter:
    """The three answers, a sentence or two each."""
    diabetes, networks = answers.diabetes, answers.networks
    facts = {
        "headline": conclusions.quiz_headline(answers.gates, networks, diabetes),
        "answers": [
            ("OR, AND, NOT, XOR", conclusions.gates_conclusion(answers.gates)),
            ("XOR, 2-5-2-1", conclusions.xor_conclusion(networks)),
            ("R², one split", conclusions.one_split_conclusion(diabetes)),
            ("R², many splits", conclusions.many_splits_conclusion(diabetes)),
            ("so what", conclusions.luck_conclusion(diabetes)),
        ],
    }
    return Chapter("headline", "The answers", facts=facts)


def perceptron_chapter(answers: Answers) -> Chapter:
    """The gates: table and boundaries."""
    gates = answers.gates
    facts = {
        "conclusion": conclusions.gates_conclusion(gates),
        "orders": conclusions.order_conclusion(gates),
        "base_seed": answers.effort.base_seed,
        "limit": CYCLE_LIMIT,
        "proofs": [
            (answer.gate.name, answer.separation.sentence, answer.loop_sentence)
            for answer in gates
            if not answer.run.is_converged
        ],
        "on_boundary": [answer.gate.name for answer in gates if answer.run.is_converged and _stops_on_boundary(answer)],
    }
    caption = (
        "What the perceptron found: filled patterns must answer 1, hollow ones 0; it answers 1 on the tinted side. "
        "Dashed: the lecture's own weights. XOR: all boundaries that come back in every cycle; dotted, the mixture of "
        "either class that ends in the same point, which no line can have on both sides."
    )
    keys = (Key("found", variable(INK)), Key("the lecture's", variable(MUTED), "6 3"), CLASS_KEYS[0])
    parts: list[tuple[str, Draw]] = [
        (f"{answer.gate.name}: {'' if answer.run.is_converged else 'never '}learned", partial(draw_gate, answer))
        for answer in gates
    ]
    figure = draw_figure("gates", caption, parts, SQUARE, view_table("gate_cycles", cycles_table(gates)), keys)
    tables = {"gates": view_table("gates", gates_table(gates), columns=GATE_COLUMNS)}
    return Chapter("perceptron", "OR, AND, NOT, XOR: one perceptron", {"gates": figure}, tables, facts)


def _stops_on_boundary(answer: GateAnswer) -> bool:
    return bool((append_bias(answer.gate.patterns) @ answer.run.weights == 0.0).any())


def xor_chapter(answers: Answers) -> Chapter:
    """The network on XOR: shares, regions."""
    networks, table = answers.networks, solved_table(answers.networks)
    figures = {"shares": _shares_figure(table)}
    both = {a.activation: (a.solved, a.failed) for a in networks if a.solved and a.failed}
    shown = [(name, region) for name in DRAWN_LARGE for region in both.get(name, ()) if region]
    if shown:
        figures["regions"] = _regions_figure(shown)
    gallery = [(a.activation, region) for a in networks if (region := a.solved or a.failed)]
    figures["gallery"] = _gallery_figure(gallery)
    facts = {
        "conclusion": conclusions.xor_conclusion(networks),
        "step": conclusions.step_conclusion(networks),
        "effort": answers.effort,
        "learning_rate": LEARNING_RATE,
        "parameters": min(answer.parameters for answer in networks),
    }
    return Chapter("xor", "XOR: a multilayer perceptron", figures, {"shares": view_table("xor", table)}, facts)


def _shares_figure(table: pd.DataFrame) -> FigureView:
    seeds = int(table["seeds"].iloc[0])
    shape = Shape(width=430, height=60 + 21 * len(table), left=86, right=40, top=10, font_size=11, across=1)
    caption = (
        f"Share of {seeds} seeds from which the 2-5-2-1 network answers all four patterns right after the last epoch, "
        "with its exact 95 % interval (Clopper-Pearson); the number is the count. Every activation starts from the "
        "same seeds."
    )
    view = view_table("xor_shares", table[["activation", "solved", "share", "low", "high"]])
    return draw_figure("shares", caption, [("", partial(draw_solved, table))], shape, view)


def _regions_figure(shown: Sequence[tuple[str, Region]]) -> FigureView:
    parts: list[tuple[str, Draw]] = [
        (f"{name}, seed {region.seed}: {'solved' if region.is_solved else 'failed'}", partial(draw_region, region))
        for name, region in shown
    ]
    caption = (
        "Where the trained network answers 1 (tinted like the filled patterns) and where 0, beyond the four patterns "
        "too: the first seed that solves XOR and the first that does not."
    )
    return draw_figure("regions", caption, parts, SQUARE, view_table("xor_patterns", pattern_table(shown)), CLASS_KEYS)


def _gallery_figure(gallery: Sequence[tuple[str, Region]]) -> FigureView:
    parts: list[tuple[str, Draw]] = [
        (name if region.is_solved else f"{name} (failed)", partial(draw_small_region, region))
        for name, region in gallery
    ]
    caption = "The same for every activation: the first seed that solves XOR, or the first seed where none does."
    return draw_figure("gallery", caption, parts, SMALL, view_table("xor_gallery", pattern_table(gallery)), CLASS_KEYS)


def diabetes_chapter(answers: Answers) -> Chapter:
    """R² on one split and on many."""
    answer = answers.diabetes
    scores, spread = scores_table(answer), summary_table(answer)
    caption = (
        "R² on test rows. Each dot of the first two rows is a split (and, for the network, a seed), "
        "each dot of the third a seed on one and the same split. Diamond and dashed line: the one number that a "
        "student would hand in. Bar: 95 % interval of the mean, corrected for splits that share one table; tick: mean. "
        "The third row has no interval: its seeds know nothing of other rows."
    )
    keys = (
        Key("a split or a seed", variable(ACCENT), marker="-2,-3 2,-3 3,0 2,3 -2,3 -3,0"),
        Key("the one number", variable(POSITIVE), "6 3", "0,-4 4,0 0,4 -4,0"),
        Key("mean and interval", variable(INK)),
    )
    shape = Shape(width=450, height=212, left=126, right=12, top=8, bottom=40, font_size=11, across=1)
    parts = [("", partial(draw_scores, scores, spread, answer.one))]
    figure = draw_figure("scores", caption, parts, shape, view_table("diabetes_scores", scores), keys)
    facts = {
        "conclusions": [
            conclusions.one_split_conclusion(answer),
            conclusions.many_splits_conclusion(answer),
            conclusions.ridge_conclusion(answer),
            conclusions.luck_conclusion(answer),
        ],
        "share": conclusions.share_conclusion(answer),
        "space": answer.space,
        "sizes": correction_sizes(answer.space),
        "configuration": answer.space.cells[0].configuration,
    }
    tables = {"spread": view_table("diabetes_spread", spread)}
    return Chapter("diabetes", "R² on the diabetes data", {"scores": figure}, tables, facts)


QUIZ_CHAPTERS = (answers_chapter, perceptron_chapter, xor_chapter, diabetes_chapter)
