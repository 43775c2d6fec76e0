"""The ensemble as one ONNX graph, for runtimes that know neither Python nor nnjax."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ValueInfoProto, helper

from nnjax.data.scaling import FARTHEST_KEPT
from nnjax.model.onnx_nodes import ACTIVATION_NODES, ONNX_KINDS, OUTPUT_NODES, Kind, OnnxNodes
from nnjax.model.onnx_target import in_own_unit
from nnjax.network.architecture import Architecture
from nnjax.network.normalization import EPSILON

OPSET, IR_VERSION = 13, 7
"""Those of ONNX 1.8 (2020): the first opset whose softmax is ours; whatever reads ONNX today reads this one."""

_FEATURES, _PREDICTION, _PROBABILITIES, _CLASS = "features", "prediction", "probabilities", "class"
"""Names of the input and of the outputs."""

_LEFT_OUT = (
    "Left out: what makes numbers of words, of dates and of gaps, and takes the tails from skewed columns: the input "
    "is the columns behind that; prediction intervals and sets; and the refusal of rows that are not as they should be."
)

_Weights = Mapping[str, NDArray[Any]]
_Document = Mapping[str, Any]


def make_onnx(document: _Document, weights: _Weights) -> bytes:
    """The mean of the networks of a model's folder as one graph, from prepared columns to the target's own unit.

    The input is scaled in float64, which dates in seconds need, the networks compute in float32, and what comes of
    them is float64 again.
    """
    nodes, preparation = OnnxNodes(), document["preparations"][0]
    signal = nodes("Unsqueeze", _scaled(nodes, preparation), nodes.constant(np.array([0])))
    logits = _networks(nodes, document, weights, signal)
    values = OUTPUT_NODES[document["network"]["output"]](nodes, nodes.cast(logits, np.float64))
    if document["task"] == "classification":
        outputs = _classes(nodes, values, document)
    else:
        own = in_own_unit(nodes, values, preparation)
        nodes("ReduceMean", own, called=_PREDICTION, axes=[0], keepdims=0)
        outputs = [_described(_PREDICTION, np.float64, "N", len(document["targets"]))]
    inputs = [_described(_FEATURES, np.float64, "N", len(preparation["names"]))]
    graph = helper.make_graph(nodes.nodes, "ensemble", inputs, outputs, nodes.constants, explain(document))
    return _model(graph, document)


def _model(graph: Any, document: _Document) -> bytes:
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="nnjax",
        producer_version=document["nnjax"],
        doc_string=explain(document),
    )
    told = {"inputs": document["preparations"][0]["names"]}
    told |= {name: document[name] for name in ("targets", "classes", "threshold", "study", "model_id")}
    helper.set_model_props(model, {name: _text(value) for name, value in told.items()})
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def explain(document: _Document) -> str:
    """What goes in, what comes out and what is left out, for whoever opens the file."""
    members = len(document["ensemble"])
    step = ", but where a step falls to its other side" if "binary_step" in document["network"]["activations"] else ""
    if document["task"] == "classification":
        out = (
            f"`{_PROBABILITIES}` [N, {len(document['classes'])}]: the mean of the networks' probabilities, and "
            f"`{_CLASS}` [N]: the number of the predicted class, from 0; the metadata's `classes` names them."
        )
    else:
        out = f"`{_PREDICTION}` [N, {len(document['targets'])}]: the mean of the networks in the target's own unit."
    return (
        f"{members} networks of the study {document['study']}. In: `{_FEATURES}` [N, D], float64, the columns that the "
        f"metadata's `inputs` names, as numbers, not scaled: that is done here. Out: {out} The networks compute in "
        f"float32: 1e-5 of the target's standard deviation from the float64 of nnjax_model.py{step}. {_LEFT_OUT}"
    )


def _described(name: str, kind: Kind, *shape: int | str) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, ONNX_KINDS[kind], shape)


def _scaled(nodes: OnnxNodes, preparation: _Document) -> str:
    """The features scaled and cut [N, D], float32."""
    mean, scale = (np.array(preparation[name], np.float64) for name in ("x_mean", "x_scale"))
    formed = _products(nodes, _FEATURES, preparation)
    farthest = nodes.number(-FARTHEST_KEPT, np.float64), nodes.number(FARTHEST_KEPT, np.float64)
    centred = nodes.chain(formed, ("Sub", nodes.constant(mean, "x_mean")), ("Div", nodes.constant(scale, "x_scale")))
    return nodes.cast(nodes("Clip", centred, *farthest), np.float32, "scaled")


def _products(nodes: OnnxNodes, features: str, preparation: _Document) -> str:
    """The products of features [N, D] that polynomial inputs are [N, P]; the features themselves at degree 1."""
    degree = preparation.get("polynomial_degree", 1)
    if degree == 1:
        return features
    width = 1 + max(max(factors) for factors in preparation["products"])
    padded = [[*factors, *[width] * (degree - len(factors))] for factors in preparation["products"]]
    ones = nodes("Mul", nodes("Gather", features, nodes.constant(np.array([0])), axis=1), nodes.number(0, np.float64))
    beside = nodes("Concat", features, nodes("Add", ones, nodes.number(1, np.float64)), axis=1)
    return nodes("ReduceProd", nodes("Gather", beside, nodes.constant(np.array(padded)), axis=1), axes=[2], keepdims=0)


def _networks(nodes: OnnxNodes, document: _Document, weights: _Weights, signal: str) -> str:
    """All members side by side: a signal [1, N, D] becomes their logits [members, N, outputs]."""
    declared = document["network"]
    sizes, structures = tuple(declared["layer_sizes"]), tuple(declared["structures"])
    architecture = Architecture(
        sizes, structures, (), declared["maxout_pieces"], declared["normalization"], declared["residual"]
    )
    skipped = signal
    for number in range(1, architecture.depth + 1):
        layer = _Layer(nodes, document, weights, number)
        signal = layer.activate(layer.normalise(layer.weigh(signal), architecture.normalization))
        if architecture.closes_block(number - 1):
            signal = nodes("Add", signal, skipped)
        if number == 1 or architecture.closes_block(number - 1):
            skipped = signal
    output = _Layer(nodes, document, weights, architecture.depth + 1)
    return nodes("Add", output.weigh(signal), output.constant("bias"))


class _Layer:
    """One layer of all members: arrays are [members, N, units], in a maxout layer [members, pieces, N, units]."""

    def __init__(self, nodes: OnnxNodes, document: _Document, weights: _Weights, number: int) -> None:
        self.nodes, self.network, self.number = nodes, document["network"], number
        keys = [f"{member['key']}.layer_{number}." for member in document["ensemble"]]
        names = [name.removeprefix(keys[0]) for name in weights if name.startswith(keys[0])]
        self.arrays = {name: np.stack([weights[key + name] for key in keys]) for name in names}
        self.has_pieces = self.arrays["weights"].ndim == 4

    def constant(self, name: str, array: NDArray[Any] | None = None) -> str:
        """One of the layer's arrays, of a number a unit, shaped to meet the rows."""
        stacked = self.arrays[name] if array is None else array
        return self.nodes.constant(stacked[..., None, :], f"layer_{self.number}.{name}")

    def weigh(self, signal: str) -> str:
        """The weighted sums without bias."""
        if self.has_pieces:
            signal = self.nodes("Unsqueeze", signal, self.nodes.constant(np.array([1])))
        weights = self.nodes.constant(self.arrays["weights"], f"layer_{self.number}.weights")
        return self.nodes("MatMul", signal, weights)

    def normalise(self, z: str, normalization: str) -> str:
        """The sums normalised, where the network does so."""
        if normalization == "batch":
            share = self.arrays["scale"] / np.sqrt(self.arrays["variance"] + np.float32(EPSILON))
            return self.nodes.chain(z, ("Sub", self.constant("mean")), ("Mul", self.constant("share", share)))
        if normalization == "layer":
            over: dict[str, Any] = {"axes": [1, 3] if self.has_pieces else [2], "keepdims": 1}
            centred = self.nodes("Sub", z, self.nodes("ReduceMean", z, **over))
            variance = self.nodes("ReduceMean", self.nodes("Mul", centred, centred), **over)
            spread = self.nodes("Sqrt", self.nodes("Add", variance, self.nodes.number(EPSILON)))
            return self.nodes.chain(centred, ("Div", spread), ("Mul", self.constant("scale")))
        return z

    def activate(self, z: str) -> str:
        """The bias added, and the layer's nonlinearity."""
        shifted = self.nodes("Add", z, self.constant("bias"))
        if self.has_pieces:
            return self.nodes("ReduceMax", shifted, axes=[1], keepdims=0)
        if "negative_slope" in self.arrays:
            return self.nodes("PRelu", shifted, self.constant("negative_slope"))
        activate = ACTIVATION_NODES[self.network["activations"][self.number - 1]]
        return activate(self.nodes, shifted, self.network)


def _classes(nodes: OnnxNodes, values: str, document: _Document) -> list[ValueInfoProto]:
    """Probabilities [N, K] of the networks' outputs [members, N, outputs], and the class that they predict."""
    count = len(document["classes"])
    if document["network"]["layer_sizes"][-1] == 1:
        mean = nodes("ReduceMean", values, axes=[0], keepdims=0)
        nodes("Concat", nodes("Sub", nodes.number(1, np.float64), mean), mean, called=_PROBABILITIES, axis=1)
    else:
        nodes("ReduceMean", _together_one(nodes, values, count), called=_PROBABILITIES, axes=[0], keepdims=0)
    if count == 2:
        second = nodes("Gather", _PROBABILITIES, nodes.constant(np.array(1)), axis=1)
        threshold = 0.5 if document["threshold"] is None else document["threshold"]
        nodes.cast(nodes("GreaterOrEqual", second, nodes.number(threshold, np.float64)), np.int64, _CLASS)
    else:
        nodes("ArgMax", _PROBABILITIES, called=_CLASS, axis=1, keepdims=0)
    return [_described(_PROBABILITIES, np.float64, "N", count), _described(_CLASS, np.int64, "N")]


def _together_one(nodes: OnnxNodes, values: str, count: int) -> str:
    """Each network's outputs as shares of their sum; alike where all are 0."""
    total = nodes("ReduceSum", values, nodes.constant(np.array([2])), keepdims=1)
    is_nothing = nodes("Equal", total, nodes.number(0, np.float64))
    share = nodes("Div", values, nodes("Where", is_nothing, nodes.number(1, np.float64), total))
    return nodes("Where", is_nothing, nodes.number(1 / count, np.float64), share)
