import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nnjax.network.losses import LOSSES


@pytest.mark.parametrize("name", list(LOSSES))
def test_loss_is_a_scalar_that_vanishes_at_the_target(name):
    target = jnp.array([0.3, -1.0])
    assert float(LOSSES[name](target, target)) == 0


def test_half_squared_error_has_the_lectures_gradient_v_minus_y():
    v, y = jnp.array([0.2, 0.5]), jnp.array([1.0, 0.0])
    np.testing.assert_allclose(jax.grad(LOSSES["half_mean_squared_error"])(v, y), v - y)
