import jax
import jax.numpy as jnp
import numpy as np
import pytest
from fakes.strict.quick_programs import LITTLE

from nnjax.network.activations import ACTIVATIONS, ActivationParameters
from nnjax.network.architecture import branches_for
from nnjax.network.nonlinearity import activate, maxout, prelu

CONSTANTS = ActivationParameters(0.1, 1.3)


@pytest.mark.parametrize("name", branches_for(ACTIVATIONS))
def test_activate_hands_out_the_derivative_by_the_preactivation(name):
    z, bias = jnp.array([0.4, -0.7]), jnp.array([0.1, 0.2])
    branches = branches_for((name, "relu"))
    index = jnp.int32(branches.index(name))

    def look(z, bias, probe):
        total = jax.grad(lambda *given: jnp.sum(activate(branches, *given, index, CONSTANTS)[0]), argnums=(0, 1, 2))
        return total(z, bias, probe), ACTIVATIONS[name].derivative(z + bias, CONSTANTS)

    gradients, slopes = jax.jit(look, compiler_options=LITTLE)(z, bias, 0 * z)
    for gradient in gradients:
        np.testing.assert_allclose(gradient, slopes, rtol=1e-6)


def test_slope_is_not_differentiated_further():
    z = jnp.array([0.4])
    slope = jax.grad(lambda z: activate(("tanh",), z, 0 * z, 0 * z, jnp.int32(0), CONSTANTS)[1][0])(z)
    assert slope.tolist() == [0.0]


@pytest.mark.parametrize("slopes", [[0.25, 0.5, 0.1], [0.25]])
def test_prelus_gradients_are_those_of_its_formula(slopes, float64):
    z, bias, alpha = jnp.array([-2.0, 1.5, -0.5]), jnp.array([0.5, 0.0, 0.0]), jnp.array(slopes)
    weight = jnp.array([1.0, 2.0, 3.0])
    by_z, by_probe, by_alpha = jax.grad(
        lambda z, probe, alpha: jnp.sum(weight * prelu(z, bias, probe, alpha)[0]), argnums=(0, 1, 2)
    )(z, 0 * z, alpha)
    shifted = np.array([-1.5, 1.5, -0.5])
    per_unit = np.where(shifted > 0, 0, weight * shifted)
    np.testing.assert_allclose(by_alpha, per_unit if len(slopes) == 3 else [per_unit.sum()], rtol=1e-12)
    np.testing.assert_allclose(by_z, weight * np.where(shifted > 0, 1, slopes), rtol=1e-12)
    np.testing.assert_array_equal(by_z, by_probe)


def test_maxout_takes_the_largest_piece_and_its_gradient():
    z, bias = jnp.array([[1.0, -3.0], [2.0, -4.0]]), jnp.array([[0.0, 0.0], [0.0, 2.0]])
    largest, slopes = maxout(z, bias, jnp.zeros(2))
    assert largest.tolist() == [2.0, -2.0]
    assert slopes.tolist() == [1.0, 1.0]
    by_z, by_probe = jax.grad(lambda z, probe: jnp.sum(maxout(z, bias, probe)[0]), argnums=(0, 1))(z, jnp.zeros(2))
    assert by_z.tolist() == [[0.0, 0.0], [1.0, 1.0]]
    assert by_probe.tolist() == [1.0, 1.0]
