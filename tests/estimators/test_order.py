"""Orders of rows, against scikit-learn's own shuffling."""

import numpy as np
import pytest
from sklearn.utils import shuffle

from nnjax.estimators.order import RunningOrder


def test_orders_are_the_running_order_shuffled_again():
    orders, drawn = RunningOrder(np.random.RandomState(3), 7), np.random.RandomState(3)
    last = np.arange(7)
    for epoch in range(5):
        last = shuffle(last, random_state=drawn)
        assert orders.epochs(epoch, 1)[0].tolist() == last.tolist()
    assert orders.epochs(1, 3)[2].tolist() == orders.epochs(3, 1)[0].tolist()


def test_the_given_state_is_not_moved():
    given = np.random.RandomState(3)
    RunningOrder(given, 7).epochs(0, 4)
    assert given.randint(1000) == np.random.RandomState(3).randint(1000)


def test_without_a_state_rows_keep_their_order():
    assert RunningOrder(None, 3).epochs(5, 2).tolist() == [[0, 1, 2], [0, 1, 2]]


def test_orders_that_nobody_needs_are_let_go():
    orders, all_of_them = (RunningOrder(np.random.RandomState(3), 7) for _ in range(2))
    for first in (0, 2, 4):
        assert orders.epochs(first, 2, forgets=True).tolist() == all_of_them.epochs(first, 2).tolist()
    with pytest.raises(IndexError, match="epoch 1 was let go"):
        orders.epochs(1, 1)
    assert all_of_them.epochs(0, 6).shape == (6, 7)
