"""The factors of a study: everything about a training that may be varied, with its default and its legal levels."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite

from pydantic_core import PydanticCustomError

from nnjax.network.activations import ACTIVATIONS
from nnjax.network.architecture import NORMALIZATIONS
from nnjax.network.initializers import INITIALIZERS
from nnjax.network.losses import LOSSES
from nnjax.network.outputs import OUTPUTS
from nnjax.sweep.study.errors import did_you_mean
from nnjax.training.device import DEVICES
from nnjax.training.optimizers import CLIPPINGS, OPTIMIZERS
from nnjax.training.schedules import SCHEDULES

Level = str | int | float | tuple[int, ...] | tuple[str, ...]
"""One setting of a factor."""

FULL_BATCH = "full"
"""The level of `batch_size` that stands for all training rows."""

AUTO = "auto"
"""The level that stands for what suits the other factors."""

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
        """The name itself.

        Raises:
            PydanticCustomError: If it is not one of the names.
        """
        if isinstance(value, str) and value in self.names:
            return value
        problem = f"unknown {self.what}" if isinstance(value, str) else "needs a name in quotes"
        raise refuse(problem, did_you_mean(value, self.names))


@dataclass(frozen=True)
class Whole:
    """A check: a whole number in low … high."""

    low: int
    high: int
    remedy: str = ""

    def __call__(self, value: object) -> int:
        """The number itself.

        Raises:
            PydanticCustomError: If it is not a whole number or outside.
        """
        legal = f"write a whole number from {self.low} to {self.high}"
        if not isinstance(value, int) or isinstance(value, bool):
            raise refuse("needs a whole number", self.remedy or legal)
        if not self.low <= value <= self.high:
            raise refuse("too small" if value < self.low else "too large", self.remedy or legal)
        return value


@dataclass(frozen=True)
class Number:
    """A check: a finite number in low … high, whole numbers taken as numbers."""

    low: float
    high: float
    remedy: str = ""

    def __call__(self, value: object) -> float:
        """The number as a float.

        Raises:
            PydanticCustomError: If it is not a number, not finite or outside.
        """
        legal = self.remedy or f"write a number from {self.low:g} to {self.high:g}"
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise refuse("needs a number", legal)
        if isinstance(value, float) and not isfinite(value):
            raise refuse("not a finite number", legal)
        if not self.low <= value <= self.high:
            below = "negative" if self.low == 0 else "too small"
            raise refuse(below if value < self.low else "too large", legal)
        return float(value) + 0.0  # -0.0 becomes 0.0: the same training, so the same identity


@dataclass(frozen=True)
class AutoNumber:
    """A check: "auto", or a number in low … high."""

    low: float
    high: float

    def __call__(self, value: object) -> Level:
        """The word itself, or the number as a float.

        Raises:
            PydanticCustomError: If it is neither.
        """
        remedy = f'write "{AUTO}" or a number from {self.low:g} to {self.high:g}'
        if isinstance(value, str) and value != AUTO:
            raise refuse("needs a number", remedy)
        return AUTO if value == AUTO else Number(self.low, self.high, remedy)(value)


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
        meaning: In the lecture's words.
    """

    name: str
    default: Level | None
    check: Callable[[object], Level]
    mark: str
    meaning: str


def _registry(factors: Iterable[Factor]) -> dict[str, Factor]:
    return {factor.name: factor for factor in factors}


SHARE = Number(0.0, 0.999_999)
POSITIVE = Number(1e-12, 1e6)

FACTORS: dict[str, Factor] = _registry(
    (
        Factor("activation", "relu", _activation, "", "function of each hidden unit, or a list: one a hidden layer"),
        Factor("depth", 2, Whole(0, LARGEST_DEPTH), "d", "number of hidden layers"),
        Factor("width", 64, Whole(1, LARGEST_WIDTH), "w", "units in each hidden layer"),
        Factor("hidden_layer_sizes", None, _hidden_layer_sizes, "", "units of each hidden layer, instead of depth"),
        Factor("batch_size", 32, _batch_size, "b", "examples in one step of the optimiser"),
        Factor("l2", 0.0, Number(0.0, 1e6), "l2=", "penalty α: the loss gains α/2 ‖W‖²"),
        Factor("optimizer", "adam", Choice("optimizer", tuple(OPTIMIZERS)), "", "rule from gradient to step"),
        Factor("learning_rate", 0.001, Number(1e-12, 1e3), "lr=", "step size η"),
        Factor("momentum", 0.9, SHARE, "momentum=", "share of the last step kept by momentum and nesterov"),
        Factor("beta_1", 0.9, SHARE, "beta_1=", "Adam's memory of the gradient"),
        Factor("beta_2", 0.999, SHARE, "beta_2=", "Adam's memory of the squared gradient"),
        Factor("epsilon", 1e-8, Number(1e-30, 1.0), "epsilon=", "guard against division by zero"),
        Factor("initializer", AUTO, Choice("initializer", (AUTO, *INITIALIZERS)), "", "initial weights' spread"),
        Factor("loss", AUTO, Choice("loss", (AUTO, *LOSSES)), "", "what training makes small"),
        Factor("epochs", 200, Whole(1, LARGEST_EPOCHS), "e", "passes over the training rows"),
        Factor("output", AUTO, Choice("output", (AUTO, *OUTPUTS)), "out=", "function of the output units"),
        Factor("negative_slope", AUTO, AutoNumber(0.0, 1.0), "slope=", "leaky_relu's below zero; prelu's first"),
        Factor("elu_alpha", 1.0, Number(1e-6, 100.0), "alpha=", "elu tends to minus this"),
        Factor("maxout_pieces", 2, Whole(2, 16), "k", "sets of weights of a maxout unit"),
        Factor("prelu_sharing", "unit", Choice("sharing", ("unit", "layer")), "per-", "what shares one prelu slope"),
        Factor("initializer_gain", 1.0, Number(0.0, 1e3), "gain=", "times the hidden weights' initial spread"),
        Factor("normalization", "none", Choice("normalization", NORMALIZATIONS), "norm=", "before the nonlinearity"),
        Factor(
            "normalization_statistics", "training_set", Choice("statistics", ("training_set", "running")), "stats=",
            "what batch normalisation uses outside training",
        ),
        Factor("residual", 0, Whole(0, LARGEST_DEPTH), "skip=", "hidden layers that a skip spans; 0 for none"),
        Factor("clipping", "none", Choice("clipping", tuple(CLIPPINGS)), "clip=", "how gradients are kept in bounds"),
        Factor("clip_min", -1.0, Number(-1e6, 0.0), "clip_min=", "least value of a gradient"),
        Factor("clip_max", 1.0, Number(0.0, 1e6), "clip_max=", "largest value of a gradient"),
        Factor("clip_norm", 1.0, POSITIVE, "clip_norm=", "largest norm of a gradient"),
        Factor("l1", 0.0, Number(0.0, 1e6), "l1=", "penalty: the loss gains l1 Σ|w|"),
        Factor("weight_decay", AUTO, AutoNumber(0.0, 1e3), "decay=", "a step takes η · decay · W from the weights"),
        Factor("dropout", 0.0, Number(0.0, 0.95), "drop=", "share of hidden units dropped in a step"),
        Factor("input_noise", 0.0, Number(0.0, 1e3), "noise=", "sd of the noise on the scaled features"),
        Factor("schedule", "constant", Choice("schedule", tuple(SCHEDULES)), "", "course of the learning rate η(t)"),
        Factor("decay_epochs", 50.0, POSITIVE, "per ", "the schedule's unit of time, in epochs"),
        Factor("decay_rate", 0.5, POSITIVE, "rate=", "what the schedule leaves after it, or its strength"),
        Factor("rms_decay", 0.9, SHARE, "rms_decay=", "RMSprop's memory of the squared gradient"),
        Factor(
            "scored_rows", "validation", Choice("rows", ("validation", "validation_and_test")), "scored=",
            "rows scored after every epoch; test rows never choose",
        ),
        Factor("device", "cpu", Choice("device", DEVICES), "", "what trains: many runs at once suit a GPU"),
    )
)  # fmt: skip
"""Every factor, in the order of the results table."""
