import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.lecture.backpropagation import Network, propagate_backward, propagate_forward
from nnjax.lecture.weights import Apart, draw_parameters, fold, unfold, weighted_sums

SIZES = st.lists(st.integers(1, 7), min_size=2, max_size=5)


def draw(sizes, seed=0):
    generator = np.random.default_rng(seed)
    weights = draw_parameters(sizes, generator).weights
    return Apart(weights, tuple(generator.normal(size=w.shape[1]) for w in weights))


def test_shapes_are_the_lectures():
    parameters = draw((2, 5, 2, 1))
    assert [w.shape for w in parameters.weights] == [(2, 5), (5, 2), (2, 1)]
    assert [b.shape for b in parameters.biases] == [(5,), (2,), (1,)]
    assert [w.shape for w in fold(parameters).weights] == [(3, 5), (6, 2), (3, 1)]


@given(sizes=SIZES, seed=st.integers(0, 9))
def test_both_views_convert_into_each_other_exactly(sizes, seed):
    parameters = draw(sizes, seed)
    back = unfold(fold(parameters))
    for old, new in zip((*parameters.weights, *parameters.biases), (*back.weights, *back.biases), strict=True):
        assert old.tobytes() == new.tobytes() and old.shape == new.shape
    again = fold(back)
    assert all((a == b).all() for a, b in zip(again.weights, fold(parameters).weights, strict=True))


@given(sizes=SIZES, n=st.integers(1, 9), seed=st.integers(0, 9))
def test_both_views_compute_the_same_bits(sizes, n, seed):
    parameters, network = draw(sizes, seed), Network("tanh", "identity")
    x = np.random.default_rng(seed).normal(size=(n, sizes[0]))
    apart, folded = (propagate_forward(view, x, network) for view in (parameters, fold(parameters)))
    for one, other in zip((*apart.z, *apart.a), (*folded.z, *folded.a), strict=True):
        assert one.tobytes() == other.tobytes()


def test_weighted_sums_are_the_matrix_product():
    parameters, x = draw((4, 3)), np.random.default_rng(1).normal(size=(5, 4))
    expected = x @ parameters.weights[0] + parameters.biases[0]
    np.testing.assert_allclose(weighted_sums(parameters, 0, x), expected, rtol=1e-13)


def test_gradients_of_both_views_are_one_gradient_folded():
    parameters, x = draw((2, 5, 2, 1)), np.random.default_rng(1).normal(size=(4, 2))
    y = np.ones((4, 1))
    apart = propagate_backward(parameters, x, y, Network()).gradient
    folded = propagate_backward(fold(parameters), x, y, Network()).gradient
    assert all((a == b).all() for a, b in zip(fold(apart).weights, folded.weights, strict=True))


@pytest.mark.parametrize(("spread", "expected"), [(None, 0.1), (0.02, 0.02)])
def test_drawn_weights_have_mean_zero_and_the_spread_asked_for(spread, expected):
    parameters = draw_parameters((100, 400), np.random.default_rng(0), spread)
    assert abs(parameters.weights[0].mean()) < 4 * expected / 200  # four standard errors of 40,000 draws
    assert parameters.weights[0].std() == pytest.approx(expected, rel=0.02)
    assert (parameters.biases[0] == 0).all()
