"""Epochs and curves of a search, as far as it kept them."""

from types import SimpleNamespace

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from nnjax.estimators.training_course import course_of_best, course_of_search


def fit_of(*asked):
    return SimpleNamespace(asked=asked)


def test_fits_of_one_network_have_epochs_and_the_best_has_curves():
    done = {
        name: SimpleNamespace(n_iter=n, why=why, loss_curve=np.ones(n))
        for name, n, why in [("a", 5, "tol"), ("b", 9, "max_iter"), ("c", 3, "tol")]
    }
    fits = [fit_of("a"), fit_of("b"), fit_of("c"), fit_of("a", "b")]
    course = course_of_search(fits, SimpleNamespace(result=done.get), 2, 0)
    np.testing.assert_array_equal(course.epochs, [[5, 9], [3, np.nan]])
    assert course.is_cut.tolist() == [[False, True], [False, False]]
    assert [len(curve) for curve in course.losses] == [5, 9]


def test_without_networks_there_is_no_course():
    assert course_of_search([fit_of(), fit_of()], SimpleNamespace(result={}.get), 2, 0) is None
    assert course_of_best(SimpleNamespace(best_estimator_=make_pipeline(Ridge()))).losses == ()
    last = Ridge()
    last.loss_curve_ = [2.0, 1.0]
    assert course_of_best(SimpleNamespace(best_estimator_=make_pipeline(last))).losses[0].tolist() == [2.0, 1.0]
