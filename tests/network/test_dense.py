import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nnjax.network.dense import TRANSPOSED_COPY_LIMIT, weigh


@pytest.mark.parametrize("n", [1, 3, TRANSPOSED_COPY_LIMIT, TRANSPOSED_COPY_LIMIT + 1])
def test_gradients_under_vmap_equal_plain_matrix_algebra(n):
    rng = np.random.default_rng(0)
    x, weights, delta = (jnp.asarray(rng.standard_normal(s), jnp.float32) for s in ((n, 5), (5, 4), (n, 4)))
    _, pull = jax.vjp(jax.vmap(weigh, in_axes=(0, None)), x, weights)
    by_x, by_weights = pull(delta)
    np.testing.assert_allclose(by_x, delta @ weights.T, rtol=1e-5)
    np.testing.assert_allclose(by_weights, x.T @ delta, rtol=1e-4, atol=1e-5)


def test_own_weights_for_every_example_are_allowed():
    x, weights = jnp.ones((3, 2)), jnp.arange(12.0).reshape(3, 2, 2)
    np.testing.assert_allclose(jax.vmap(weigh)(x, weights), weights.sum(axis=1))
    np.testing.assert_allclose(jax.vmap(weigh, in_axes=(None, 0))(x[0], weights), weights.sum(axis=1))
