"""One update of the weights as scikit-learn takes it: penalty by the mini-batch, the rate inside the momentum."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Bool, Float, Int, Scalar

from nnjax.kernels.adam import AdamNumbers, adam_step, adam_update
from nnjax.network.mlp import Parameters
from nnjax.training.clipping import CLIPPINGS
from nnjax.training.gradients import StepGradients
from nnjax.training.optimizers import OPTIMIZERS, Hyperparameters, UpdateRule
from nnjax.training.update import is_plain, penalise, penalty, what_is_left


class AdamMoments(NamedTuple):
    """Adam's state: steps taken, and the mean gradient and squared gradient so far."""

    n_steps: Int[Scalar, ""]
    mean: Parameters
    square: Parameters


def scale_by_plain_adam(numbers: Hyperparameters) -> optax.GradientTransformation:
    """Adam whose ε stands beside the root of the uncorrected mean square, as in the paper's last remark of section 2.

    optax adds ε to the corrected root, which is the larger one: in the first steps its ε is up to 30 times smaller.

    Source: Kingma & Ba 2015; scikit-learn's AdamOptimizer.
    """

    def init(parameters: Parameters) -> AdamMoments:
        # By numpy: jax compiles a program for each shape.
        zeros = (jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), parameters) for _ in range(2))
        count: Any = np.int32(0)
        return AdamMoments(count, *zeros)

    def update(gradient: Parameters, state: AdamMoments, _: Parameters | None = None) -> tuple[Parameters, AdamMoments]:
        count = state.n_steps + 1
        mean = jax.tree.map(lambda m, g: numbers.beta_1 * m + (1 - numbers.beta_1) * g, state.mean, gradient)
        square = jax.tree.map(lambda v, g: numbers.beta_2 * v + (1 - numbers.beta_2) * g * g, state.square, gradient)
        scale = jax.lax.optimization_barrier(_correction(numbers, count))  # once a step, not a weight
        step = jax.tree.map(lambda m, v: scale * m / (jnp.sqrt(v) + numbers.epsilon), mean, square)
        return step, AdamMoments(count, mean, square)

    return optax.GradientTransformation(init, update)


def _correction(numbers: Hyperparameters, count: Int[Scalar, ""]) -> Float[Scalar, ""]:
    """What corrects mean and root mean square of so many steps for their beginning at zero."""
    steps = count.astype(jnp.float32)
    # 1 − β^t by expm1: near t = 1 the difference of two numbers close to one would lose digits.
    first, second = (-jnp.expm1(steps * jnp.log(beta)) for beta in (numbers.beta_1, numbers.beta_2))
    return jnp.sqrt(second) / first


def scale_by_fused_plain_adam(numbers: Hyperparameters) -> optax.GradientTransformation:
    """The same by one operation."""

    def update(gradient: Parameters, state: AdamMoments, _: Parameters | None = None) -> tuple[Parameters, AdamMoments]:
        count = state.n_steps + 1
        of_step = AdamNumbers(_correction(numbers, count), numbers.beta_1, numbers.beta_2, 1.0, numbers.epsilon)
        step, mean, square = adam_update(of_step, state.mean, state.square, gradient)
        return step, AdamMoments(count, mean, square)

    return optax.GradientTransformation(scale_by_plain_adam(numbers).init, update)


class Updated(NamedTuple):
    """What one step leaves behind.

    Attributes:
        parameters: After it.
        state: The solver's, after it.
        penalty: Of the parameters before it.
    """

    parameters: Parameters
    state: Any
    penalty: Float[Scalar, ""]


class Update(NamedTuple):
    """What shapes an update beside the house's own rule.

    Attributes:
        rule: Clipping, penalties, and the solver: a key of `OPTIMIZERS`, without the momenta of "sgd" and "lbfgs".
        nesterovs_momentum: Whether "sgd" looks ahead.
    """

    rule: UpdateRule
    nesterovs_momentum: bool

    def transformation(self, numbers: Hyperparameters) -> optax.GradientTransformation:
        """From a penalised gradient to the step that is added to the weights; its learning rate is the moment's own.

        With momentum the rate is part of what is remembered, as in scikit-learn: a rate that falls does not shorten
        steps that were taken before.
        """
        slowed = optax.scale(-numbers.learning_rate)
        if self.rule.optimizer == "sgd":
            return optax.chain(slowed, optax.trace(decay=numbers.momentum, nesterov=self.nesterovs_momentum))
        if self.rule.optimizer in ("adam", "adamw"):
            scale_by = scale_by_fused_plain_adam if self.rule.is_fused else scale_by_plain_adam
            return optax.chain(scale_by(numbers), slowed)
        return optax.chain(OPTIMIZERS[self.rule.optimizer].rule(numbers), slowed)

    def lets_rest(self, parameters: Parameters) -> bool:
        """Whether `apply` leaves weights and state of a training that has ended as they are, by the operation."""
        return self.rule.is_fused and is_plain(parameters)

    def first_state(self, parameters: Parameters) -> Any:
        """The state before the first step; of no number but the weights' shapes."""
        return self.transformation(Hyperparameters(0.0, 0.0)).init(parameters)

    def apply(
        self,
        parameters: Parameters,
        state: Any,
        gradients: StepGradients,
        numbers: Hyperparameters,
        rests: Bool[Scalar, ""],
    ) -> Updated:
        """Take one step along the gradient of the loss; see `lets_rest` for a training that `rests`."""
        if self.lets_rest(parameters):
            return self._fused_step(parameters, state, gradients, numbers, rests)
        before = penalty(parameters, self.rule, numbers)
        clipped = CLIPPINGS[self.rule.clipping].function(gradients.gradient, numbers)
        penalised = penalise(clipped, parameters, self.rule, numbers)
        with jax.numpy_dtype_promotion("standard"):  # optax mixes integers and floats
            step, state = self.transformation(numbers).update(penalised, state, parameters)
        if self.rule.weight_decay:
            share = numbers.learning_rate * numbers.weight_decay
            step = tuple(
                each._replace(weights=each.weights - share * layer.weights)
                for each, layer in zip(step, parameters, strict=True)
            )
        return Updated(optax.apply_updates(parameters, step), state, before)

    def _fused_step(
        self,
        parameters: Parameters,
        state: Any,
        gradients: StepGradients,
        numbers: Hyperparameters,
        rests: Bool[Scalar, ""],
    ) -> Updated:
        adam, *behind = state
        count = jnp.where(rests, adam.n_steps, adam.n_steps + 1)
        gradient, rest = what_is_left(gradients, parameters, self.rule, numbers)
        step_size = numbers.learning_rate * _correction(numbers, count)
        step = rest._replace(step_size=step_size, rests=rests.astype(jnp.float32))
        after = adam_step(step, parameters, adam.mean, adam.square, gradient)
        # The step's own sums: the weights are written over, and whatever else reads them has XLA copy them first.
        before = penalty(parameters, self.rule, numbers, after.weight_squares)
        return Updated(after.parameters, (AdamMoments(count, after.mean, after.square), *behind), before)


def divided(numbers: Hyperparameters, weight: Float[Scalar, ""] | Array) -> Hyperparameters:
    """Penalties of a mini-batch whose rows count `weight` together: alpha is a penalty of the sum, not of the mean."""
    share = jnp.where(weight != 0, 1 / jnp.where(weight != 0, weight, 1), 0)
    return numbers._replace(l2=numbers.l2 * share, l1=numbers.l1 * share)
