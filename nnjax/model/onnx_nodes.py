"""Nodes of an ONNX graph, one call an operation, and what is put together from them: activations, output functions."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from nnjax.network.activations import SELU_ALPHA, SELU_SCALE

Kind = type[np.generic]
ONNX_KINDS: dict[Kind, int] = {
    np.float32: TensorProto.FLOAT,
    np.float64: TensorProto.DOUBLE,
    np.int64: TensorProto.INT64,
}


class OnnxNodes:
    """A graph that grows; every method returns the name of the array that it adds.

    Attributes:
        nodes: In the order in which they are computed.
        constants: What is known before any row is.
    """

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def __call__(self, operation: str, *inputs: str, called: str = "", **attributes: Any) -> str:
        """Add a node of one output, named after the operation and its place where it is not called otherwise."""
        name = called or f"{operation.lower()}_{len(self.nodes) + 1}"
        self.nodes.append(helper.make_node(operation, inputs, [name], name, **attributes))
        return name

    def constant(self, array: NDArray[Any], called: str = "") -> str:
        """Add an array."""
        name = called or f"constant_{len(self.constants) + 1}"
        self.constants.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def number(self, value: float, kind: Kind = np.float32) -> str:
        """Add one number."""
        return self.constant(np.array(value, kind))

    def cast(self, array: str, kind: Kind, called: str = "") -> str:
        """The same in another kind of numbers."""
        return self("Cast", array, called=called, to=ONNX_KINDS[kind])

    def chain(self, array: str, *steps: tuple[str, str]) -> str:
        """Several operations in a row, each with a second array."""
        for operation, other in steps:
            array = self(operation, array, other)
        return array


_Numbers = Mapping[str, float]
"""What shapes some activations: `negative_slope`, `elu_alpha`."""

Activate = Callable[[OnnxNodes, str, _Numbers], str]


def _binary_step(nodes: OnnxNodes, z: str, numbers: _Numbers) -> str:
    return nodes.cast(nodes("GreaterOrEqual", z, nodes.number(0)), np.float32)


def _gelu(nodes: OnnxNodes, z: str, numbers: _Numbers) -> str:
    error = nodes("Erf", nodes("Mul", z, nodes.number(0.5**0.5)))
    return nodes("Mul", z, nodes.chain(error, ("Add", nodes.number(1)), ("Mul", nodes.number(0.5))))


def _mish(nodes: OnnxNodes, z: str, numbers: _Numbers) -> str:
    return nodes("Mul", z, nodes("Tanh", nodes("Softplus", z)))


ACTIVATION_NODES: dict[str, Activate] = {
    "identity": lambda nodes, z, numbers: z,
    "binary_step": _binary_step,
    "logistic": lambda nodes, z, numbers: nodes("Sigmoid", z),
    "tanh": lambda nodes, z, numbers: nodes("Tanh", z),
    "arctan": lambda nodes, z, numbers: nodes("Atan", z),
    "relu": lambda nodes, z, numbers: nodes("Relu", z),
    "leaky_relu": lambda nodes, z, numbers: nodes("LeakyRelu", z, alpha=float(numbers["negative_slope"])),
    "elu": lambda nodes, z, numbers: nodes("Elu", z, alpha=float(numbers["elu_alpha"])),
    "softplus": lambda nodes, z, numbers: nodes("Softplus", z),
    "gelu": _gelu,
    "silu": lambda nodes, z, numbers: nodes("Mul", z, nodes("Sigmoid", z)),
    "selu": lambda nodes, z, numbers: nodes("Selu", z, alpha=SELU_ALPHA, gamma=SELU_SCALE),
    "mish": _mish,
    "hard_tanh": lambda nodes, z, numbers: nodes("Clip", z, nodes.number(-1), nodes.number(1)),
}
"""Elementwise activation -> what computes it; those that change a layer's structure are the layer's."""

OUTPUT_NODES: dict[str, Callable[[OnnxNodes, str], str]] = {
    "identity": lambda nodes, logits: logits,
    "exponential": lambda nodes, logits: nodes("Exp", logits),
    "relu": lambda nodes, logits: nodes("Relu", logits),
    "logistic": lambda nodes, logits: nodes("Sigmoid", logits),
    "softmax": lambda nodes, logits: nodes("Softmax", logits, axis=-1),
}
"""Output function -> what computes it, of float64 logits whose last axis is the outputs."""
