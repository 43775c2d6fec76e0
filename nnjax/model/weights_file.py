"""Weights in a file that executes nothing: safetensors, of plain arrays only and read back before it counts."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from nnjax.network.mlp import Parameters
from nnjax.network.normalization import Moments

Arrays = dict[str, NDArray[Any]]

KINDS = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
)
"""What every reader of safetensors has, NumPy's among them; bfloat16 can be written, and NumPy cannot read it."""

HEADER_LENGTH = 8
"""Bytes of the number before the header, little-endian; the header is padded to a multiple of it, too."""


def write_weights(arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> bytes:
    """A file of named arrays of `KINDS` with text beside them, whatever their strides and byte order.

    The same arrays are the same bytes.

    Raises:
        TypeError: An array of another kind.
        ValueError: What was written is not what is read back.

    >>> content = write_weights({"b": np.arange(6.0).reshape(2, 3).T}, {"format": "1"})
    >>> load(content)["b"].tolist()
    [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    """
    plain = {name: _plain(name, array) for name, array in arrays.items()}
    written = save(plain)
    # The library writes metadata in a random order: the header is made anew, offsets count from its end.
    header = {"__metadata__": dict(sorted(metadata.items())), **_header(written)}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % HEADER_LENGTH)
    content = len(text).to_bytes(HEADER_LENGTH, "little") + text + written[_data_start(written) :]
    _check(content, arrays, metadata)
    return content


def _plain(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """In C order and the machine's byte order: the library writes memory as it lies and ignores strides."""
    if array.dtype.name not in KINDS:
        raise TypeError(f"{name}: {array.dtype} cannot be written; {', '.join(KINDS)} can")
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C")  # ascontiguousarray makes a number a row


def _check(content: bytes, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Read what was written, and compare it bit by bit with what was given."""
    back = load(content)
    different = sorted(back.keys() ^ arrays.keys())
    for name in back.keys() & arrays.keys():
        given = arrays[name].astype(arrays[name].dtype.newbyteorder("="))
        same = (back[name].dtype, back[name].shape) == (given.dtype, given.shape)
        if not same or back[name].tobytes() != given.tobytes():
            different.append(name)
    if different or _header(content).get("__metadata__") != metadata:
        raise ValueError(f"the weights' file does not give back what was written: {', '.join(different) or 'metadata'}")


def _data_start(content: bytes) -> int:
    return HEADER_LENGTH + int.from_bytes(content[:HEADER_LENGTH], "little")


def _header(content: bytes) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(content[HEADER_LENGTH : _data_start(content)])
    return header


def network_tensors(key: str, parameters: Parameters, moments: tuple[Moments, ...]) -> Arrays:
    """A network as arrays whose names begin with a key: layers are counted from 1, the last is the output layer.

    The moments are those of batch normalisation, one a hidden layer; empty without.

    >>> from nnjax.network.mlp import Layer
    >>> layer = Layer(np.ones((2, 1), np.float32), np.zeros(1, np.float32))
    >>> sorted(network_tensors("ensemble_0", (layer,), ()))
    ['ensemble_0.layer_1.bias', 'ensemble_0.layer_1.weights']
    """
    named: Arrays = {}
    for number, layer in enumerate(parameters, 1):
        held = layer._asdict()
        held |= moments[number - 1]._asdict() if number <= len(moments) else {}
        named |= {
            f"{key}.layer_{number}.{name}": np.asarray(array) for name, array in held.items() if array is not None
        }
    return named
