"""Orders of rows, against scikit-learn's own shuffling."""

import numpy as np
from sklearn.utils import shuffle

from nnjax.estimators.order import RunningOrder, advanced


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


def test_advanced_is_where_that_many_shuffles_lead():
    given, drawn = np.random.RandomState(5), np.random.RandomState(5)
    for _ in range(4):
        shuffle(np.arange(9), random_state=drawn)
    assert advanced(given, 9, 4).randint(1000) == drawn.randint(1000)
