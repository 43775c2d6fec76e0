import jax
import jax.flatten_util
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.neural_network import MLPRegressor

from nnjax.network.activations import ACTIVATION_NAMES
from nnjax.network.mlp import Layer, apply, init, no_probes, parameter_count
from nnjax.training.loop import batch_loss, zero_probes


def predict(parameters, name, x):
    index = jnp.int32(ACTIVATION_NAMES.index(name))
    return jax.vmap(lambda row: apply(parameters, no_probes(parameters), index, row).prediction)(jnp.asarray(x))


@pytest.mark.parametrize("name", ["identity", "logistic", "tanh", "relu"])
def test_scikit_learns_weights_give_scikit_learns_predictions(name):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((60, 10)).astype(np.float32), rng.standard_normal(60)
    with pytest.warns(match="Maximum iterations"):
        peer = MLPRegressor(hidden_layer_sizes=(16, 8), activation=name, max_iter=5, random_state=0).fit(x, y)
    parameters = tuple(
        Layer(jnp.float32(w), jnp.float32(b)) for w, b in zip(peer.coefs_, peer.intercepts_, strict=True)
    )
    np.testing.assert_allclose(predict(parameters, name, x).ravel(), peer.predict(x), atol=1e-5)


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_gradient_of_a_three_layer_network_equals_central_differences(name, float64):
    rng = np.random.default_rng(1)
    start = jax.tree.map(jnp.float64, init(rng, (3, 4, 3, 3, 2), "lecun"))
    batch = (jnp.asarray(rng.standard_normal((7, 3))), jnp.asarray(rng.standard_normal((7, 2))), jnp.full(7, 1 / 7))
    flat, rebuild = jax.flatten_util.ravel_pytree(start)
    index, probes = jnp.int32(ACTIVATION_NAMES.index(name)), zero_probes(start, 7)

    def loss(vector):
        return batch_loss("half_mean_squared_error", index, rebuild(vector), probes, batch)[0]

    step = 1e-6 * jnp.eye(flat.size)
    central = jax.jit(jax.vmap(lambda d: (loss(flat + d) - loss(flat - d)) / 2e-6))(step)
    np.testing.assert_allclose(jax.jit(jax.grad(loss))(flat), central, rtol=1e-5, atol=1e-8)


def test_parameter_count_counts_what_init_draws():
    parameters = init(np.random.default_rng(0), (10, 64, 32, 1), "he")
    assert sum(leaf.size for leaf in jax.tree.leaves(parameters)) == parameter_count((10, 64, 32, 1))
