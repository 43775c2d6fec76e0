"""What a graph takes in: the prepared columns by name, and the products that are formed of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from nnjax.data.column import word_names
from nnjax.data.dates import DATE_PARTS, TIME_PARTS
from nnjax.data.preparation import MISSING_WORD, RARE_WORD
from nnjax.model.onnx_nodes import OnnxNodes

_Rule = Mapping[str, Any]


def input_names(columns: Sequence[_Rule], rules: Sequence[_Rule]) -> list[str]:
    """The names of the prepared columns, in order, before products are formed.

    >>> words = {"kind": "words", "words": ["a", "b", "c"], "encoding": [[1, 0], [0, 1], [0, 1]]}
    >>> numbers = {"kind": "numbers", "fill": 1.0, "indicator": True}
    >>> input_names([{"name": "age"}, {"name": "sort"}], [numbers, words])
    ['age', 'age is missing', 'sort = a', 'sort = (rare)']
    """
    pairs = zip(columns, rules, strict=True)
    return [name for column, rule in pairs for name in _names(column["name"], rule)]


def _names(name: str, rule: _Rule) -> list[str]:
    if rule["kind"] == "words":
        return list(_word_names(name, rule))
    if rule["kind"] == "dates":
        parts = (*DATE_PARTS, *(TIME_PARTS if rule.get("with_time") else ()))
        return [f"{name} ({part})" for part in (parts if rule.get("parts") else ("days",))]
    return [name, f"{name} is missing"] if rule.get("indicator") else [name]


def _word_names(name: str, rule: _Rule) -> Iterator[str]:
    encoding = np.array(rule["encoding"], np.float64)
    if not np.isin(encoding, (0, 1)).all():
        numbered = [f"{name} ({place + 1})" for place in range(encoding.shape[1])]
        yield from [name] if encoding.shape[1] == 1 else numbered
        return
    for column in encoding.T:
        words = [rule["words"][place] for place in np.flatnonzero(column)]
        yield from word_names(name, words if len(words) == 1 else [RARE_WORD if words else MISSING_WORD])


def form_products(nodes: OnnxNodes, features: str, preparation: _Rule) -> str:
    """The products of features [N, D] that polynomial inputs are [N, P]; the features themselves at degree 1."""
    degree = preparation.get("polynomial_degree", 1)
    if degree == 1:
        return features
    width = 1 + max(max(factors) for factors in preparation["products"])
    padded = [[*factors, *[width] * (degree - len(factors))] for factors in preparation["products"]]
    ones = nodes("Mul", nodes("Gather", features, nodes.constant(np.array([0])), axis=1), nodes.number(0, np.float64))
    beside = nodes("Concat", features, nodes("Add", ones, nodes.number(1, np.float64)), axis=1)
    return nodes("ReduceProd", nodes("Gather", beside, nodes.constant(np.array(padded)), axis=1), axes=[2], keepdims=0)
