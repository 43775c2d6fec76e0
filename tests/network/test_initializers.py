import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.network.activations import ACTIVATIONS
from nnjax.network.initializers import INITIALIZERS, default_initializer, draw_parameters

NAMES = list(INITIALIZERS)
HIDDEN_ONLY = [name for name, member in INITIALIZERS.items() if not member.holds_for_output]
FORMULAS = [
    *(("lecun", 1 / 300), ("lecun_uniform", 1 / 300), ("glorot", 2 / 700), ("glorot_uniform", 2 / 700)),
    *(("he", 2 / 300), ("he_uniform", 2 / 300)),
]
"""Initialiser -> its variance for 300 inputs and 400 outputs."""
MEMBERS = [pytest.param(member, id=name) for name, member in INITIALIZERS.items()]


def hidden_weights(name, fan_in=300, fan_out=400, gain=1.0, seed=0):
    return draw_parameters(np.random.default_rng(seed), (fan_in, fan_out, 1), name, gain)[0][0]


def four_standard_errors(variance, size):
    return 4 * variance * np.sqrt(2 / size)  # of a normal sample's variance; a uniform one's is smaller


@pytest.mark.parametrize("gain", [1.0, 1.7])
@pytest.mark.parametrize("member", MEMBERS)
def test_weights_have_mean_zero_and_the_stated_variance_times_gain_squared(member, gain):
    weights, variance = hidden_weights(member.name, gain=gain), gain**2 * member.variance(300, 400)
    assert weights.dtype == np.float32
    assert abs(weights.mean(dtype=np.float64)) <= 4 * np.sqrt(variance / weights.size)
    assert abs(weights.var(dtype=np.float64) - variance) <= four_standard_errors(variance, weights.size)


@pytest.mark.parametrize(("name", "variance"), FORMULAS)
def test_formulas_by_their_numbers(name, variance):
    assert INITIALIZERS[name].variance(300, 400) == pytest.approx(variance)


@pytest.mark.parametrize("name", [name for name in NAMES if INITIALIZERS[name].distribution == "uniform"])
def test_uniform_weights_fill_the_interval_evenly(name):
    weights = hidden_weights(name)
    edge = np.sqrt(3 * INITIALIZERS[name].variance(300, 400))
    assert np.abs(weights).max() == pytest.approx(edge, rel=1e-3)
    counts, _ = np.histogram(weights, 10, (-edge, edge))
    np.testing.assert_allclose(counts, weights.size / 10, rtol=4 / np.sqrt(weights.size / 10))


@given(fan_in=st.integers(1, 40), fan_out=st.integers(1, 40), gain=st.sampled_from([1.0, np.sqrt(2)]))
def test_orthogonal_weights_keep_lengths(fan_in, fan_out, gain):
    weights = np.float64(hidden_weights("orthogonal", fan_in, fan_out, gain))
    gram = weights.T @ weights if fan_in >= fan_out else weights @ weights.T
    np.testing.assert_allclose(gram, gain**2 * np.eye(min(fan_in, fan_out)), atol=1e-6)


def test_orthogonal_weights_favour_no_rotation():
    corners = [hidden_weights("orthogonal", 2, 2, seed=seed)[0] for seed in range(400)]
    quarters = np.histogram(np.arctan2(*np.transpose(corners)), 4, (-np.pi, np.pi))[0]
    assert np.abs(quarters - 100).max() <= 4 * np.sqrt(75)


@pytest.mark.parametrize("name", ["lecun", "glorot", "he"])
def test_a_gain_of_one_leaves_the_numbers_as_they_were(name):
    expected = np.random.default_rng(7)
    for layer, (weights, bias) in enumerate(draw_parameters(np.random.default_rng(7), (10, 32, 16, 1), name, 1.0)):
        rule = "lecun" if layer == 2 else name
        scale = np.float32(np.sqrt(INITIALIZERS[rule].variance(*weights.shape)))
        np.testing.assert_array_equal(weights, expected.standard_normal(weights.shape, dtype=np.float32) * scale)
        assert not bias.any()


@pytest.mark.parametrize("name", HIDDEN_ONLY)
def test_output_layer_is_lecuns_and_knows_no_gain(name):
    for gain in (1.0, 5.0):
        weights = draw_parameters(np.random.default_rng(0), (4, 5, 3000), name, gain)[-1][0]
        assert abs(weights.var() - 1 / 5) <= four_standard_errors(1 / 5, weights.size)


def test_zeros_and_small_normal_hold_for_the_output_layer_too():
    assert set(NAMES) - set(HIDDEN_ONLY) == {"zeros", "small_normal"}
    assert not any(
        leaf.any() for pair in draw_parameters(np.random.default_rng(0), (4, 5, 2), "zeros") for leaf in pair
    )
    weights = draw_parameters(np.random.default_rng(0), (4, 5, 3000), "small_normal", 5.0)[-1][0]
    assert abs(weights.var() - 1e-4) <= four_standard_errors(1e-4, weights.size)


@pytest.mark.parametrize("name", NAMES)
def test_each_piece_of_a_maxout_layer_is_drawn_as_a_layer_would_be(name):
    pieces = draw_parameters(np.random.default_rng(3), (6, 4, 5, 1), name, 1.3, pieces=[3, None])
    assert [leaf.shape for pair in pieces for leaf in pair] == [(3, 6, 4), (3, 4), (4, 5), (5,), (5, 1), (1,)]
    plain = draw_parameters(np.random.default_rng(3), (6, 4, 1), name, 1.3)
    np.testing.assert_array_equal(pieces[0][0][0], plain[0][0])
    alone = draw_parameters(np.random.default_rng(3), (6, 4, 1), name, 1.3, pieces=[1])
    for (weights, bias), (expected, zeros) in zip(alone, plain, strict=True):
        np.testing.assert_array_equal(weights.reshape(expected.shape), expected)
        assert bias.size == zeros.size


def test_no_hidden_layer_is_legal_and_a_wrong_number_of_pieces_is_not():
    ((weights, bias),) = draw_parameters(np.random.default_rng(0), (10, 3), "he", 2.0, pieces=[])
    assert weights.shape == (10, 3) and bias.shape == (3,)
    with pytest.raises(ValueError, match="1 numbers of pieces for 2 hidden layers"):
        draw_parameters(np.random.default_rng(0), (10, 4, 4, 1), "he", pieces=[2])


@pytest.mark.parametrize("name", NAMES)
def test_layers_of_a_deeper_network_begin_like_those_of_a_shallower_one(name):
    shallow = draw_parameters(np.random.default_rng(3), (10, 64, 64, 1), name)
    deep = draw_parameters(np.random.default_rng(3), (10, 64, 64, 64, 1), name)
    np.testing.assert_array_equal(shallow[1][0], deep[1][0])


def test_every_activation_has_a_known_default():
    assert {default_initializer(name) for name in ACTIVATIONS} <= set(INITIALIZERS)
