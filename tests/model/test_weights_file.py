"""What is written is what is read, bit for bit, however the arrays lie in memory."""

import json
import struct

import ml_dtypes
import numpy as np
import pytest
from fakes.read_networks import read_network
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from safetensors import safe_open

from nnjax.model.standalone import read_safetensors
from nnjax.model.weights_file import KINDS, network_tensors, write_weights
from nnjax.network.architecture import Architecture
from nnjax.network.mlp import init, initial_moments

TABLE = np.arange(12, dtype=np.float32).reshape(3, 4)
AWKWARD = {
    "transposed": TABLE.T,
    "sliced": TABLE[:, 1:3],
    "reversed": TABLE[::-1, ::-2],
    "fortran": np.asfortranarray(TABLE),
    "big_endian": TABLE.astype(">f4"),
    "big_endian_transposed": TABLE.astype(">f8").T,
    "broadcast": np.broadcast_to(np.float64(0.1), (2, 3)),
    "number": np.array(3.5),
    "empty": np.empty((0, 4), np.int64),
    "special": np.array([np.nan, -0.0, np.inf, 5e-324]),
    "truth": np.array([True, False])[::-1],
}


def parsed(content):
    """The format read by hand, from its description: a length, a header in JSON, the bytes."""
    length = struct.unpack("<Q", content[:8])[0]
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    kinds = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "BOOL": "?"}
    return {name: np.frombuffer(data[slice(*each["data_offsets"])], kinds[each["dtype"]]).reshape(each["shape"])
            for name, each in header.items() if name != "__metadata__"}  # fmt: skip


@pytest.mark.parametrize("name", AWKWARD)
def test_arrays_are_read_as_they_were_meant_however_they_lie(name, tmp_path):
    content = write_weights(AWKWARD, {"format": "1"})
    (tmp_path / "w.safetensors").write_bytes(content)
    with safe_open(tmp_path / "w.safetensors", "numpy") as file:
        assert file.metadata() == {"format": "1"}
        arrays = {name: file.get_tensor(name)}
    for back in (arrays[name], parsed(content)[name]):
        assert back.shape == AWKWARD[name].shape
        np.testing.assert_array_equal(back, AWKWARD[name])
        assert not np.any(np.signbit(back.astype(float)) != np.signbit(AWKWARD[name].astype(float)))


@given(st.data(), st.sampled_from(KINDS), st.sampled_from("<>"))
def test_any_array_of_a_kind_that_can_be_written_comes_back(data, kind, order):
    array = data.draw(arrays_of.arrays(np.dtype(kind).newbyteorder(order), arrays_of.array_shapes(min_dims=0)))
    array = data.draw(st.sampled_from([array, array.T, array[::2] if array.ndim else array]))
    assert parsed_bits(write_weights({"a": array}, {})) == array.astype(array.dtype.newbyteorder("<")).tobytes()


def parsed_bits(content):
    return content[8 + struct.unpack("<Q", content[:8])[0] :]


def test_the_same_arrays_are_the_same_bytes():
    metadata = {str(number): "é" for number in range(9)}
    there = {write_weights(AWKWARD, dict(sorted(metadata.items(), reverse=bool(turn % 2)))) for turn in range(9)}
    assert len(there) == 1


@pytest.mark.parametrize(
    "array", [np.array([None]), np.array(["a"]), np.zeros(2, ml_dtypes.bfloat16), np.zeros(2, "M8[s]")]
)
def test_other_kinds_are_not_written(array):
    with pytest.raises(TypeError, match=r"weights: .* cannot be written"):
        write_weights({"weights": array}, {})


def test_what_does_not_come_back_as_it_was_is_not_written(monkeypatch):
    from nnjax.model import weights_file

    monkeypatch.setattr(weights_file, "_plain", lambda name, array: array)
    with pytest.raises(ValueError, match="does not give back what was written: transposed"):
        write_weights({"transposed": TABLE.T}, {})


def test_every_cut_and_every_changed_byte_of_the_header_is_refused_or_read(tmp_path):
    content = write_weights({"a": TABLE}, {"format": "1"})
    length = struct.unpack("<Q", content[:8])[0]
    cut = [content[:end] for end in range(len(content))]
    changed = [content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in range(8 + length)]
    path, refused = tmp_path / "w.safetensors", 0
    for number, damaged in enumerate([*cut, *changed]):
        path.write_bytes(damaged)
        try:
            read_safetensors(path)
            assert number >= len(cut)
        except (ValueError, LookupError, TypeError, AttributeError):  # of which `Model.load` makes one line
            refused += 1
    assert refused >= len(cut) + length // 2


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
@pytest.mark.parametrize("structure", ["elementwise", "prelu_unit", "prelu_layer", "maxout"])
def test_a_network_comes_back_from_its_tensors(structure, normalization):
    architecture = Architecture((3, 5, 4, 2), (structure, "elementwise"), ("relu",), 3, normalization)
    parameters = init(np.random.default_rng(0), architecture, "he")
    moments = initial_moments(architecture, parameters)
    tensors = network_tensors("fold_1_seed_0", parameters, moments)
    others = network_tensors("fold_1_seed_01", parameters[:1], ())
    back, back_moments = read_network("fold_1_seed_0", others | tensors)
    assert len(back) == 3 and len(back_moments) == len(moments) == (2 if normalization == "batch" else 0)
    for layer, same in zip([*parameters, *moments], [*back, *back_moments], strict=True):
        for array, other in zip(layer, same, strict=True):
            assert (array is None and other is None) or np.array_equal(array, other)
    assert {array.dtype for array in tensors.values()} == {np.dtype(np.float32)}
    assert all(name.startswith("fold_1_seed_0.layer_") for name in tensors)
