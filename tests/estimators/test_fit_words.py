"""What a fit says."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from nnjax.estimators import MLPRegressor
from nnjax.estimators.fit_words import LAST_LINES, NON_FINITE, UNCONVERGED, print_epochs, warn_unconverged
from nnjax.estimators.problem import Fitted, Improvement

SETTINGS = MLPRegressor(max_iter=7, max_fun=9, tol=0.5, learning_rate_init=0.25).get_params()


def fitted(why, scores=None):
    return Fitted((), (), np.array([2.0, 1.5]), scores, 2, Improvement(1.5), why)


@pytest.mark.parametrize("why", LAST_LINES)
def test_epochs_and_why_the_last_was_the_last_are_printed(why, capsys):
    print_epochs(fitted(why, np.array([0.25, 0.5])), SETTINGS)
    *epochs, last = capsys.readouterr().out.splitlines()
    assert epochs[2:] == ["Iteration 2, loss = 1.50000000", "Validation score: 0.500000"]
    assert last == LAST_LINES[why].format(**SETTINGS)


@pytest.mark.parametrize(
    ("why", "remedy"),
    [
        ("max_iter", "adam has not converged within max_iter=7 epochs; set max_iter higher, or tol higher than 0.5"),
        ("max_fun", "within max_fun=9 calls of the loss; set max_fun higher"),
        ("line_search", "scale the features"),
        ("diverged", "after 2 epochs: it diverged, and the weights .*; set learning_rate_init lower than 0.25"),
    ],
)
def test_a_training_that_has_not_converged_says_what_may_help(why, remedy):
    with pytest.warns(ConvergenceWarning, match=remedy):
        warn_unconverged(fitted(why), SETTINGS)


def test_a_training_that_has_converged_says_nothing():
    warn_unconverged(fitted("tol"), SETTINGS)
    assert set(UNCONVERGED) == set(LAST_LINES) - {"tol"}
    assert NON_FINITE.format(**SETTINGS).endswith("lower learning_rate_init=0.25.")
