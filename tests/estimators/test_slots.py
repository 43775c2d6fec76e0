"""What slots are given: rows at the program's sizes, mini-batches dealt out."""

import jax
import numpy as np
import pytest
from fakes.trainings import make_problem
from hypothesis import given
from hypothesis import strategies as st

from nnjax.estimators.problem import Examples
from nnjax.estimators.programs import shape_of
from nnjax.estimators.slot_state import first_going
from nnjax.estimators.slots import _fill, slot_data


@given(rows=st.integers(1, 40), batch_size=st.integers(1, 40), epochs=st.integers(1, 3))
def test_every_row_is_dealt_out_once_an_epoch_in_its_order(rows, batch_size, epochs):
    size = min(batch_size, rows)
    steps = -(-rows // size)
    orders = np.stack([np.random.default_rng(epoch).permutation(rows) for epoch in range(epochs)]).astype(np.int32)
    examples = np.full((epochs, steps, size + 3), -1, np.int32)
    _fill(examples, orders, size)
    for epoch in range(epochs):
        dealt = [place for batch in examples[epoch] for place in batch if place >= 0]
        assert dealt == orders[epoch].tolist()


def test_validation_rows_are_weighted_to_one_and_padded_by_nothing():
    x = np.arange(15, dtype=np.float32).reshape(5, 3)
    held = Examples(x, np.array([[1], [2], [3], [4], [9]], np.float32), np.array([1, 1, 2, 0, 4], np.float32))
    problem = make_problem(validation=held)
    data = slot_data(problem, shape_of(problem, watches=False))
    assert data.x_validation.shape == (8, 3)
    assert data.validation_weights.tolist() == [0.125, 0.125, 0.25, 0, 0.5, 0, 0, 0]
    mean = np.average([1, 2, 3, 4, 9], weights=held.weights)
    assert data.validation_variance[0] == pytest.approx(
        np.average((np.array([1, 2, 3, 4, 9]) - mean) ** 2, weights=held.weights)
    )


@pytest.mark.parametrize("score_decides", [False, True])
def test_a_training_begins_with_numbers_of_numpy(score_decides):
    """For each number of JAX's own a program would be compiled."""
    held_out = Examples(np.ones((3, 2), np.float32), np.ones((3, 1), np.float32)) if score_decides else None
    problem = make_problem(validation=held_out)
    going = first_going(shape_of(problem, False), problem.parameters)
    assert all(isinstance(leaf, np.ndarray | np.generic) for leaf in jax.tree.leaves(going))
    assert going.reached.best == (-np.inf if score_decides else np.inf)
