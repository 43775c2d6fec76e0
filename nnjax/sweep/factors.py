"""The factors of a study: everything about a training that may be varied, with its default and its legal levels."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite

from pydantic_core import PydanticCustomError

from nnjax.network.activations import ACTIVATIONS
from nnjax.network.initializers import INITIALIZERS
from nnjax.network.losses import LOSSES
from nnjax.sweep.study_errors import did_you_mean
from nnjax.training.optimizers import OPTIMIZERS

Level = str | int | float | tuple[int, ...]
"""One setting of a factor."""

FULL_BATCH = "full"
"""The level of `batch_size` that stands for all training rows."""

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


def _batch_size(value: object) -> Level:
    remedy = f'write a whole number from 1 to the number of training rows, or "{FULL_BATCH}"'
    if isinstance(value, str):
        return Choice("batch size", (FULL_BATCH,))(value)
    return Whole(1, 1_000_000_000, remedy)(value)


def _hidden_layer_sizes(value: object) -> Level:
    remedy = f"write a list of 1 to {LARGEST_DEPTH} widths from 1 to {LARGEST_WIDTH}, such as [64, 64]"
    if not isinstance(value, list | tuple):
        raise refuse("needs a list of widths, one a hidden layer", remedy)
    if not 1 <= len(value) <= LARGEST_DEPTH:
        raise refuse("too many hidden layers" if value else "no hidden layer", remedy)
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


FACTORS: dict[str, Factor] = _registry(
    (
        Factor("activation", "relu", Choice("activation", tuple(ACTIVATIONS)), "", "function of each hidden unit"),
        Factor("depth", 2, Whole(1, LARGEST_DEPTH), "d", "number of hidden layers"),
        Factor("width", 64, Whole(1, LARGEST_WIDTH), "w", "units in each hidden layer"),
        Factor("hidden_layer_sizes", None, _hidden_layer_sizes, "", "units of each hidden layer, instead of depth"),
        Factor("batch_size", 32, _batch_size, "b", "examples in one step of the optimiser"),
        Factor("l2", 0.0, Number(0.0, 1e6), "l2=", "penalty α: the loss gains α/2 ‖W‖²"),
        Factor("optimizer", "adam", Choice("optimizer", tuple(OPTIMIZERS)), "", "rule from gradient to step"),
        Factor("learning_rate", 0.001, Number(1e-12, 1e3), "lr=", "step size η"),
        Factor("momentum", 0.9, Number(0.0, 0.999_999), "momentum=", "share of the last step kept by momentum"),
        Factor("beta_1", 0.9, Number(0.0, 0.999_999), "beta_1=", "Adam's memory of the gradient"),
        Factor("beta_2", 0.999, Number(0.0, 0.999_999), "beta_2=", "Adam's memory of the squared gradient"),
        Factor("epsilon", 1e-8, Number(1e-30, 1.0), "epsilon=", "Adam's guard against division by zero"),
        Factor("initializer", "auto", Choice("initializer", ("auto", *INITIALIZERS)), "", "initial weights' spread"),
        Factor("loss", "half_mean_squared_error", Choice("loss", tuple(LOSSES)), "", "what training makes small"),
        Factor("epochs", 200, Whole(1, LARGEST_EPOCHS), "e", "passes over the training rows"),
    )
)
"""Every factor, in the order of the results table."""
