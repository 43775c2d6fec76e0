import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnjax.training.batches import batch_weights, draw_order


@given(n=st.integers(1, 60), batch=st.integers(1, 60), epochs=st.integers(1, 3), seed=st.integers(0, 99))
def test_every_epoch_shows_every_example_once_with_the_mean_of_its_batch(n, batch, epochs, seed):
    order = draw_order(np.random.default_rng(seed), n, batch, epochs)
    real = order.weights > 0
    for epoch in order.examples:
        assert sorted(epoch[real]) == list(range(n))
    np.testing.assert_allclose(order.weights.sum(axis=1), 1, rtol=1e-6)


def test_sequence_of_examples_does_not_depend_on_the_batch_size():
    a, b = (draw_order(np.random.default_rng(1), 265, size, 3).examples.reshape(3, -1)[:, :265] for size in (8, 265))
    np.testing.assert_array_equal(a, b)


def test_last_partial_batch_keeps_its_examples():
    assert batch_weights(265, 32)[-1].tolist() == [np.float32(1 / 9)] * 9 + [0.0] * 23
