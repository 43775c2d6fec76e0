"""The C handlers called as plain functions of NumPy arrays, each array with its leading axis of runs."""

import ctypes
import subprocess
from pathlib import Path

import jax
import numpy as np

from nnjax.kernels.compiler import FLAGS, find_compiler, native_flag
from nnjax.kernels.library import SOURCE, TARGETS

HANDLERS = {}
"""By their names, for `call_by_hand`."""


def build(folder):
    """Compile the handlers, with all warnings as errors, and hand them to XLA under names of the tests' own."""
    library = Path(folder) / "plain.so"
    more = ["-Wall", "-Wextra", "-Werror", "-shared", f"-I{jax.ffi.include_dir()}"]
    sources = sorted(map(str, SOURCE.glob("*.c")))
    command = [find_compiler().command, *FLAGS, native_flag(), *more, "-o", str(library), *sources, "-lm"]
    subprocess.run(command, check=True)
    loaded = ctypes.CDLL(str(library))
    for name in TARGETS:
        HANDLERS[name] = getattr(loaded, name)
        jax.ffi.register_ffi_target(f"plain_{name}", jax.ffi.pycapsule(HANDLERS[name]), platform="cpu")


def call(name, shapes, *arguments):
    results = [jax.ShapeDtypeStruct(shape, np.float32) for shape in shapes]
    return [np.asarray(each) for each in jax.ffi.ffi_call(f"plain_nnjax_{name}", results)(*arguments)]


def flat(layers):
    """Weights and bias in turns."""
    return [each for layer in layers for each in layer]


def forward(x, codes, constants, layers, runs):
    """Logits; activations, slopes and largest slopes, one a hidden layer."""
    rows = x.shape[-2]
    shapes = [(runs, rows, layers[-1][0].shape[-1])]
    for weights, _ in layers[:-1]:
        units = weights.shape[-1]
        shapes += [(runs, rows, units), (runs, rows, units), (runs, units)]
    logits, *hidden = call("stack_forward", shapes, x, codes, constants, *flat(layers))
    return logits, hidden[0::3], hidden[1::3], hidden[2::3]


def backward(x, codes, constants, by_logits, layers, activations, slopes):
    """Gradients by weights and biases in turns, squares of the weights' gradients, squares of the pre-activations'."""
    arguments = [x, codes, constants, by_logits]
    for (weights, _), activation, slope in zip(layers, activations, slopes, strict=False):
        arguments += [weights, activation, slope]
    runs, depth = by_logits.shape[0], len(activations)
    shapes = [(runs, *each.shape[1:]) for each in flat(layers)] + [(runs, depth + 1), (runs, depth)]
    *gradients, weights, preactivations = call("stack_backward", shapes, *arguments, layers[-1][0])
    return gradients, weights, preactivations


def evaluate(x, codes, constants, row_weights, limits, layers, runs):
    """Logits; means, deviations and saturated shares [R, 3, L]."""
    shapes = [(runs, x.shape[-2], layers[-1][0].shape[-1]), (runs, 3, len(layers) - 1)]
    return call("stack_evaluate", shapes, x, codes, constants, row_weights, limits, *flat(layers))


def predict(x, codes, constants, layers, runs):
    """Logits."""
    shapes = [(runs, x.shape[-2], layers[-1][0].shape[-1])]
    return call("stack_predict", shapes, x, codes, constants, *flat(layers))[0]


def activated(code, z, negative_slope=0.1, elu_alpha=1.3):
    """f(z) and f'(z), by a layer whose weights are z and whose only row is one: its largest slopes are the slopes."""
    one = np.ones((1, 1, 1), np.float32)
    layers = [(z.reshape(1, 1, -1), np.zeros((1, z.size), np.float32))]
    layers += [(np.zeros((1, z.size, 1), np.float32), np.zeros((1, 1), np.float32))]
    constants = np.array([[negative_slope, elu_alpha]], np.float32)
    _, (values,), _, (slopes,) = forward(one, np.array([[code]], np.int32), constants, layers, 1)
    return values.ravel(), slopes.ravel()
