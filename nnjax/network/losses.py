"""Losses of one example, from its logits; a mini-batch takes the mean."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float

from nnjax.network.lazy import Array, jax, jnp
from nnjax.network.outputs import OUTPUTS, below_maximum

Vector = Float[Array, " outputs"]


class LossParameters(NamedTuple):
    """Numbers that shape some losses, in units of the target as the network is given it.

    Attributes:
        huber_delta: Error at which `huber` turns from a parabola into a straight line.
        loss_quantile: Share of targets that shall lie below the prediction, for `quantile`.
    """

    huber_delta: Float[Array, ""] | float = 1.0
    loss_quantile: Float[Array, ""] | float = 0.5


AS_USUAL = LossParameters()


@dataclass(frozen=True)
class Loss:
    """What training makes small.

    Attributes:
        name: The level of the factor `loss`.
        function: (logits [outputs], target [outputs], name of the output, numbers) -> the loss of one example.
        outputs: Names of the outputs that it may stand behind, the usual one first.
        meaning: One line for a person.
        formula: In plain text: y the target, p the prediction, z the logits.
        settings: Factors that mean something with it.
    """

    name: str
    function: Callable[[Vector, Vector, str, LossParameters], Float[Array, ""]]
    outputs: tuple[str, ...]
    meaning: str
    formula: str
    settings: tuple[str, ...] = ()

    def __call__(
        self, logits: Vector, target: Vector, output: str = "identity", numbers: LossParameters = AS_USUAL
    ) -> Float[Array, ""]:
        """The loss of one example.

        Raises:
            ValueError: The loss cannot stand behind this output.
        """
        if output not in self.outputs:
            raise ValueError(f"{self.name} goes with the output {' or '.join(self.outputs)}, not {output}")
        return self.function(logits, target, output, numbers)


def half_squared_error(prediction: Vector, target: Vector) -> Float[Array, ""]:
    """½‖y − v‖² of one example; its mean over N examples is E = 1/(2N) Σ‖y − v‖².

    Source: the lecture's slide on the cost function. scikit-learn's squared loss has the same ½.

    >>> float(half_squared_error(jnp.array([1.0, 2.0]), jnp.array([0.0, 0.0])))
    2.5
    """
    return 0.5 * jnp.sum(jnp.square(prediction - target))


def _half_mean_squared_error(logits: Vector, target: Vector, output: str, numbers: LossParameters) -> Float[Array, ""]:
    return half_squared_error(OUTPUTS[output].apply(logits), target)


def huber(prediction: Vector, target: Vector, delta: Float[Array, ""] | float) -> Float[Array, ""]:
    """Σ ½e² where the error |e| is at most δ, beyond it δ (|e| − ½δ): an outlier pulls no harder than an error of δ.

    Source: Huber 1964.

    >>> [float(huber(jnp.array([error]), jnp.array([0.0]), 1.0)) for error in (0.5, 3.0)]
    [0.125, 2.5]
    """
    error = jnp.abs(prediction - target)
    within = jnp.minimum(error, delta)
    return jnp.sum(within * (error - 0.5 * within))


def pinball(prediction: Vector, target: Vector, quantile: Float[Array, ""] | float) -> Float[Array, ""]:
    """Σ q (y − p) where the target lies above the prediction, (1 − q) (p − y) where below: least at the q-quantile.

    Source: Koenker & Bassett 1978; scikit-learn's mean_pinball_loss.

    >>> [round(float(pinball(jnp.array([0.0]), jnp.array([y]), 0.9)), 6) for y in (1.0, -1.0)]
    [0.9, 0.1]
    """
    error = target - prediction
    return jnp.sum(jnp.maximum(quantile * error, (quantile - 1) * error))


def half_poisson_deviance(logits: Vector, target: Vector) -> Float[Array, ""]:
    """Σ y ln(y / p) − y + p behind p = e^z, 0 ln 0 being 0: half of scikit-learn's mean_poisson_deviance.

    The half, as of the squared error, makes the derivative by the logit p − y. Beyond what float32 can write it is
    infinite, as e^z is: the run ends as diverged.

    >>> float(half_poisson_deviance(jnp.array([0.0]), jnp.array([1.0])))
    0.0
    """
    known = jnp.where(target > 0, target, 1.0)
    return jnp.sum(target * (jnp.log(known) - logits) - target + jnp.exp(logits))


def binary_cross_entropy(logits: Vector, target: Vector) -> Float[Array, ""]:
    """−Σ y ln p + (1 − y) ln(1 − p) behind p = σ(z), summed over the outputs; natural logarithm.

    From the logits, −ln p = softplus(−z) and −ln(1 − p) = softplus(z): nothing overflows, no logarithm meets zero,
    and no small surprise is lost in a difference.

    >>> float(binary_cross_entropy(jnp.array([0.0]), jnp.array([1.0]))).hex() == float(jnp.log(2.0)).hex()
    True
    >>> float(binary_cross_entropy(jnp.array([1e4]), jnp.array([0.0])))
    10000.0
    """
    return jnp.sum(target * jax.nn.softplus(-logits) + (1 - target) * jax.nn.softplus(logits))


def cross_entropy(logits: Vector, target: Vector) -> Float[Array, ""]:
    """−Σ_k y_k ln p_k behind p = softmax(z); natural logarithm.

    With the maximum m of the logits subtracted, ln p_k = z_k − m − ln Σ_j e^(z_j − m), whose sum is at least one.

    >>> float(cross_entropy(jnp.array([1e4, 0.0]), jnp.array([0.0, 1.0])))
    10000.0
    """
    shifted = below_maximum(logits)
    return -jnp.sum(target * (shifted - jnp.log(jnp.sum(jnp.exp(shifted)))))


LOSSES = {loss.name: loss for loss in (
    Loss("half_mean_squared_error", _half_mean_squared_error, ("identity", "relu", "logistic", "softmax"),
         "half the squared distance between target and prediction", "1/2 ||y - p||^2"),
    Loss("huber", lambda logits, target, _output, numbers: huber(logits, target, numbers.huber_delta), ("identity",),
         "half the squared error up to huber_delta, beyond it linear: outliers pull less",
         "1/2 e^2 if |e| <= delta, else delta (|e| - delta/2), e = y - p", ("huber_delta",)),
    Loss("quantile", lambda logits, target, _output, numbers: pinball(logits, target, numbers.loss_quantile),
         ("identity",), "pinball loss: the prediction is the quantile loss_quantile, at 0.5 the median",
         "q (y - p) if y >= p, else (1 - q) (p - y)", ("loss_quantile",)),
    Loss("poisson", lambda logits, target, _output, _numbers: half_poisson_deviance(logits, target), ("exponential",),
         "half the Poisson deviance, for counts", "y ln(y / p) - y + p"),
    Loss("binary_cross_entropy", lambda logits, target, _output, _numbers: binary_cross_entropy(logits, target),
         ("logistic",),
         "surprise at each output's yes or no, in nats, summed over the outputs",
         "-sum_k y_k ln p_k + (1 - y_k) ln(1 - p_k)"),
    Loss("cross_entropy", lambda logits, target, _output, _numbers: cross_entropy(logits, target), ("softmax",),
         "surprise at the true class, in nats", "-sum_k y_k ln p_k"),
)}  # fmt: skip
"""Name -> loss of one example."""


def default_output(loss: str, task: str = "regression") -> str:
    """The output that `output = "auto"` stands for: the loss's usual one that the task can be judged by.

    A classification needs probabilities; of a loss that stands behind none, its usual output, which checks refuse.

    >>> default_output("cross_entropy"), default_output("half_mean_squared_error", "classification")
    ('softmax', 'logistic')
    """
    wanted = LOSSES[loss].outputs
    if task == "classification":
        wanted = tuple(name for name in wanted if OUTPUTS[name].is_probability) or wanted
    return wanted[0]


def default_loss(task: str) -> str:
    """The loss that a task takes unless a study says otherwise.

    >>> default_loss("regression"), default_loss("classification")
    ('half_mean_squared_error', 'cross_entropy')
    """
    return {"regression": "half_mean_squared_error", "classification": "cross_entropy"}[task]
