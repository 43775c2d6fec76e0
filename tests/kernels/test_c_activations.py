"""The C forms of the activations: as near to the truth in float64 as XLA's own functions, or nearer."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nnjax.kernels.activation_codes import ACTIVATION_CODES
from nnjax.network.activations import ACTIVATIONS, ActivationParameters

CONSTANTS = {"negative_slope": np.float32(0.1), "elu_alpha": np.float32(1.3)}
TINY = np.float32(2.0**-126)
"""The smallest normal number: XLA takes smaller ones for zero, and so do the C forms."""
ERRORS = {
    "identity": (0, 0),
    "binary_step": (0, 0),
    "logistic": (2.5, 1.5e-7),
    "tanh": (2.5, 3e-7),
    "arctan": (3, 1e-7),
    "relu": (0, 0),
    "leaky_relu": (0.5, 0),
    "elu": (2.5, 1.5e-7),
    "softplus": (2.5, 1e-7),
    "gelu": (7, 3e-7),
    "silu": (3, 1.2e-6),
    "selu": (3, 2.5e-7),
    "mish": (4.5, 2e-7),
    "hard_tanh": (0, 0),
}
"""Largest error of the value, in units of its last digit; of the slope, as a share of the larger of it and one."""


def points(n_mantissas):
    """Both signs, all exponents, and many numbers where the functions bend."""
    mantissas = np.random.default_rng(0).integers(0, 1 << 23, n_mantissas, dtype=np.uint32)
    mantissas[:3] = 0, 1, (1 << 23) - 1
    magnitudes = (np.arange(256, dtype=np.uint32)[:, None] << 23 | mantissas).ravel()
    spread = np.linspace(-100, 100, 64 * n_mantissas + 1, dtype=np.float32)
    return np.concatenate([magnitudes, magnitudes | 0x80000000]).view(np.float32), spread, spread / 16


def exact(name, z):
    """Value and slope of the registry's functions in float64."""
    constants = ActivationParameters(*map(np.float64, CONSTANTS.values()))
    with jax.enable_x64(True):
        member, wide = ACTIVATIONS[name], jnp.asarray(z, jnp.float64)
        return np.asarray(member.function(wide, constants)), np.asarray(member.derivative(wide, constants))


def xla(name, z):
    """The same in float32."""
    constants, member = ActivationParameters(**CONSTANTS), ACTIVATIONS[name]
    both = jax.jit(lambda z: (member.function(z, constants), member.derivative(z, constants)))
    return tuple(map(np.asarray, both(z)))


def units_in_the_last_place(found, truth):
    return np.abs(found - truth) / np.spacing(np.maximum(np.abs(truth), TINY).astype(np.float32))


def check(plain, name, n_mantissas):
    z = np.concatenate(points(n_mantissas))
    z = z[(np.abs(z) >= TINY) | (z == 0)]
    value, slope = plain.activated(ACTIVATION_CODES[name], z, **CONSTANTS)
    true_value, true_slope = exact(name, z)
    for found, defined in zip((value, slope), xla(name, z), strict=True):
        np.testing.assert_array_equal(np.isnan(found), np.isnan(defined))
        infinite = np.isinf(defined)
        np.testing.assert_array_equal(found[infinite], defined[infinite])
    # Below what float32 knows, and one digit above, where factors are there already: zero, or nearly.
    known = np.isfinite(true_value) & (np.abs(true_value) < 3e38) & (np.abs(true_value) > 128 * TINY)
    ulps, share = ERRORS[name]
    assert np.max(units_in_the_last_place(value[known], true_value[known])) <= ulps
    vanished = np.abs(true_value) <= 128 * TINY
    assert np.max(np.abs(value[vanished] - true_value[vanished]), initial=0) <= 129 * TINY
    known = np.isfinite(true_slope)
    errors = np.abs(slope[known] - true_slope[known]) / np.maximum(np.abs(true_slope[known]), 1)
    assert np.max(errors) <= share


@pytest.mark.parametrize("name", ACTIVATION_CODES)
def test_as_near_to_the_truth_as_xla(plain, name):
    check(plain, name, 8)


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTIVATION_CODES)
def test_over_all_exponents(plain, name):
    check(plain, name, 2000)
