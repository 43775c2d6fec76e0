"""Optimisers: from the gradient to the direction of the step, and the numbers by which a run's steps differ."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float

from nnjax.network.lazy import Array, optax

ScalarNumber = Float[Array, ""] | float


class Hyperparameters(NamedTuple):
    """The numbers of a run that vary inside a program; each a scalar, batched over runs.

    They are the factors of these names: `FACTORS` of the study says what each means, its unit and its formula.
    """

    learning_rate: ScalarNumber
    l2: ScalarNumber
    momentum: ScalarNumber = 0.9
    beta_1: ScalarNumber = 0.9
    beta_2: ScalarNumber = 0.999
    epsilon: ScalarNumber = 1e-8
    l1: ScalarNumber = 0.0
    weight_decay: ScalarNumber = 0.0
    rms_decay: ScalarNumber = 0.9
    clip_min: ScalarNumber = -1.0
    clip_max: ScalarNumber = 1.0
    clip_norm: ScalarNumber = 1.0
    dropout: ScalarNumber = 0.0
    input_noise: ScalarNumber = 0.0
    negative_slope: ScalarNumber = 0.01
    elu_alpha: ScalarNumber = 1.0
    huber_delta: ScalarNumber = 1.0
    loss_quantile: ScalarNumber = 0.5


Rule = Callable[[Hyperparameters], "optax.GradientTransformation"]


@dataclass(frozen=True)
class Optimizer:
    """A rule from gradient to step.

    Attributes:
        name: The level of the factor `optimizer`.
        rule: A run's numbers -> the direction of its step, before the learning rate.
        settings: Factors that mean something with it.
        weight_decay: What `weight_decay = "auto"` means for it.
    """

    name: str
    rule: Rule
    settings: tuple[str, ...] = ("learning_rate",)
    weight_decay: float = 0.0


def _as_it_is(numbers: Hyperparameters) -> "optax.GradientTransformation":
    return optax.identity()


def _adam(numbers: Hyperparameters) -> "optax.GradientTransformation":
    return optax.scale_by_adam(b1=numbers.beta_1, b2=numbers.beta_2, eps=numbers.epsilon)


_ADAM = ("learning_rate", "beta_1", "beta_2", "epsilon")


OPTIMIZERS = {optimizer.name: optimizer for optimizer in (
    Optimizer("sgd", _as_it_is),
    Optimizer("momentum", lambda numbers: optax.trace(decay=numbers.momentum), ("learning_rate", "momentum")),
    Optimizer("nesterov", lambda numbers: optax.trace(decay=numbers.momentum, nesterov=True),
              ("learning_rate", "momentum")),
    Optimizer("adam", _adam, _ADAM),
    Optimizer("adamw", _adam, _ADAM, weight_decay=0.01),  # Loshchilov & Hutter 2019
    Optimizer("rmsprop", lambda numbers: optax.scale_by_rms(decay=numbers.rms_decay, eps=numbers.epsilon),
              ("learning_rate", "rms_decay", "epsilon")),
    Optimizer("adagrad", lambda numbers: optax.scale_by_rss(initial_accumulator_value=0.1, eps=numbers.epsilon),
              ("learning_rate", "epsilon")),
    Optimizer("lbfgs", _as_it_is, ()),
)}  # fmt: skip
"""Name -> optimiser; L-BFGS has a step of its own in `nnjax.training.lbfgs`, and its line search the rate."""


@dataclass(frozen=True)
class UpdateRule:
    """What shapes a step: two levels, whether two penalties are on, and whether Adam's step is one operation.

    What is off is not in the program.
    """

    optimizer: str = "adam"
    clipping: str = "none"
    l1: bool = False
    weight_decay: bool = False
    is_fused: bool = False
