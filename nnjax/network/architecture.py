"""An architecture: all that shapes the network itself, and the number of parameters that follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nnjax.network.activations import ACTIVATIONS

NORMALIZATIONS = ("none", "batch", "layer")
"""What may stand between a layer's weighted sum and its nonlinearity."""


@dataclass(frozen=True)
class Architecture:
    """The static part of a network; which branch an elementwise layer takes is not in it.

    Attributes:
        layer_sizes: Inputs, hidden units …, outputs.
        structures: One a hidden layer: "elementwise", "prelu_unit", "prelu_layer" or "maxout"; empty for elementwise
            throughout.
        branches: The elementwise activations that the program can switch to.
        maxout_pieces: Pieces k of a maxout unit.
        normalization: A member of `NORMALIZATIONS`.
        residual: Hidden layers that a skip connection spans; 0 for none. The first hidden layer stands before the
            blocks, because its input has another width.
    """

    layer_sizes: tuple[int, ...]
    structures: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    maxout_pieces: int = 2
    normalization: str = "none"
    residual: int = 0

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return len(self.layer_sizes) - 2

    def structure(self, layer: int) -> str:
        """What hidden layer number `layer`, from 0, is made of."""
        return self.structures[layer] if self.structures else "elementwise"

    def closes_block(self, layer: int) -> bool:
        """Whether the input of a block of layers is added to the output of hidden layer number `layer`."""
        return self.residual > 0 and layer > 0 and layer % self.residual == 0

    @property
    def parameter_count(self) -> int:
        """Number of weights, biases, scales and learned slopes.

        >>> Architecture((10, 64, 1)).parameter_count, Architecture((10, 64, 1), ("maxout",)).parameter_count
        (769, 1473)
        """
        count = 0
        for layer, (fan_in, fan_out) in enumerate(pairwise(self.layer_sizes)):
            hidden = layer < self.depth
            structure = self.structure(layer) if hidden else "elementwise"
            pieces = self.maxout_pieces if structure == "maxout" else 1
            count += pieces * (fan_in + 1) * fan_out
            count += pieces * fan_out if hidden and self.normalization != "none" else 0
            count += {"prelu_unit": fan_out, "prelu_layer": 1}.get(structure, 0)
        return count


def layer_activations(activation: str | Sequence[str], depth: int) -> tuple[str, ...]:
    """The activation of every hidden layer, from one name or from a list of them.

    >>> layer_activations("relu", 2), layer_activations(("tanh", "relu"), 2)
    (('relu', 'relu'), ('tanh', 'relu'))
    """
    return (activation,) * depth if isinstance(activation, str) else tuple(activation)


def structures_for(activations: Sequence[str], prelu_sharing: str) -> tuple[str, ...]:
    """The structure of every hidden layer; empty if all are elementwise. A "unit" or "layer" shares one learned slope.

    >>> structures_for(("prelu", "relu"), "unit"), structures_for(("relu",), "unit")
    (('prelu_unit', 'elementwise'), ())
    """
    structures = tuple(ACTIVATIONS[name].structure for name in activations)
    if set(structures) <= {"elementwise"}:
        return ()
    return tuple(f"prelu_{prelu_sharing}" if structure == "prelu" else structure for structure in structures)


def branches_for(activations: Iterable[str]) -> tuple[str, ...]:
    """The branches of a program whose layers use these activations: the elementwise ones, as the registry has them.

    >>> branches_for(("relu", "maxout", "logistic", "relu"))
    ('logistic', 'relu')
    """
    used = {name for name in activations if ACTIVATIONS[name].structure == "elementwise"}
    return tuple(name for name in ACTIVATIONS if name in used)


def branch_indices(activations: Sequence[str], branches: Sequence[str]) -> list[int]:
    """Where each layer's activation stands among the branches of its program; 0 where the layer does not switch.

    Raises:
        ValueError: The program has no such branch.

    >>> branch_indices(("relu", "maxout", "logistic"), ("logistic", "relu"))
    [1, 0, 0]
    """
    switched = [ACTIVATIONS[name].structure == "elementwise" for name in activations]
    return [branches.index(name) if switches else 0 for name, switches in zip(activations, switched, strict=True)]
