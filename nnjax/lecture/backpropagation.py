"""Backpropagation through any number of layers, by hand: errors δ carried from the output back to the inputs."""

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float

from nnjax.lecture.activations import ACTIVATIONS
from nnjax.lecture.losses import OUTPUT_LOSSES, OutputLoss
from nnjax.lecture.weights import Apart, Folded, Parameters, fold, unfold, weighted_sums

View = TypeVar("View", Apart, Folded)


@dataclass(frozen=True)
class Network:
    """What the weights do not say about a network.

    Attributes:
        hidden: Activation of the hidden layers, a key of `ACTIVATIONS`; one for all or one each.
        output: identity, logistic, tanh or softmax.
        loss: half_mean_squared_error behind any output, binary_cross_entropy behind logistic, cross_entropy behind
            softmax.
    """

    hidden: str | tuple[str, ...] = "logistic"
    output: str = "logistic"
    loss: str = "half_mean_squared_error"

    def __post_init__(self) -> None:
        """Refuse names and pairs that do not exist."""
        unknown = set((self.hidden,) if isinstance(self.hidden, str) else self.hidden) - set(ACTIVATIONS)
        if unknown:
            raise ValueError(f"hidden {sorted(unknown)}: need some of {', '.join(ACTIVATIONS)}")
        if (self.output, self.loss) not in OUTPUT_LOSSES:
            pairs = "; ".join(f"{loss} behind {output}" for output, loss in OUTPUT_LOSSES)
            raise ValueError(f"{self.loss} behind {self.output}: need one of {pairs}")

    @property
    def output_loss(self) -> OutputLoss:
        """The output's function, the loss and their δ."""
        return OUTPUT_LOSSES[self.output, self.loss]

    def hidden_names(self, n_hidden: int) -> tuple[str, ...]:
        """The activation of each of `n_hidden` hidden layers.

        Raises:
            ValueError: If a list of another length was given.
        """
        names = (self.hidden,) * n_hidden if isinstance(self.hidden, str) else self.hidden
        if len(names) != n_hidden:
            raise ValueError(f"{len(names)} activations for {n_hidden} hidden layers")
        return names


class Forward(NamedTuple):
    """What a forward pass leaves behind, N examples, L layers counting the output.

    Attributes:
        z: Pre-activations of layers 1 … L, [N, units] each.
        a: What each layer sends on: a⁽⁰⁾ = x, then a⁽¹⁾ … a⁽ᴸ⁾ = v, the outputs.
    """

    z: tuple[Float[np.ndarray, "N units"], ...]
    a: tuple[Float[np.ndarray, "N units"], ...]


class Backward(NamedTuple, Generic[View]):
    """What a backward pass finds.

    Attributes:
        gradient: ∂E/∂ every weight, E the mean over the examples; in the view of the parameters.
        deltas: δ⁽ˡ⁾ = ∂Eᵢ/∂z⁽ˡ⁾ of every example i for l = 1 … L, [N, units] each. With one hidden layer the lecture
            calls the last δ and the one before φ.
    """

    gradient: View
    deltas: tuple[Float[np.ndarray, "N units"], ...]


def propagate_forward(parameters: Parameters, x: Float[np.ndarray, "N D"], network: Network) -> Forward:
    """Carry examples through all layers: a⁽ˡ⁾ = f(W⁽ˡ⁾ᵀa⁽ˡ⁻¹⁾ + b⁽ˡ⁾). Weights in either view give the same bits.

    Source: the lecture's slide on the network of L layers.

    >>> parameters = Apart((np.ones((2, 3)), np.ones((3, 1))), (np.zeros(3), np.zeros(1)))
    >>> propagate_forward(parameters, np.ones((1, 2)), Network("relu", "identity")).a[-1].tolist()
    [[6.0]]
    """
    n_layers = len(parameters.weights)
    functions = [ACTIVATIONS[name].function for name in network.hidden_names(n_layers - 1)]
    z, a = [], [x]
    for layer, function in enumerate([*functions, network.output_loss.output]):
        z.append(weighted_sums(parameters, layer, a[-1]))
        a.append(function(z[-1]))
    return Forward(tuple(z), tuple(a))


def mean_loss(
    parameters: Parameters, x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "N I"], network: Network
) -> float:
    """E, the mean of the examples' losses; the desired outputs y are 0 and 1 or one-hot rows for classes.

    >>> parameters = Apart((np.zeros((2, 1)),), (np.zeros(1),))
    >>> mean_loss(parameters, np.ones((1, 2)), np.ones((1, 1)), Network())
    0.125
    """
    return float(network.output_loss.loss(propagate_forward(parameters, x, network).z[-1], y).mean())


def propagate_backward(
    parameters: View, x: Float[np.ndarray, "N D"], y: Float[np.ndarray, "N I"], network: Network
) -> Backward[View]:
    """Carry the errors back: δ⁽ᴸ⁾ from the loss, then δ⁽ˡ⁾ = (W⁽ˡ⁺¹⁾δ⁽ˡ⁺¹⁾) f'(z⁽ˡ⁾); ∂E/∂W⁽ˡ⁾ = mean of a⁽ˡ⁻¹⁾δ⁽ˡ⁾ᵀ.

    Every step down multiplies by a slope f'; with slopes of at most ¼, the logistic's, the product vanishes.

    Source: the lecture's slides on backward propagation; Rumelhart, Hinton & Williams (1986).

    >>> parameters = Apart((np.zeros((2, 1)),), (np.zeros(1),))
    >>> propagate_backward(parameters, np.ones((1, 2)), np.ones((1, 1)), Network()).gradient.biases
    (array([-0.125]),)
    """
    if isinstance(parameters, Folded):
        apart = propagate_backward(unfold(parameters), x, y, network)
        return Backward(fold(apart.gradient), apart.deltas)
    z, a = propagate_forward(parameters, x, network)
    names = network.hidden_names(len(z) - 1)
    deltas = [network.output_loss.delta(a[-1], y)]
    for layer in reversed(range(len(names))):
        slope = ACTIVATIONS[names[layer]].slope(z[layer])
        deltas.insert(0, (deltas[0] @ parameters.weights[layer + 1].T) * slope)
    weights = tuple(below.T @ delta / len(x) for below, delta in zip(a[:-1], deltas, strict=True))
    return Backward(Apart(weights, tuple(delta.mean(axis=0) for delta in deltas)), tuple(deltas))
