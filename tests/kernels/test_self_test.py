"""The self-test passes the operations as they are, and none that is off by a little."""

import shutil

import jax
import jax.numpy as jnp
import pytest

from nnjax.kernels import library
from nnjax.kernels.choice import available, usable
from nnjax.kernels.compiler import find_compiler
from nnjax.kernels.library import SOURCE
from nnjax.kernels.names import KernelsError
from nnjax.kernels.self_test import DEFINITIONS, OPERATIONS, compile_training, find_failure

pytestmark = pytest.mark.usefixtures("engine_here")


@pytest.fixture(scope="module")
def definition():
    with jax.numpy_dtype_promotion("standard"):
        return compile_training(DEFINITIONS)


@pytest.mark.usefixtures("fused")
def test_the_operations_are_their_definitions(definition):
    assert find_failure(compile_training(OPERATIONS), definition) == ""


def off(function, change):
    """A function whose result is changed a little."""
    return lambda *given: change(function(*given))


def a_little_more(tree):
    return jax.tree.map(lambda leaf: leaf * jnp.float32(1.0001), tree)


def without_number(tree):
    return jax.tree.map(lambda leaf: leaf + jnp.float32(jnp.nan), tree)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"step": off(OPERATIONS.step, a_little_more)}, "parameters"),
        ({"update": off(OPERATIONS.update, without_number)}, "updates"),
        pytest.param({"predict": off(OPERATIONS.predict, a_little_more)}, "predictions", marks=pytest.mark.slow),
        pytest.param({"evaluate": off(OPERATIONS.evaluate, a_little_more)}, "evaluations", marks=pytest.mark.slow),
    ],
)
@pytest.mark.usefixtures("fused")
def test_what_is_off_by_a_little_is_found(definition, changes, what):
    assert find_failure(compile_training(OPERATIONS._replace(**changes)), definition).startswith(what)


WRONG = {
    "adam.c": ("root + n->epsilon", "root + 1.01f * n->epsilon"),
    "vectors.h": ("#define", "#error nothing\n#define"),
}


@pytest.fixture
def altered(tmp_path, monkeypatch):
    """Has the C of one file say something else; compiled in half the time."""
    try:
        find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))
    source = shutil.copytree(SOURCE, tmp_path / "c")
    monkeypatch.setattr(library, "SOURCE", source)
    monkeypatch.setattr(library, "FLAGS", tuple("-O1" if each == "-O3" else each for each in library.FLAGS))
    library._key.cache_clear()

    def change(file):
        path, (before, after) = source / file, WRONG[file]
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after, 1))
        return tmp_path / "cache"

    yield change
    library._key.cache_clear()


def test_a_library_whose_adam_is_off_is_not_used(altered):
    found = usable(folder := altered("adam.c"))
    assert not found.name and "self-test failed: parameters with" in found.reason
    assert available(folder) == found


def test_a_source_that_does_not_compile_is_not_used(altered):
    assert "fails: " in usable(altered("vectors.h")).reason
