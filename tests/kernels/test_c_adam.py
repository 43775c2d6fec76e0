"""Adam's C handlers against its formula in float64."""

import numpy as np
import pytest

NUMBERS = np.float32([[0.01, 0.9, 0.999, 30.0, 1e-8, 0.1, 0.5, 0.02, 0], [0.02, 0.8, 0.99, 1.0, 1e-4, 0, 1, 0, 0]])
"""step_size, beta_1, beta_2, square_scale, epsilon, l2, gradient_scale, decay, rests of two runs."""


def leaves(shapes, seed=0):
    draw = np.random.default_rng(seed).standard_normal
    return [[draw((2, *shape)).astype(np.float32) for shape in shapes] for _ in range(4)]


def flat(*trees):
    return [array for leaf in zip(*trees, strict=True) for array in leaf]


def expected_step(numbers, p, m, v, g, is_weights):
    step_size, beta_1, beta_2, square_scale, epsilon, l2, gradient_scale, decay, _ = map(float, numbers)
    p, m, v, g = (each.astype(np.float64) for each in (p, m, v, g))
    g = g * gradient_scale + is_weights * l2 * p
    mean, square = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
    update = step_size * mean / (np.sqrt(square * square_scale) + epsilon)
    return p - update - is_weights * decay * p, mean, square, update


@pytest.mark.parametrize("shapes", [[(7, 5), (5,), (5, 64), (64,)]])
def test_a_step_is_its_formula(plain, shapes):
    p, m, v, g = leaves(shapes)
    v = [np.abs(each) for each in v]
    shapes_of_results = [*(each.shape for each in p for _ in range(3)), (2, 2)]
    *found, squares = plain.call("adam_step", shapes_of_results, NUMBERS, *flat(p, m, v, g))
    for layer in range(2):
        np.testing.assert_allclose(squares[:, layer], np.sum(np.square(p[2 * layer]), axis=(1, 2)), rtol=1e-6)
    for leaf in range(len(p)):
        for run in range(2):
            arrays = [each[leaf][run] for each in (p, m, v, g)]
            expected = expected_step(NUMBERS[run], *arrays, leaf % 2 == 0)[:3]
            for result, truth in zip(found[3 * leaf : 3 * leaf + 3], expected, strict=True):
                np.testing.assert_allclose(result[run], truth, rtol=2e-6, atol=1e-6)


def test_an_update_takes_leaves_of_any_rank(plain):
    shapes = [(), (3,), (2, 3, 4), (17,)]
    _, m, v, g = leaves(shapes)
    v = [np.abs(each) for each in v]
    numbers = NUMBERS * np.float32([1, 1, 1, 1, 1, 0, 0, 0, 0]) + np.float32([0, 0, 0, 0, 0, 0, 1, 0, 0])
    found = plain.call("adam_update", [each.shape for each in m for _ in range(3)], numbers, *flat(m, v, g))
    for leaf in range(len(m)):
        for run in range(2):
            arrays = [each[leaf][run] for each in (m, v, g)]
            _, mean, square, update = expected_step(numbers[run], arrays[0], *arrays, False)
            for result, truth in zip(found[3 * leaf : 3 * leaf + 3], (update, mean, square), strict=True):
                np.testing.assert_allclose(result[run], truth, rtol=2e-6, atol=1e-6)


def test_what_is_not_a_number_stays_where_it_is(plain):
    p, m, v, g = leaves([(1, 11), (11,)])
    g[0][0, 0, 3] = np.nan
    v = [np.abs(each) for each in v]
    shapes = [*(each.shape for each in p for _ in range(3)), (2, 1)]
    *found, squares = plain.call("adam_step", shapes, NUMBERS, *flat(p, m, v, g))
    for result in found[:3]:
        assert np.flatnonzero(np.isnan(result)).tolist() == [3]
    assert np.all(np.isfinite([*found[3:]])) and np.all(np.isfinite(squares))


def test_an_infinite_bias_meets_no_penalty(plain):
    p, m, v, g = leaves([(1, 3), (3,)])
    p[1][:, 1], v = np.inf, [np.abs(each) for each in v]
    shapes = [*(each.shape for each in p for _ in range(3)), (2, 1)]
    bias = plain.call("adam_step", shapes, NUMBERS, *flat(p, m, v, g))[3]
    assert np.all(np.isinf(bias[:, 1])) and np.all(np.isfinite(bias[:, [0, 2]]))


def test_wrong_arguments_are_told(plain):
    p, m, v, g = leaves([(1, 11), (11,)])
    shapes = [*(each.shape for each in p for _ in range(3)), (2, 1)]
    with pytest.raises(Exception, match="nine numbers a run"):
        plain.call("adam_step", shapes, NUMBERS[:, :8], *flat(p, m, v, g))
    for results, arguments in ((shapes, flat(p, m, v)), (shapes[:-1], flat(p, m, v, g))):
        with pytest.raises(Exception, match="four arrays a leaf"):
            plain.call("adam_step", results, NUMBERS, *arguments)
