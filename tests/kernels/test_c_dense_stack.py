"""The C handlers of the dense stack against the same network in float64, over shapes that fit no vector."""

import itertools

import numpy as np
import pytest

from nnjax.kernels.activation_codes import ACTIVATION_CODES, RESTING
from nnjax.kernels.call_frame import call_by_hand

NAMES = ("tanh", "relu", "softplus", "logistic", "elu", "leaky_relu", "identity", "hard_tanh", "binary_step")
CODES = [ACTIVATION_CODES[name] for name in NAMES]
TANH, RELU = CODES[:2]
NEGATIVE_SLOPE, ELU_ALPHA = 0.25, 1.5


def logistic(z):
    return 1 / (1 + np.exp(-z))


def above(z, positive, otherwise):
    return np.where(z > 0, positive, otherwise)


FUNCTIONS = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: above(z, 1.0, 0.0)),
    "softplus": (lambda z: np.log1p(np.exp(z)), logistic),
    "logistic": (logistic, lambda z: logistic(z) * (1 - logistic(z))),
    "elu": (lambda z: above(z, z, ELU_ALPHA * np.expm1(z)), lambda z: above(z, 1.0, ELU_ALPHA * np.exp(z))),
    "leaky_relu": (lambda z: above(z, z, NEGATIVE_SLOPE * z), lambda z: above(z, 1.0, NEGATIVE_SLOPE)),
    "identity": (lambda z: z, np.ones_like),
    "hard_tanh": (lambda z: np.clip(z, -1, 1), lambda z: (np.abs(z) < 1).astype(z.dtype)),
    "binary_step": (lambda z: (z >= 0).astype(z.dtype), np.zeros_like),
}
FUNCTIONS = {ACTIVATION_CODES[name]: both for name, both in FUNCTIONS.items()}

SHAPES = [
    ((10, 64, 64, 1), 33, 2),
    ((3, 17, 1, 5, 2), 7, 1),
]
"""Sizes of features, layers and outputs; rows; runs."""
MORE_SHAPES = [
    ((1, 1, 1), 1, 1),
    ((10, 64, 64, 64, 64, 1), 265, 2),
    ((7, 100, 33, 3), 50, 2),
    ((5, 128, 128, 10), 26, 1),
    ((2, 3, 40), 24, 3),
    ((30, 16, 16, 16), 8, 5),
    ((4, 31, 15, 9, 23, 47, 6), 100, 1),
    ((8, 8), 9, 2),
    ((9, 200, 1), 2, 1),
]


def network(sizes, rows, runs, seed=0):
    """Rows, codes, constants and layers, each with its axis of runs."""
    draw = np.random.default_rng(seed).standard_normal
    layers = [
        ((draw((runs, k, n)) / np.sqrt(k)).astype(np.float32), draw((runs, n)).astype(np.float32))
        for k, n in itertools.pairwise(sizes)
    ]
    depth = len(sizes) - 2
    codes = np.array([[CODES[(4 * run + layer) % len(CODES)] for layer in range(depth)] for run in range(runs)])
    constants = np.tile(np.float32([NEGATIVE_SLOPE, ELU_ALPHA]), (runs, 1))
    return draw((runs, rows, sizes[0])).astype(np.float32), codes.astype(np.int32), constants, layers


def in_float64(x, codes, layers):
    """Logits, activations and slopes of one run."""
    a, activations, slopes = x.astype(np.float64), [], []
    for code, (weights, bias) in zip(codes, layers, strict=False):
        z = a @ weights.astype(np.float64) + bias
        function, slope = FUNCTIONS[int(code)]
        a = function(z)
        activations.append(a)
        slopes.append(slope(z))
    weights, bias = layers[-1]
    return a @ weights.astype(np.float64) + bias, activations, slopes


def backward_in_float64(x, by_logits, layers, activations, slopes):
    """Gradients by weights and biases in turns, and by the pre-activations."""
    delta, gradients, deltas = by_logits.astype(np.float64), [], []
    inputs = [x, *activations]
    for layer in reversed(range(len(layers))):
        if layer < len(slopes):
            delta = delta * slopes[layer]
            deltas.insert(0, delta)
        gradients[:0] = [inputs[layer].astype(np.float64).T @ delta, delta.sum(axis=0)]
        delta = delta @ layers[layer][0].astype(np.float64).T
    return gradients, deltas


def one_run(layers, run):
    return [(weights[run], bias[run]) for weights, bias in layers]


def close(found, expected):
    scale = np.max(np.abs(expected), initial=1e-30)
    np.testing.assert_allclose(found / scale, expected / scale, rtol=2e-5, atol=1e-6)


def check_shape(plain, sizes, rows, runs):
    x, codes, constants, layers = network(sizes, rows, runs)
    by_logits = np.random.default_rng(1).standard_normal((runs, rows, sizes[-1])).astype(np.float32)
    logits, activations, slopes, largest = plain.forward(x, codes, constants, layers, runs)
    gradients, weight_squares, preactivation_squares = plain.backward(
        x, codes, constants, by_logits, layers, activations, slopes
    )
    row_weights = np.random.default_rng(2).random((runs, rows)).astype(np.float32)
    row_weights /= row_weights.sum(axis=1, keepdims=True)
    limits = np.full((runs, len(sizes) - 2), 0.2, np.float32)
    evaluated, units = plain.evaluate(x, codes, constants, row_weights, limits, layers, runs)
    np.testing.assert_array_equal(evaluated, logits)
    np.testing.assert_array_equal(plain.predict(x, codes, constants, layers, runs), logits)
    for run in range(runs):
        of_run = one_run(layers, run)
        true_logits, true_activations, true_slopes = in_float64(x[run], codes[run], of_run)
        close(logits[run], true_logits)
        for layer, (values, slope) in enumerate(zip(true_activations, true_slopes, strict=True)):
            close(activations[layer][run], values)
            close(largest[layer][run], slope.max(axis=0))
            mean = (row_weights[run] @ values).mean()
            deviation = np.sqrt((row_weights[run] @ (values - mean) ** 2).mean())
            saturated = (row_weights[run] @ (slope <= 0.2)).mean()
            np.testing.assert_allclose(units[run, :, layer], [mean, deviation, saturated], rtol=1e-4, atol=1e-6)
        of_run_activations = [each[run] for each in activations]
        expected, deltas = backward_in_float64(x[run], by_logits[run], of_run, of_run_activations, true_slopes)
        for found, truth in zip(gradients, expected, strict=True):
            close(found[run], truth)
        np.testing.assert_allclose(weight_squares[run], [np.sum(each**2) for each in expected[::2]], rtol=5e-5)
        np.testing.assert_allclose(preactivation_squares[run], [np.sum(each**2) for each in deltas], rtol=5e-5)


@pytest.mark.parametrize(("sizes", "rows", "runs"), SHAPES)
def test_agrees_with_float64(plain, sizes, rows, runs):
    check_shape(plain, sizes, rows, runs)


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "rows", "runs"), MORE_SHAPES)
def test_agrees_with_float64_over_more_shapes(plain, sizes, rows, runs):
    check_shape(plain, sizes, rows, runs)


def all_results(plain, x, codes, constants, layers, runs, rows):
    by_logits = np.random.default_rng(1).standard_normal((1, rows, layers[-1][0].shape[-1])).astype(np.float32)
    logits, activations, slopes, largest = plain.forward(x, codes, constants, layers, runs)
    by_logits = np.repeat(by_logits, runs, axis=0)
    gradients, *squares = plain.backward(x, codes, constants, by_logits, layers, activations, slopes)
    row_weights = np.full((1, rows), 1 / rows, np.float32)
    limits = np.full((1, len(layers) - 1), 0.2, np.float32)
    units = plain.evaluate(x, codes, constants, row_weights, limits, layers, runs)[1]
    return [logits, *activations, *largest, *gradients, *squares, units]


def test_a_run_has_the_same_bits_wherever_it_stands(plain):
    sizes, rows, runs = (3, 17, 5, 2), 9, 3
    x, codes, constants, layers = network(sizes, rows, runs)
    spoiled = [(weights.copy(), bias) for weights, bias in layers]
    spoiled[0][0][0, 0, 0] = np.nan
    together = all_results(plain, x, codes, constants, spoiled, runs, rows)
    alone = [(weights[1:2], bias[1:2]) for weights, bias in spoiled]
    for many, one in zip(together, all_results(plain, x[1:2], codes[1:2], constants[:1], alone, 1, rows), strict=True):
        np.testing.assert_array_equal(many[1], one[0])
    assert all(np.isfinite(each[1:]).all() for each in together)


def test_what_runs_share_is_as_if_each_had_its_own(plain):
    sizes, rows, runs = (3, 17, 5, 2), 9, 3
    x, codes, constants, layers = network(sizes, rows, runs)
    repeated = np.repeat(x[:1], runs, axis=0), np.repeat(codes[:1], runs, axis=0)
    shared = all_results(plain, x[:1], codes[:1], constants[:1], layers, runs, rows)
    for each, expected in zip(shared, all_results(plain, *repeated, constants, layers, runs, rows), strict=True):
        np.testing.assert_array_equal(each, expected)


def test_of_a_run_that_rests_nothing_is_computed(plain):
    sizes, rows, runs = (3, 17, 5, 2), 9, 3
    x, codes, constants, layers = network(sizes, rows, runs)
    whole = all_results(plain, x, codes, constants, layers, runs, rows)
    codes[1, 0] = RESTING
    for each, other in zip(all_results(plain, x, codes, constants, layers, runs, rows), whole, strict=True):
        np.testing.assert_array_equal(each[[0, 2]], other[[0, 2]])
    for target, n_results in (("stack_predict", 1), ("stack_forward", 7)):
        shapes = [(rows, 2), *(shape for units in (17, 5) for shape in ((rows, units), (rows, units), (units,)))]
        results = [np.full((runs, *shape), np.nan, np.float32) for shape in shapes[:n_results]]
        arguments = [x, codes, constants, *(each for layer in layers for each in layer)]
        call_by_hand(plain.HANDLERS[f"nnjax_{target}"], arguments, results)
        assert all(np.all(np.isnan(each[1])) and not np.any(np.isnan(each[0])) for each in results[:1])


def one_layer(units, weight=1.0):
    """A hidden layer whose units are all as its one input, and an output that adds them up."""
    hidden = np.full((1, 1, units), weight, np.float32), np.zeros((1, units), np.float32)
    return [hidden, (np.ones((1, units, 1), np.float32), np.zeros((1, 1), np.float32))]


def test_what_is_not_a_number_goes_where_the_definition_sends_it(plain):
    x = np.float32([1, np.nan, -np.inf]).reshape(1, 3, 1)
    layers, constants = one_layer(9), np.float32([[0.1, 1.3]])
    _, (values,), _, (largest,) = plain.forward(x, np.int32([[RELU]]), constants, layers, 1)
    np.testing.assert_array_equal(values[0, :, 8], np.float32([1, np.nan, 0]))
    np.testing.assert_array_equal(largest, np.ones((1, 9)))
    for rows in (x, x[:, ::-1], np.repeat(x, 70, axis=1)):
        _, _, _, (largest,) = plain.forward(rows, np.int32([[TANH]]), constants, layers, 1)
        assert np.isnan(largest).all(), "wherever it stands"
    evaluated = plain.evaluate(
        x, np.int32([[TANH]]), constants, np.float32([[0.5, 0.25, 0.25]]), np.float32([[0.3]]), layers, 1
    )[1]
    np.testing.assert_array_equal(np.isnan(evaluated[0, :, 0]), [True, True, False])
    assert evaluated[0, 2, 0] == np.float32(0.25), "the slope of NaN is at most nothing, that at infinity is 0"


def test_the_largest_slope_may_be_negative(plain):
    codes = np.int32([[ACTIVATION_CODES["gelu"]]])
    x = np.float32([-3, -2, -4]).reshape(1, 3, 1)
    _, _, (slopes,), (largest,) = plain.forward(x, codes, np.float32([[0.1, 1]]), one_layer(3), 1)
    assert (slopes < 0).all()
    np.testing.assert_array_equal(largest, slopes.max(axis=1))


def test_a_leaky_slope_below_zero_does_not_follow_from_its_activation(plain):
    x, codes = np.float32([-3, 2, -4]).reshape(1, 3, 1), np.int32([[ACTIVATION_CODES["leaky_relu"]]])
    constants, layers = np.float32([[-0.5, 1]]), one_layer(3)
    _, activations, slopes, _ = plain.forward(x, codes, constants, layers, 1)
    by_logits = np.ones((1, 3, 1), np.float32)
    gradients, _, _ = plain.backward(x, codes, constants, by_logits, layers, activations, slopes)
    np.testing.assert_allclose(gradients[1], np.zeros((1, 3)), atol=1e-7)  # -0.5 + 1 - 0.5
    np.testing.assert_allclose(gradients[0][0, 0], np.full(3, 3 * 0.5 + 2 + 4 * 0.5), rtol=1e-6)


def test_infinite_gradients_leave_the_units_beside_them_alone(plain):
    x, units = np.ones((1, 2, 1), np.float32), 9
    codes, constants, layers = np.int32([[RELU]]), np.float32([[0.1, 1]]), one_layer(units)
    layers[1][0][0, 3] = 0
    _, activations, slopes, _ = plain.forward(x, codes, constants, layers, 1)
    by_logits = np.float32([np.inf, 1]).reshape(1, 2, 1)
    gradients, weight_squares, _ = plain.backward(x, codes, constants, by_logits, layers, activations, slopes)
    assert np.isinf(gradients[0]).sum() == units - 1 and np.isnan(gradients[0]).sum() == 1
    assert np.isinf(weight_squares[0, 1]), "an infinite gradient has infinite squares, not undefined ones"
