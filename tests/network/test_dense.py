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


def test_one_example_alone_has_its_gradients():
    rng = np.random.default_rng(0)
    x, weights, delta = (jnp.asarray(rng.standard_normal(shape), jnp.float32) for shape in ((3,), (3, 2), (2,)))
    product, pull = jax.vjp(weigh, x, weights)
    np.testing.assert_allclose(product, x @ weights, rtol=1e-6)
    by_x, by_weights = pull(delta)
    np.testing.assert_allclose(by_x, weights @ delta, rtol=1e-6)
    np.testing.assert_allclose(by_weights, np.outer(x, delta), rtol=1e-6)
    alone = jax.jit(jax.grad(lambda w: jnp.sum(weigh(x, w))))(weights)
    together = jax.grad(lambda w: jnp.sum(jax.vmap(weigh, in_axes=(0, None))(x[None], w)))(weights)
    np.testing.assert_allclose(alone, together, rtol=1e-6)


def test_directions_and_curvature_of_one_example():
    x, weights = jnp.array([1.0, 2.0]), jnp.array([[1.0, 0.0], [0.5, 1.0]])
    _, slope = jax.jvp(weigh, (x, weights), (jnp.ones(2), jnp.ones((2, 2))))
    np.testing.assert_allclose(slope, jnp.ones(2) @ weights + x @ jnp.ones((2, 2)))
    curvature = jax.hessian(lambda w: jnp.sum(jnp.square(weigh(x, w))))(weights)
    np.testing.assert_allclose(curvature[:, 0, :, 0], 2 * np.outer(x, x))


@pytest.mark.parametrize("axis", [0, 1])
def test_examples_may_lie_along_any_axis(axis):
    x, weights = jnp.arange(6.0).reshape(3, 2), jnp.array([[1.0, 0.0], [0.5, 1.0]])
    given = jnp.moveaxis(x, 0, axis)
    np.testing.assert_allclose(jax.vmap(weigh, in_axes=(axis, None))(given, weights), x @ weights)
    np.testing.assert_allclose(jax.vmap(jax.grad(lambda one: weigh(one, weights)[0]), in_axes=axis)(given)[2], [1, 0.5])
