"""A training as scikit-learn means it: data, first weights, order of the rows, and the numbers by which it runs."""

import hashlib
from dataclasses import dataclass, field, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from nnjax.kernels.names import XLA
from nnjax.training import ENGINE_VERSION
from nnjax.training.optimizers import Hyperparameters

if TYPE_CHECKING:  # jax is imported where something is trained
    from nnjax.network.mlp import Parameters

Floats = Float[NDArray[np.float32], "..."]


class Stopping(NamedTuple):
    """When a training ends.

    Attributes:
        max_iter: Epochs, at most.
        tol: What an epoch must gain to count as an improvement, in the unit of the loss or of the score.
        n_iter_no_change: Epochs in a row without improvement before training stops; may be infinite.
        max_fun: Losses that L-BFGS may ask for.
    """

    max_iter: int = 200
    tol: float = 1e-4
    n_iter_no_change: float = 10
    max_fun: int = 15_000


class Improvement(NamedTuple):
    """How far the search for an improvement has come: what a later fit of the same network goes on from.

    Attributes:
        best: Lowest loss of an epoch so far, or highest validation score.
        n_without_improvement: Epochs in a row that did not gain `tol`.
        rate_share: What the adaptive schedule has left of the first learning rate.
        rows_seen: Rows of all epochs so far; scikit-learn's `t_`.
    """

    best: float
    n_without_improvement: int = 0
    rate_share: float = 1.0
    rows_seen: int = 0


@dataclass(frozen=True)
class NetworkDesign:
    """What shapes the program of a training, but for the sizes of its data.

    Attributes:
        task: "regression" or "classification".
        loss: A key of `LOSSES`.
        output: A key of `OUTPUTS`.
        hidden_layer_sizes: Units of each hidden layer.
        activation: A key of `ACTIVATIONS` for each hidden layer.
        solver: A member of `STOCHASTIC_SOLVERS`, or "lbfgs".
        nesterovs_momentum: Whether "sgd" looks ahead.
        batch_size: Rows of a mini-batch, at most as many as there are.
        clipping: A key of `CLIPPINGS`.
        normalization: A member of `NORMALIZATIONS`; batch normalisation predicts by running averages.
        residual: Hidden layers that a skip connection spans; 0 for none.
        maxout_pieces: Pieces of a maxout unit.
        prelu_sharing: "unit" or "layer".
    """

    task: str
    loss: str
    output: str
    hidden_layer_sizes: tuple[int, ...]
    activation: tuple[str, ...]
    solver: str = "adam"
    nesterovs_momentum: bool = True
    batch_size: int = 200
    clipping: str = "none"
    normalization: str = "none"
    residual: int = 0
    maxout_pieces: int = 2
    prelu_sharing: str = "unit"


@dataclass(frozen=True)
class RateCourse:
    """The course of the learning rate.

    Attributes:
        name: "constant", "invscaling", "adaptive", "step", "cosine" or "inverse_time".
        power_t: Exponent of "invscaling".
        decay_epochs: Unit of time of "step" and "inverse_time", in epochs.
        decay_rate: Their strength.
    """

    name: str = "constant"
    power_t: float = 0.5
    decay_epochs: float = 50.0
    decay_rate: float = 0.5


@dataclass(frozen=True)
class Examples:
    """Rows as the network takes them.

    Attributes:
        x: Features [N, D].
        y: Targets [N, O]: numbers, or 0 and 1 for each class or label.
        weights: What each counts [N]; None where all count alike.
    """

    x: Floats
    y: Floats
    weights: Floats | None = None


@dataclass(frozen=True)
class Problem:
    """One training; all that its result depends on.

    Attributes:
        design: What shapes the program.
        numbers: What is batched over trainings. `l2` is scikit-learn's alpha: it, and `l1`, are divided by the rows of
            the mini-batch at hand, or by the sum of their weights.
        stopping: When it ends.
        course: Of the learning rate.
        train: The rows that are trained on.
        validation: The rows that decide when to stop, by R² or accuracy; None: the training loss decides.
        parameters: First weights; layers of numpy arrays.
        random_state: Draws the order of the rows, epoch after epoch, from a copy of this state; None: the rows' own
            order, every time.
        improvement: What an earlier fit has come to; None for a fresh one.
        state: The optimiser's, as an earlier `Fitted` holds it; None for a fresh one.
        moments: What batch normalisation predicts by, as an earlier `Fitted` holds it; empty for a fresh network.
        noise_seed: What dropout is drawn from.
    """

    design: NetworkDesign
    numbers: Hyperparameters
    stopping: Stopping
    course: RateCourse
    train: Examples
    validation: Examples | None
    parameters: "Parameters"
    random_state: np.random.RandomState | None = None
    improvement: Improvement | None = None
    state: tuple[NDArray[Any], ...] | None = None
    moments: tuple[Any, ...] = ()
    noise_seed: int = 0


@dataclass(frozen=True)
class Fitted:
    """What a training came to.

    Attributes:
        parameters: The last weights; those of the best validation score where validation rows decided. Numpy arrays.
        moments: What batch normalisation predicts by, one a hidden layer; empty without.
        loss_curve: Loss of every epoch, penalty included, as scikit-learn counts it [E].
        validation_scores: R² or accuracy of the validation rows after every epoch [E]; None without such rows.
        n_iter: Epochs of this training.
        improvement: Where the search for an improvement stands.
        why: It ended by "tol", for want of improvement; by "max_iter"; "diverged", a weight being not finite; or,
            L-BFGS alone, by "max_fun" or "line_search".
        state: The optimiser's, for a training that goes on: its numbers as plain arrays, one after the other.
        seconds: Its share of the seconds of all that trained with it.
        history: Measure -> values [E, layers] or [E]; see `WATCHED`. Empty where nobody watched.
        kernels: What trained it, as `Bucket.kernels`.
    """

    parameters: "Parameters"
    moments: tuple[Any, ...]
    loss_curve: NDArray[np.float64]
    validation_scores: NDArray[np.float64] | None
    n_iter: int
    improvement: Improvement
    why: str
    state: tuple[NDArray[Any], ...] | None = None
    seconds: float = 0.0
    history: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    kernels: str = XLA


WATCHED = ("grad_norm", "preactivation_grad_norm", "weight_norm", "update_ratio", "unit_dead")
"""What is watched of every layer, by the names of `nnjax.metrics`."""


def digest(problem: Problem, kernels: str = XLA) -> str:
    """The hash of all that a training's result depends on, the engine's version and what trains it included."""
    engine = ENGINE_VERSION if kernels == XLA else (ENGINE_VERSION, kernels)
    return hashlib.blake2b(b"".join(parts_of((engine, problem))), digest_size=20).hexdigest()


def parts_of(value: Any) -> list[bytes]:
    """A value as bytes, each with its kind and length before it, so that no two values share them."""
    parts: list[bytes] = []
    _add_parts(value, parts)
    return parts


def _add_parts(value: Any, parts: list[bytes]) -> None:
    if isinstance(value, np.random.RandomState):
        name, words, *rest = value.get_state(legacy=True)
        value = (name, words, *rest)
    if is_dataclass(value):
        value = tuple(vars(value).values())  # in the order of the fields
    if isinstance(value, tuple | list) and not _PLAIN.issuperset(map(type, value)):
        parts.append(f"{type(value).__name__} {len(value)};".encode())
        for member in value:
            _add_parts(member, parts)
    elif isinstance(value, np.ndarray) or hasattr(value, "__array__"):
        array = np.ascontiguousarray(value)
        parts += (f"{array.dtype.str} {array.shape};".encode(), array.tobytes())
    else:
        text = repr(value)
        parts.append(f"{type(value).__name__} {len(text)} {text};".encode())


_PLAIN = {int, float, str, bool, type(None)}
"""Types whose `repr` is all there is to know of them: of a tuple of such, too."""


def is_told_by_repr(value: Any) -> bool:
    """Whether the `repr` of a value is all there is to know of it.

    >>> is_told_by_repr(1.0), is_told_by_repr((50, "tanh")), is_told_by_repr([50]), is_told_by_repr(np.float64(1))
    (True, True, False, False)
    """
    return type(value) in _PLAIN or (type(value) is tuple and _PLAIN.issuperset(map(type, value)))
