"""The factors of a study: everything about a training that may be varied, with its default and its legal levels."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from pydantic_core import PydanticCustomError

from nnjax.data.preparation import DATE_COLUMNS, MISSING_VALUES, SKEWED_COLUMNS, WORD_COLUMNS
from nnjax.data.target_scale import TARGET_SCALES
from nnjax.kernels.names import FUSED, XLA, is_full_name
from nnjax.network.activations import ACTIVATIONS
from nnjax.network.architecture import NORMALIZATIONS
from nnjax.network.initializers import INITIALIZERS
from nnjax.network.losses import LOSSES
from nnjax.network.outputs import OUTPUTS
from nnjax.sweep.study.errors import did_you_mean
from nnjax.training.clipping import CLIPPINGS
from nnjax.training.device import DEVICES
from nnjax.training.optimizers import OPTIMIZERS
from nnjax.training.schedules import SCHEDULES
from nnjax.training.weights import CLASS_WEIGHTS

Level = str | int | float | tuple[int, ...] | tuple[str, ...]
"""One setting of a factor."""

FULL_BATCH = "full"
"""The level of `batch_size` that stands for all training rows."""

AUTO = "auto"
"""The level that stands for what suits the other factors."""

KERNELS = "kernels"
"""The factor that is never varied, and makes a study no other one: the runs of a space tell which kernels they have."""

DEFAULT_KERNELS = AUTO
"""What trains where a study does not say it."""

LARGEST_DEPTH = 64
LARGEST_WIDTH = 8192
LARGEST_EPOCHS = 100_000


def refuse(problem: str, remedy: str) -> PydanticCustomError:
    """The error that a check raises, with both halves of the message kept apart."""
    return PydanticCustomError("study", "{problem}; {remedy}", {"problem": problem, "remedy": remedy})


@dataclass(frozen=True)
class Choice:
    """A check: one of several names."""

    what: str
    names: tuple[str, ...]

    def __call__(self, value: object) -> str:
        """The name itself; refused if it is none of them."""
        if isinstance(value, str) and value in self.names:
            return value
        problem = f"unknown {self.what}" if isinstance(value, str) else "needs a name in quotes"
        raise refuse(problem, did_you_mean(value, self.names))

    @property
    def legal(self) -> str:
        """What it takes, in words."""
        return ", ".join(self.names)


@dataclass(frozen=True)
class KernelsWord:
    """A check: one of the words for kernels, or the full name of fused operations."""

    words: tuple[str, ...] = ("auto", XLA, FUSED)

    def __call__(self, value: object) -> str:
        """The word itself; refused if it is none."""
        return value if isinstance(value, str) and is_full_name(value) else Choice("kernels", self.words)(value)

    @property
    def legal(self) -> str:
        """What it takes, in words."""
        return f"{', '.join(self.words)}, or a full name that `nnjax results` shows"


@dataclass(frozen=True)
class Whole:
    """A check: a whole number in low … high."""

    low: int
    high: int
    remedy: str = ""

    def __call__(self, value: object) -> int:
        """The number itself; refused if it is not a whole one, or outside."""
        remedy = self.remedy or f"write {self.legal}"
        if not isinstance(value, int) or isinstance(value, bool):
            raise refuse("needs a whole number", remedy)
        if not self.low <= value <= self.high:
            raise refuse("too small" if value < self.low else "too large", remedy)
        return value

    @property
    def legal(self) -> str:
        """What it takes, in words."""
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Number:
    """A check: a finite number in low … high, whole numbers taken as numbers."""

    low: float
    high: float
    remedy: str = ""

    def __call__(self, value: object) -> float:
        """The number as a float; refused if it is none, not finite, or outside."""
        remedy = self.remedy or f"write {self.legal}"
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise refuse("needs a number", remedy)
        if isinstance(value, float) and not isfinite(value):
            raise refuse("not a finite number", remedy)
        if not self.low <= value <= self.high:
            below = "negative" if self.low == 0 else "too small"
            raise refuse(below if value < self.low else "too large", remedy)
        return float(value) + 0.0  # -0.0 becomes 0.0: the same training, so the same identity

    @property
    def legal(self) -> str:
        """What it takes, in words."""
        return f"a number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class AutoNumber:
    """A check: "auto", or a number in low … high."""

    low: float
    high: float

    def __call__(self, value: object) -> Level:
        """The word itself, or the number as a float; refused if it is neither."""
        remedy = f'write "{AUTO}" or a number from {self.low:g} to {self.high:g}'
        return AUTO if value == AUTO else Number(self.low, self.high, remedy)(value)

    @property
    def legal(self) -> str:
        """What it takes, in words."""
        return f'"{AUTO}", or {Number(self.low, self.high).legal}'


def _activation(value: object) -> Level:
    name = Choice("activation", tuple(ACTIVATIONS))
    if not isinstance(value, list | tuple):
        return name(value)
    if not 1 <= len(value) <= LARGEST_DEPTH:
        raise refuse("too many hidden layers" if value else "no activation", 'write a name, or ["tanh", "relu"]')
    return tuple(name(item) for item in value)


def _batch_size(value: object) -> Level:
    remedy = f'write a whole number from 1 to the number of training rows, or "{FULL_BATCH}"'
    if isinstance(value, str):
        return Choice("batch size", (FULL_BATCH,))(value)
    return Whole(1, 1_000_000_000, remedy)(value)


def _hidden_layer_sizes(value: object) -> Level:
    remedy = f"write a list of at most {LARGEST_DEPTH} widths from 1 to {LARGEST_WIDTH}, such as [64, 64]"
    if not isinstance(value, list | tuple):
        raise refuse("needs a list of widths, one a hidden layer", remedy)
    if len(value) > LARGEST_DEPTH:
        raise refuse("too many hidden layers", remedy)
    width = Whole(1, LARGEST_WIDTH, remedy)
    return tuple(width(item) for item in value)


@dataclass(frozen=True)
class Factor:
    """Something about a training that may be varied.

    Attributes:
        name: Key in study files, column of the results table.
        default: Its level where a study does not set it; None for `hidden_layer_sizes`, which depth and width give.
        check: Takes what the file says to a level, or refuses it.
        mark: What stands before a level in the label of a cell.
        meaning: In the lecture's words, a sentence: of its level in a study and in the results table alike.
        unit: Its unit; "" for a pure number or a name.
        formula: How it enters; "" where the meaning says it.
    """

    name: str
    default: Level | None
    check: Callable[[object], Level]
    mark: str
    meaning: str
    unit: str = ""
    formula: str = ""


SHARE = Number(0.0, 0.999_999)
ABOVE_ZERO = Number(1e-12, 1e6)
FROM_ZERO = Number(0.0, 1e6)

FACTORS: dict[str, Factor] = {factor.name: factor for factor in (
    Factor("activation", "relu", _activation, "",
           "Function of the hidden units; a list has one a hidden layer, in the results table joined by hyphens."),
    Factor("depth", 2, Whole(0, LARGEST_DEPTH), "d", "Number of hidden layers.", "layers", "L"),
    Factor("width", 64, Whole(1, LARGEST_WIDTH), "w", "Units of each hidden layer; of the widest where they differ.",
           "units"),
    Factor("hidden_layer_sizes", None, _hidden_layer_sizes, "",
           "Units of each hidden layer, a list instead of depth and width; in the results table joined by hyphens.",
           "units"),
    Factor("batch_size", 32, _batch_size, "b", "Examples a step; the full batch is the number of training rows.",
           "examples"),
    Factor("l2", 0.0, FROM_ZERO, "l2=", "Coupled penalty α on the weights, not the biases.", formula="loss + α/2 ‖W‖²"),
    Factor("optimizer", "adam", Choice("optimizer", tuple(OPTIMIZERS)), "", "Rule from gradient to step."),
    Factor("learning_rate", 0.001, Number(1e-12, 1e3), "lr=", "Step size of the optimiser.", formula="η"),
    Factor("momentum", 0.9, SHARE, "momentum=", "Share of the last update that momentum and nesterov keep."),
    Factor("beta_1", 0.9, SHARE, "beta_1=", "Adam's decay of the mean gradient.", formula="β₁"),
    Factor("beta_2", 0.999, SHARE, "beta_2=", "Adam's decay of the mean squared gradient.", formula="β₂"),
    Factor("epsilon", 1e-8, Number(1e-30, 1.0), "epsilon=", "Guard against division by zero in the optimiser's step.",
           formula="ε"),
    Factor("initializer", AUTO, Choice("initializer", (AUTO, *INITIALIZERS)), "",
           "Distribution of the initial weights; auto suits the activation.",
           formula="variance: lecun 1/fan_in, glorot 2/(fan_in + fan_out), he 2/fan_in"),
    Factor("loss", AUTO, Choice("loss", (AUTO, *LOSSES)), "",
           "Loss of one example, what training makes small; cross-entropies in nats.",
           formula="½‖y − v‖²; −Σ y ln p + (1 − y) ln(1 − p); −ln p of the class; all in docs/factors.md"),
    Factor("huber_delta", 1.0, ABOVE_ZERO, "delta=",
           "Error at which huber turns from squared to absolute, in standard deviations of the training rows' target.",
           "sd", formula="δ"),
    Factor("loss_quantile", 0.5, Number(0.001, 0.999), "q=",
           "Share of targets that the loss quantile wants below the prediction.", "share", formula="q"),
    Factor("epochs", 200, Whole(1, LARGEST_EPOCHS), "e", "Passes over the training rows.", "epochs", "E"),
    Factor("output", AUTO, Choice("output", (AUTO, *OUTPUTS)), "out=", "Function of the output units."),
    Factor("negative_slope", AUTO, AutoNumber(0.0, 1.0), "slope=",
           "Slope of leaky_relu below zero; where prelu's learned slopes begin.", formula="α"),
    Factor("elu_alpha", 1.0, Number(1e-6, 100.0), "alpha=", "Minus what elu tends to below zero.", formula="α"),
    Factor("maxout_pieces", 2, Whole(2, 16), "k", "Sets of weights of a maxout unit.", formula="k"),
    Factor("prelu_sharing", "unit", Choice("sharing", ("unit", "layer")), "per-",
           "What shares one learned slope of prelu."),
    Factor("initializer_gain", 1.0, Number(0.0, 1e3), "gain=",
           "What the hidden weights' initial standard deviation is multiplied with."),
    Factor("normalization", "none", Choice("normalization", NORMALIZATIONS), "norm=",
           "Of the pre-activations, before the nonlinearity.", formula="γ (z − μ) / √(σ² + 10⁻⁵) + β"),
    Factor("normalization_statistics", "training_set", Choice("statistics", ("training_set", "running")), "stats=",
           "What batch normalisation uses outside training: a pass over the training set, or running averages."),
    Factor("residual", 0, Whole(0, LARGEST_DEPTH), "skip=", "Hidden layers that a skip connection spans; 0 for none.",
           "layers"),
    Factor("clipping", "none", Choice("clipping", tuple(CLIPPINGS)), "clip=", "How gradients are kept in bounds."),
    Factor("clip_min", -1.0, Number(-1e6, 0.0), "clip_min=", "Least value of a gradient, for clipping by value."),
    Factor("clip_max", 1.0, FROM_ZERO, "clip_max=", "Largest value of a gradient, for clipping by value."),
    Factor("clip_norm", 1.0, ABOVE_ZERO, "clip_norm=", "Largest norm of a gradient, for clipping by norm."),
    Factor("l1", 0.0, FROM_ZERO, "l1=", "Penalty on the weights, not the biases.", formula="loss + l1 · Σ|w|"),
    Factor("weight_decay", AUTO, AutoNumber(0.0, 1e3), "decay=", "Decoupled decay of the weights, not the biases.",
           formula="w ← w − η · weight_decay · w"),
    Factor("dropout", 0.0, Number(0.0, 0.95), "drop=",
           "Share of hidden units dropped in a step; the others are scaled up (inverted).", "share"),
    Factor("input_noise", 0.0, Number(0.0, 1e3), "noise=",
           "Standard deviation of the noise added to the scaled features in a step.", "sd"),
    Factor("schedule", "constant", Choice("schedule", tuple(SCHEDULES)), "", "Course of the learning rate.",
           formula="η(t)"),
    Factor("decay_epochs", 50.0, ABOVE_ZERO, "per ", "The schedule's unit of time.", "epochs"),
    Factor("decay_rate", 0.5, ABOVE_ZERO, "rate=",
           "What a step schedule leaves after each unit; the strength of inverse_time."),
    Factor("rms_decay", 0.9, SHARE, "rms_decay=", "RMSprop's decay of the mean squared gradient."),
    Factor("scored_rows", "validation", Choice("rows", ("validation", "validation_and_test")), "scored=",
           "Rows scored after every epoch; test rows never choose."),
    Factor("missing_values", "refuse", Choice("level", MISSING_VALUES), "gaps=",
           "What fills a gap, learnt on the training rows; numbers get a column that says where, words a level of "
           "their own unless the most frequent one is filled in."),
    Factor("word_columns", "one_hot", Choice("level", WORD_COLUMNS), "words=",
           "What words become: columns of zeros and ones, the mean target of the rows that have them, or codes."),
    Factor("rare_words", 0.0, Number(0.0, 0.5), "rare=",
           "Words that fewer of the training rows have become one word; 0 for none.", "share"),
    Factor("date_columns", "refuse", Choice("level", DATE_COLUMNS), "dates=",
           "What dates become: year and places on the circles of year, week and day, or days since the first."),
    Factor("skewed_columns", "as_is", Choice("level", SKEWED_COLUMNS), "skewed=",
           "What is done to columns of numbers whose training rows are skewed."),
    Factor("target_scale", "as_is", Choice("level", TARGET_SCALES), "target=",
           "What a regression's target is trained as, learnt on the training rows; predictions are turned back before "
           "they are scored.", formula="ln(1 + y); Φ⁻¹ of the place of y among the training rows"),
    Factor("class_weight", "none", Choice("class weight", CLASS_WEIGHTS), "classes=",
           "What a row counts in the losses of a classification beside its own weight; balanced: all classes the same.",
           formula="N / (K · training rows of the class)"),
    Factor("device", "cpu", Choice("device", DEVICES), "",
           "What trains: many runs at once suit a GPU; its numbers differ from a CPU's in the last bits."),
    Factor(KERNELS, DEFAULT_KERNELS, KernelsWord(), "",
           "What computes a CPU's steps: XLA, or operations in C that are built here; auto takes what the study's runs "
           "have, else what can be had. Numbers differ in the last bits. Only fixed."),
)}  # fmt: skip
"""Every factor, in the order in which a study is completed and documented."""

ALWAYS_TOLD = (
    *("activation", "depth", "width", "batch_size", "l2"),
    *("learning_rate", "optimizer", "initializer", "epochs", "loss"),
)
"""Factors without which no sentence about a network has a truth value: every run is told with them."""
