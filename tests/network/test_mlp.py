import functools

import jax
import jax.flatten_util
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.strict.quick_programs import LITTLE
from sklearn.neural_network import MLPRegressor

from nnjax.network.activations import ACTIVATIONS, ActivationParameters
from nnjax.network.architecture import (
    NORMALIZATIONS,
    Architecture,
    branch_indices,
    branches_for,
    layer_activations,
    structures_for,
)
from nnjax.network.mlp import ForwardInputs, Layer, apply, init, no_probes
from nnjax.network.normalization import EXAMPLES

CONSTANTS = ActivationParameters(0.1, 1.3)

quickly = functools.partial(jax.jit, compiler_options=LITTLE)


def outputs(architecture, parameters, index, x, weight=None):
    """Logits [N, O] of a network over rows."""
    inputs = ForwardInputs(no_probes(architecture), weight=weight)

    def one(row):
        return apply(architecture, parameters, inputs, index, CONSTANTS, row).logits

    return quickly(jax.vmap(one, axis_name=EXAMPLES))(jnp.asarray(x))


def build(activation, sizes=(3, 4, 4, 4, 2), prelu_sharing="unit", **others):
    names = layer_activations(activation, len(sizes) - 2)
    architecture = Architecture(sizes, structures_for(names, prelu_sharing), branches_for(names), **others)
    return architecture, jnp.asarray(branch_indices(names, architecture.branches), dtype=jnp.int32)


@pytest.mark.parametrize("name", ["identity", "logistic", "tanh", "relu"])
def test_scikit_learns_weights_give_scikit_learns_predictions(name):
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((60, 10)).astype(np.float32), rng.standard_normal(60)
    with pytest.warns(match="Maximum iterations"):
        peer = MLPRegressor(hidden_layer_sizes=(16, 8), activation=name, max_iter=5, random_state=0).fit(x, y)
    parameters = tuple(
        Layer(jnp.float32(w), jnp.float32(b)) for w, b in zip(peer.coefs_, peer.intercepts_, strict=True)
    )
    architecture, index = build(name, (10, 16, 8, 1))
    np.testing.assert_allclose(outputs(architecture, parameters, index, x).ravel(), peer.predict(x), atol=1e-5)


@functools.cache
def compiled(architecture):
    """A start, and for it and any branches: the loss of vectors over 7 rows, two of which count nothing; ∂loss."""
    rng = np.random.default_rng(1)
    start = jax.tree.map(jnp.float64, init(np.random.default_rng(1), architecture, "lecun"))
    flat, rebuild = jax.flatten_util.ravel_pytree(start)
    flat = flat + 0.1 * jnp.asarray(np.random.default_rng(2).standard_normal(flat.size))  # biases away from zero
    x, y = jnp.asarray(rng.standard_normal((7, 3))), jnp.asarray(rng.standard_normal((7, 2)))
    weights = jnp.asarray([0.2] * 5 + [0.0] * 2)

    def loss(vector, index):
        inputs = ForwardInputs(no_probes(architecture), weight=weights)
        axes = (ForwardInputs(probes=None, weight=0), 0)
        forward = jax.vmap(
            lambda beside, row: apply(architecture, rebuild(vector), beside, index, CONSTANTS, row).logits,
            in_axes=axes,
            axis_name=EXAMPLES,
        )
        return 0.5 * jnp.sum(weights[:, None] * (forward(inputs, x) - y) ** 2)

    losses = quickly(jax.vmap(loss, in_axes=(0, None)))
    # At level 0, XLA of jax 0.10 makes NaN of the gradient of maxout beside a normalisation.
    return flat, losses, jax.jit(jax.grad(loss), compiler_options=LITTLE | {"xla_backend_optimization_level": 1})


def gradient_and_differences(architecture, index):
    """∂loss/∂parameters by reverse mode and by central differences."""
    flat, losses, gradient = compiled(architecture)
    steps = 1e-6 * jnp.eye(flat.size)
    above, below = jnp.split(losses(jnp.concatenate([flat[None] + steps, flat[None] - steps]), index), 2)
    return gradient(flat, index), (above - below) / 2e-6


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradient_with_every_activation_equals_central_differences(name, float64):
    architecture, index = build(name)
    if ACTIVATIONS[name].structure == "elementwise":  # one program for all of them
        architecture = Architecture(architecture.layer_sizes, branches=branches_for(ACTIVATIONS))
        index = jnp.asarray(branch_indices((name,) * 3, architecture.branches), dtype=jnp.int32)
    np.testing.assert_allclose(*gradient_and_differences(architecture, index), rtol=1e-5, atol=1e-8)


REMEDIES = [{"normalization": name} for name in NORMALIZATIONS[1:]] + [
    {"residual": 1},
    {"residual": 2},
    {"prelu_sharing": "layer", "activation": "prelu"},
    {"normalization": "batch", "residual": 1, "activation": "prelu"},
    {"normalization": "batch", "activation": "maxout", "maxout_pieces": 3},
    {"normalization": "layer", "residual": 2, "activation": ("tanh", "maxout", "prelu")},
]


@pytest.mark.parametrize("name", ["tanh", "prelu", "maxout"])
def test_the_gradient_of_one_example_alone_is_that_of_a_batch_of_one(name):
    architecture, index = build(name, normalization="layer")
    parameters, x = init(np.random.default_rng(0), architecture, "he"), jnp.array([0.3, -1.0, 2.0])

    def loss(layers, row):
        return jnp.sum(
            apply(architecture, layers, ForwardInputs(no_probes(architecture)), index, CONSTANTS, row).logits
        )

    alone = quickly(jax.grad(loss))(parameters, x)
    batch = quickly(jax.grad(lambda layers: jnp.sum(jax.vmap(loss, in_axes=(None, 0))(layers, x[None]))))(parameters)
    for one, other in zip(jax.tree.leaves(alone), jax.tree.leaves(batch), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("remedies", REMEDIES, ids=str)
def test_gradient_with_every_remedy_equals_central_differences(remedies, float64):
    architecture, index = build(**{"activation": "tanh", **remedies})
    np.testing.assert_allclose(*gradient_and_differences(architecture, index), rtol=1e-5, atol=1e-8)


def test_a_list_of_equal_activations_is_that_activation():
    for name in ("logistic", "relu"):
        assert build(name)[0] == build((name,) * 3)[0]
        assert build(name)[1].tolist() == build((name,) * 3)[1].tolist()


def test_every_layer_takes_its_own_activation_from_the_list():
    rng = np.random.default_rng(1)
    architecture, index = build(("tanh", "relu", "identity"))
    parameters = init(np.random.default_rng(0), architecture, "he")
    x = rng.standard_normal((5, 3)).astype(np.float32)
    signal = np.tanh(x @ parameters[0].weights)
    signal = np.maximum(signal @ parameters[1].weights, 0) @ parameters[2].weights
    np.testing.assert_allclose(
        outputs(architecture, parameters, index, x), signal @ parameters[3].weights, rtol=1e-4, atol=1e-6
    )


def test_maxout_of_one_piece_is_the_identity():
    rng = np.random.default_rng(1)
    parameters = init(np.random.default_rng(0), build("identity")[0], "he")
    pieces = tuple(Layer(layer.weights[None], layer.bias[None]) for layer in parameters[:-1])
    x = rng.standard_normal((5, 3)).astype(np.float32)
    expected = outputs(build("identity")[0], parameters, build("identity")[1], x)
    architecture, index = build("maxout", maxout_pieces=1)
    np.testing.assert_allclose(outputs(architecture, (*pieces, parameters[-1]), index, x), expected, rtol=1e-6)


def test_maxout_of_a_piece_and_zero_is_relu():
    rng = np.random.default_rng(1)
    parameters = init(np.random.default_rng(0), build("relu")[0], "he")
    pieces = tuple(
        Layer(np.stack([layer.weights, 0 * layer.weights]), np.stack([layer.bias + 0.1, 0 * layer.bias]))
        for layer in parameters[:-1]
    )
    shifted = (*(layer._replace(bias=layer.bias + np.float32(0.1)) for layer in parameters[:-1]), parameters[-1])
    x = rng.standard_normal((5, 3)).astype(np.float32)
    expected = outputs(build("relu")[0], shifted, build("relu")[1], x)
    pieces = jax.tree.map(np.float32, (*pieces, parameters[-1]))
    np.testing.assert_allclose(outputs(build("maxout")[0], pieces, build("maxout")[1], x), expected, rtol=1e-5)


def test_a_block_of_zero_weights_passes_its_input_on():
    rng = np.random.default_rng(1)
    sizes = (3, 4, 4, 4, 4, 4, 2)
    architecture, index = build("identity", sizes, residual=2)
    first, *hidden, output = init(np.random.default_rng(0), architecture, "he")
    zeros = [layer._replace(weights=0 * layer.weights) for layer in hidden]
    x = rng.standard_normal((5, 3)).astype(np.float32)
    expected = outputs(*(build("identity", (3, 4, 2))[:1]), (first, output), index[:1], x)
    np.testing.assert_array_equal(outputs(architecture, (first, *zeros, output), index, x), expected)


def test_a_skip_adds_the_input_of_its_block_to_its_output():
    rng = np.random.default_rng(1)
    architecture, index = build("tanh", (3, *[4] * 6, 2), residual=2)
    parameters = init(np.random.default_rng(0), architecture, "he")
    x = rng.standard_normal((5, 3)).astype(np.float32)
    w = [layer.weights for layer in parameters]
    signal = np.tanh(x @ w[0])
    for block in (1, 3):
        signal = signal + np.tanh(np.tanh(signal @ w[block]) @ w[block + 1])
    expected = np.tanh(signal @ w[5]) @ w[6]  # the sixth layer has no block of its own
    np.testing.assert_allclose(outputs(architecture, parameters, index, x), expected, rtol=1e-4, atol=1e-6)


def test_no_hidden_layer_is_a_linear_model():
    rng = np.random.default_rng(1)
    architecture, index = build((), (3, 2))
    (layer,) = init(np.random.default_rng(0), architecture, "he")
    x = rng.standard_normal((5, 3)).astype(np.float32)
    np.testing.assert_allclose(outputs(architecture, (layer,), index, x), x @ layer.weights, rtol=1e-5)


def test_masks_multiply_the_activations_before_the_next_layer():
    architecture, index = build("tanh", (3, 4, 2))
    parameters = init(np.random.default_rng(0), architecture, "he")
    x, mask = np.float32([1.0, -2.0, 0.5]), np.float32([0.0, 2.0, 2.0, 0.0])
    forward = apply(
        architecture, parameters, ForwardInputs(no_probes(architecture), (jnp.asarray(mask),)), index, CONSTANTS, x
    )
    expected = (np.tanh(x @ parameters[0].weights) * mask) @ parameters[1].weights
    np.testing.assert_allclose(forward.logits, expected, rtol=1e-5)
    np.testing.assert_allclose(forward.activations[0], np.tanh(x @ parameters[0].weights), rtol=1e-5)
