import json
from typing import NamedTuple

import numpy as np
import optax
import pytest

from nnjax.estimators.kept_trainings import KeptTrainings
from nnjax.estimators.problem import Fitted, Improvement
from nnjax.network.mlp import Layer


class Foreign(NamedTuple):
    value: int


def fitted(**given):
    weights = np.arange(6, dtype=np.float32).reshape(2, 3)
    values = {
        "parameters": (Layer(weights, weights[0]), Layer(weights, weights[0], scale=np.float32(2.0))),
        "moments": (),
        "loss_curve": np.array([1.0, np.inf]),
        "validation_scores": None,
        "n_iter": np.int64(2),
        "improvement": Improvement(-np.inf, 1),
        "why": "tol",
        "state": (optax.ScaleByRmsState({"a": [weights, None]}), ()),
        "seconds": 0.25,
        "history": {"grad_norm": np.ones((2, 2))},
    }
    return Fitted(**values | given)


def assert_equal(seen, expected):
    assert type(seen) is type(expected) or (isinstance(expected, np.generic) and isinstance(seen, np.ndarray))
    if isinstance(expected, dict):
        assert list(seen) == list(expected)
        seen, expected = list(seen.values()), list(expected.values())
    if isinstance(expected, tuple | list):
        assert len(seen) == len(expected)
        for each, other in zip(seen, expected, strict=True):
            assert_equal(each, other)
    elif isinstance(expected, np.ndarray | np.generic):
        assert seen.dtype == expected.dtype and seen.shape == expected.shape
        np.testing.assert_array_equal(seen, expected)
    else:
        assert seen == expected


def test_what_is_kept_comes_back_as_it_was(tmp_path):
    KeptTrainings(tmp_path / "new" / "folder").write("a1", fitted())
    seen = KeptTrainings(tmp_path / "new" / "folder").read("a1")
    for name, expected in vars(fitted()).items():
        assert_equal(getattr(seen, name), expected)
    assert KeptTrainings(tmp_path).read("a2") is None


@pytest.mark.parametrize("cut", [0, 10, 500, -1], ids="{} bytes".format)
def test_a_damaged_file_counts_as_not_there_and_is_told(tmp_path, cut):
    kept = KeptTrainings(tmp_path)
    kept.write("a1", fitted())
    path = tmp_path / "a1.npz"
    path.write_bytes(path.read_bytes()[:cut])
    assert kept.read("a1") is None
    assert kept.damaged == {"a1.npz"}
    kept.write("a1", fitted())
    assert kept.read("a1").n_iter == 2


def test_a_turned_bit_is_noticed(tmp_path):
    kept = KeptTrainings(tmp_path)
    kept.write("a1", fitted())
    path = tmp_path / "a1.npz"
    content = bytearray(path.read_bytes())
    content[content.index(np.float32(5.0).tobytes())] ^= 1
    path.write_bytes(content)
    assert kept.read("a1") is None
    assert kept.damaged == {"a1.npz"}


def test_a_file_under_another_name_is_not_believed(tmp_path):
    kept = KeptTrainings(tmp_path)
    kept.write("a1", fitted())
    (tmp_path / "a1.npz").rename(tmp_path / "a2.npz")
    assert kept.read("a2") is None


def test_no_turned_bit_is_an_error_or_another_result(tmp_path):
    kept, whole = KeptTrainings(tmp_path), fitted()
    kept.write("a1", whole)
    path = tmp_path / "a1.npz"
    sound = path.read_bytes()
    for place in range(0, len(sound), 5):
        content = bytearray(sound)
        content[place] ^= 1 << place % 8
        path.write_bytes(content)
        found = kept.read("a1")
        assert found is None or found.loss_curve.tolist() == whole.loss_curve.tolist()
    assert kept.damaged == {"a1.npz"}


@pytest.mark.parametrize("kind", [f"{__name__}:Foreign", "nnjax.cli:main", "optax:nothing"])
def test_a_file_names_no_class_but_named_tuples_of_ours(tmp_path, kind):
    kept = KeptTrainings(tmp_path)
    kept.write("a1", fitted(state=Improvement(1.0)))
    with np.load(tmp_path / "a1.npz") as file:
        arrays = dict(file)
    outline = json.loads(str(arrays.pop("outline")))
    outline["state"] = {kind: [1]}
    np.savez(tmp_path / "a1.npz", outline=np.array(json.dumps(outline)), **arrays)
    assert kept.read("a1") is None
    assert kept.damaged == {"a1.npz"}


def test_a_disk_that_takes_no_more_does_not_end_a_search(tmp_path):
    kept = KeptTrainings(tmp_path / "kept")
    (tmp_path / "kept").rmdir()
    (tmp_path / "kept").write_text("a file")
    with pytest.warns(UserWarning, match="results are kept no longer"):
        kept.write("a1", fitted())
    kept.write("a2", fitted())
    with pytest.raises(ValueError, match=r"memory=.*File exists; name another"):
        KeptTrainings(tmp_path / "kept")
