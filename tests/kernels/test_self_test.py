"""The self-test passes the operations as they are, and none that is off by a little; JAX made what it compares with."""

import ctypes
import hashlib
import json
import platform
import shutil
from functools import partial

import jax
import numpy as np
import pytest
from fakes.strict.quick_programs import LITTLE

from nnjax.kernels import library, self_test
from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.kernels.adam import AdamNumbers, adam_step_definition, adam_update_definition
from nnjax.kernels.choice import available, usable
from nnjax.kernels.compiler import find_compiler
from nnjax.kernels.dense_stack import dense_stack_definition, evaluate_stack_definition, gradients_definition
from nnjax.kernels.library import SOURCE
from nnjax.kernels.names import KernelsError
from nnjax.kernels.self_test import WRITTEN_DOWN, Training, adam_numbers, beginning, find_failure, trainings
from nnjax.network.activations import ActivationParameters
from nnjax.network.mlp import Layer

CONSTANTS = ActivationParameters(*map(np.float32, beginning(next(trainings())).constants[0]))


def as_layers(leaves):
    return tuple(map(Layer, leaves[::2], leaves[1::2]))


quick = partial(jax.jit, compiler_options=LITTLE)


def pass_of_one_run(codes, x, y, row_weights, layers):
    """Logits, largest slopes, gradients and their sums of squares."""
    logits, slopes = dense_stack_definition(x, codes, CONSTANTS, layers)
    gradients, squares = gradients_definition(x, codes, CONSTANTS, layers, (logits - y) * row_weights[:, None])
    return logits, slopes, gradients, tuple(squares)


def evaluation_of_one_run(codes, x, layers, row_weights, slope_limits):
    return evaluate_stack_definition(x, codes, CONSTANTS, layers, row_weights, slope_limits)


passes = jax.vmap(pass_of_one_run, in_axes=(None, 0, 0, None, 0))
evaluations = jax.vmap(evaluation_of_one_run, in_axes=(None, None, 0, None, None))
passes_of_any, evaluations_of_any = quick(passes), quick(evaluations)


def by_jax(training):
    """A pass and an evaluation, compiled: for whatever codes if there are many trainings of these sizes."""
    codes = np.array([ACTIVATION_CODES[name] for name in training.activations], np.int32)
    if training.units == Training(()).units:
        return partial(passes_of_any, codes), partial(evaluations_of_any, codes)
    return quick(partial(passes, codes)), quick(partial(evaluations, codes))


adam_by_jax = quick(jax.vmap(adam_step_definition))
updates_by_jax = quick(jax.vmap(adam_update_definition))


def train_by_jax(training):
    """What `train_by_hand` computes, by the definitions."""
    given, (passed, evaluate) = beginning(training), by_jax(training)
    layers, steps = as_layers(given.leaves), []
    moments = [jax.tree.map(np.zeros_like, layers)] * 2
    for step, rows in enumerate(training.batches, start=1):
        row_weights = (np.arange(given.x.shape[1]) < rows).astype(np.float32) / np.float32(rows)
        logits, slopes, gradients, squares = passed(given.x, given.y, row_weights, layers)
        numbers = AdamNumbers(*adam_numbers(step).T)
        layers, *moments, of_weights = adam_by_jax(numbers, layers, *moments, gradients)
        squares = *squares, of_weights
        steps.append({"logits": logits, "slopes": slopes, "gradients": gradients, "sums of squares": squares})
    evaluated, *units = evaluate(given.evaluated[0], layers, given.row_weights[0], given.slope_limits[0])
    numbers = AdamNumbers(*adam_numbers(len(steps) + 1).T)
    computed = steps[0] | {
        "parameters": layers,
        "moments": moments,
        "evaluations": (evaluated, np.stack(units, axis=1)),
        "predictions": evaluated,
        "updates": updates_by_jax(numbers, *moments, layers),
    }
    return {what: list(map(np.asarray, jax.tree.leaves(tree))) for what, tree in computed.items()}


@pytest.mark.usefixtures("engine_here")
def test_what_is_written_down_is_what_jax_computes(request):
    if request.config.getoption("write_golden"):
        told = {
            training.name: {
                what: [float(f"{number:.8g}") for number in self_test.summary(arrays)]
                for what, arrays in train_by_jax(training).items()
            }
            for training in trainings()
        }
        WRITTEN_DOWN.write_text(json.dumps(told, indent=1) + "\n")
    assert find_failure(train_by_jax) == ""


def test_every_activation_has_its_turn_in_both_layers():
    pairs = [training.activations for training in trainings() if training.units == Training(()).units]
    assert all({names[layer] for names in pairs} == set(ACTIVATION_CODES) for layer in range(2))
    assert {training.name for training in trainings()} == set(json.loads(WRITTEN_DOWN.read_text()))


@pytest.fixture
def altered(tmp_path, monkeypatch):
    """Has the C say something else; compiled in half the time."""
    try:
        find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))
    source = shutil.copytree(SOURCE, tmp_path / "c")
    monkeypatch.setattr(library, "SOURCE", source)
    monkeypatch.setattr(library, "FLAGS", tuple("-O1" if each == "-O2" else each for each in library.FLAGS))
    library._key.cache_clear()

    def change(file, before, after):
        path = source / file
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after, 1))
        return tmp_path / "cache"

    yield change
    library._key.cache_clear()


TUNED_FOR = ("-O2", "-mtune=generic", *(["-mtune=haswell", "-mtune=znver2"] if platform.machine() == "x86_64" else []))


@pytest.mark.slow
def test_bits_are_the_sources_and_not_the_compilers(tmp_path, monkeypatch):
    """One name stands for one set of bits: machines of one width of vectors train for each other."""
    try:
        compiler = find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))

    def bits(number, *more):
        with monkeypatch.context() as patch:
            patch.setattr(library, "FLAGS", (*library.FLAGS, *more))
            library.build(path := tmp_path / f"{number}.so", compiler)
        trained = [self_test.train_by_hand(ctypes.CDLL(str(path)), training) for training in trainings()]
        arrays = [array for quantities in trained for arrays in quantities.values() for array in arrays]
        return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()

    tmp_path.chmod(0o700)
    here = bits(0)
    for number, flag in enumerate(TUNED_FOR, start=1):
        assert bits(number, flag) == here, flag


@pytest.mark.slow
def test_the_shorter_vectors_of_this_processor_pass_too(tmp_path, monkeypatch):
    """Where there are AVX-512 the C of AVX2 is compiled nowhere else."""
    try:
        compiler = find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))
    if compiler.vectors != "avx512":
        pytest.skip("this processor's vectors are the shortest that there are")
    monkeypatch.setattr(library, "FLAGS", (*library.FLAGS, "-mno-avx512f"))
    tmp_path.chmod(0o700)
    library.build(path := tmp_path / "shorter.so", compiler)
    assert find_failure(partial(self_test.train_by_hand, ctypes.CDLL(str(path)))) == ""


def test_a_library_whose_adam_is_off_is_not_used(altered):
    folder = altered("adam.c", "root + n->epsilon", "root + 1.001f * n->epsilon")
    found = usable(folder)
    assert not found.name and "self-test failed: parameters of" in found.reason
    assert available(folder) == found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("layers.h", "layer.bias[0], logits", "layer.bias[0] + 0.001f, logits"),
        (
            "dense_stack.c",
            "if (weights.columns > 1 ||",
            "if (weights.columns == 1)\n    return 0;\n  if (weights.columns > 1 ||",
        ),
        ("products.h", "add ? load_first", "0 ? load_first"),
        ("dense_stack.c", "i < stack->rows; i += BLOCK_ROWS", "i < stack->rows; i += stack->rows"),
        ("dense_stack.c", "i < x.rows; i += BLOCK_ROWS", "i < x.rows; i += x.rows"),
        ("dense_stack.c", "if (stack->rows <= LANES)\n      product_of_few", "if (0)\n      product_of_few"),
        ("eight_rows.c", "turned, z);", "turned, z);\n  z->data[0] *= 1.01f;"),
    ],
)
def test_no_part_that_is_wrong_is_believed(altered, file, before, after):
    if file == "eight_rows.c" and find_compiler().vectors != "avx512":
        pytest.skip("only vectors of sixteen lanes are too long for eight rows")
    found = usable(altered(file, before, after))
    assert not found.name and "self-test failed: " in found.reason


def test_a_source_that_does_not_compile_is_not_used(altered):
    assert "fails: " in usable(altered("vectors.h", "#define", "#error nothing\n#define")).reason
