"""Where the slides are wrong or inexact, what is right, and where the house does the right thing."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Erratum:
    """What a slide says, and what is right."""

    topic: str
    said: str
    right: str
    place: str
    """The name in the package that does it right, or the study or document that shows it."""


ERRATA = (
    Erratum("linear boundary", "θ₁x₁ + θ₂x₂ ≥ −θ₂",
        "The right side is −θ₀: the bias moves the line.", "nnjax.lecture.boundary.linear_boundary"),
    Erratum("perceptron model", "w₀ is the threshold in one line, the weight of x₀ = 1 in the next",
        "They differ in sign; here w₀ is the weight, −T.", "nnjax.lecture.gates.fold_threshold"),
    Erratum("perceptron, training procedure", "answers 1 if V > 0; the model slide has ≥ 0",
        "One of the two: here ≥ 0 everywhere.", "nnjax.lecture.perceptron.answer"),
    Erratum("perceptron, adjusting weights", "the rule is gradient descent on Σ(C − O)²",
        "A step has no slope to descend; the rule descends the sum of |w·x| over the mistakes.",
        "nnjax.lecture.perceptron.train_perceptron"),
    Erratum("logistic function", "σ(z) = 1/(1 + e^(−x))",
        "z and x are one letter; the score of the first slide is called x as well.",
        "nnjax.lecture.activations.logistic"),
    Erratum("stable softmax", "20, 40, 50 show the overflow",
        "e⁵⁰ overflows neither float64 nor float32: they show the shift, not the need for it.",
        "nnjax.lecture.softmax.stable_softmax"),
    Erratum("backward propagation", "δ = (y − v)v(1 − v) with the update −ηδo",
        "Together they climb. ∂E/∂v is v − y, and with it the minus descends.",
        "nnjax.lecture.one_hidden_layer.propagate_backward"),
    Erratum("derivative by one weight", "a factor 2 before each term, and y₁ for both outputs",
        "E has its ½, so the 2 goes; the second output needs y₂.",
        "nnjax.lecture.two_hidden_layers.differentiate_by_chain"),
    Erratum("leaky ReLU", "max(0.1x, x)",
        "The slope is a choice: Maas et al. (2013), and the factor negative_slope, have 0.01.",
        "nnjax.network.activations.ACTIVATIONS"),
    Erratum("ELU and PReLU", "for x ≥ 0 the derivative is 1, at 0 too",
        "At 0 the slope below is α: f′(0) exists only for α = 1. The derivative f(x) + α holds for x < 0.",
        "nnjax.network.activations.ACTIVATIONS"),
    Erratum("vanishing gradient, solution 1", "ReLU has a constant gradient",
        "1 above zero and 0 below: units can die, and it is the leaky variants that cannot.",
        "nnjax.network.activations.ACTIVATIONS"),
    Erratum("vanishing gradient, solution 2", "|x| falls within −4 to 4",
        "A size is not negative; meant is −4 ≤ z ≤ 4, where σ′ is at least 7 % of its peak.",
        "nnjax.network.activations.SATURATION"),
    Erratum("remedy 1, initialisation", "mean zero and a small variance",
        "Small alone makes gradients vanish faster; the variance has to fit the fan-in (LeCun, Glorot, He).",
        "nnjax.network.initializers.INITIALIZERS"),
    Erratum("remedy 4, gradient clipping", "clipping keeps gradients from becoming too small or too large",
        "It bounds large gradients. One that is too small passes unchanged, so clipping is no remedy for vanishing.",
        "nnjax.training.clipping.CLIPPINGS"),
    Erratum("batch normalisation", "γ and β, μ and σ are numbered 1 … N like the examples, and σ is called a variance",
        "Each unit has one μ, σ², γ and β, whatever the number of examples; σ² is the variance.",
        "nnjax.network.normalization.normalize"),
    Erratum("regularisation", "the penalty stands in the update and in Loss as well",
        "It counts once: w ← w − η(αw + ∂Loss/∂w), with Loss without the penalty.", "nnjax.lecture.descent.update"),
)  # fmt: skip
"""In the order of the slides."""


def errata_table() -> str:
    """The errata as a table in Markdown, as docs/lecture.md has it."""
    head = "| slide | what it says | what is right | done right in |\n|---|---|---|---|\n"
    return head + "".join(markdown_row((each.topic, each.said, each.right, f"`{each.place}`")) for each in ERRATA)


def markdown_row(cells: Sequence[str]) -> str:
    """A line of a table in Markdown, where a bare bar would begin the next cell."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
