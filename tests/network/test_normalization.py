import jax
import jax.numpy as jnp
import numpy as np

from nnjax.network.normalization import (
    EPSILON,
    EXAMPLES,
    Moments,
    batch_moments,
    layer_moments,
    normalize,
    running_moments,
)


def over_batch(z, weights):
    return jax.vmap(batch_moments, axis_name=EXAMPLES, out_axes=None)(z, weights)


def test_batch_moments_are_numpys_and_ignore_padding(float64):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((9, 4))
    z[7:] = 1e6
    moments = over_batch(jnp.asarray(z), jnp.asarray([1 / 7] * 7 + [0.0, 0.0]))
    np.testing.assert_allclose(moments.mean, z[:7].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(moments.variance, z[:7].var(axis=0), rtol=1e-12)


def test_normalised_by_its_own_batch_has_mean_zero_and_variance_one_times_the_scale(float64):
    rng = np.random.default_rng(0)
    z, scale = jnp.asarray(rng.standard_normal((50, 3))) * 5 + 2, jnp.array([1.0, 2.0, 0.5])
    moments = over_batch(z, jnp.full(50, 1 / 50))
    out = np.asarray(jax.vmap(normalize, in_axes=(0, None, None))(z, moments, scale))
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=0), scale, rtol=1e-5)


def test_layer_normalisation_looks_at_one_example_alone(float64):
    rng = np.random.default_rng(0)
    z = jnp.asarray(rng.standard_normal(6))
    expected = (z - z.mean()) / np.sqrt(z.var() + EPSILON)
    np.testing.assert_allclose(normalize(z, layer_moments(z), jnp.ones(6)), expected, rtol=1e-12)
    np.testing.assert_allclose(
        normalize(100 * z, layer_moments(100 * z), jnp.ones(6)), (z - z.mean()) / z.std(), rtol=1e-6
    )


def test_running_averages_forget_by_their_share(float64):
    running = Moments(jnp.zeros(1), jnp.ones(1))
    for _ in range(3):
        running = running_moments(running, Moments(jnp.ones(1), jnp.full(1, 3.0)))
    np.testing.assert_allclose(running.mean, 1 - 0.9**3, rtol=1e-12)
    np.testing.assert_allclose(running.variance, 3 - 2 * 0.9**3, rtol=1e-12)
