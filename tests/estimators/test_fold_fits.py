import numpy as np
import pytest
from fakes.linear_network import LinearRegressor, LinearTrainer
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nnjax.estimators import fold_fits
from nnjax.estimators.fold_fits import FoldData, asks_once, holds_network, seconds_of, train_together
from nnjax.estimators.ledger import FitLedger, using

NETWORK = LinearRegressor(random_state=0)


@pytest.mark.parametrize(
    ("estimator", "holds", "once"),
    [
        (NETWORK, True, True),
        (make_pipeline(StandardScaler(), make_pipeline(NETWORK)), True, True),
        (TransformedTargetRegressor(NETWORK), True, True),
        (make_pipeline(SelectFromModel(NETWORK), NETWORK), True, False),
        (make_pipeline(SelectFromModel(NETWORK), Ridge()), True, False),
        (VotingRegressor([("a", NETWORK), ("b", Ridge())]), True, False),
        (make_pipeline(StandardScaler(), "passthrough"), False, False),
        (TransformedTargetRegressor(), False, False),
    ],
)
def test_it_is_known_what_holds_a_network_and_what_trains_just_one(estimator, holds, once):
    assert (holds_network(estimator), asks_once(estimator)) == (holds, once)


def ledger(trainer):
    return FitLedger(0, lambda problems, watches, keep: trainer.train(problems, watches=watches, keep=keep))


def fits_of(estimator, candidates, trainer, n_splits=2):
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(20, 3)), generator.normal(size=20)
    splits = [(np.arange(20)[np.arange(20) % n_splits != fold], None) for fold in range(n_splits)]
    book = ledger(trainer)
    with using(book):
        return train_together(FoldData(estimator, x, y, {}, False), candidates, splits, book), book


def test_a_candidates_fits_come_in_a_row():
    fits, _ = fits_of(NETWORK, [{"alpha": 1.0}, {"alpha": 2.0}], LinearTrainer())
    assert [each.parameters["alpha"] for each in fits] == [1.0, 1.0, 2.0, 2.0]
    assert [len(each.asked) for each in fits] == [1] * 4


def test_a_training_that_two_ask_for_is_divided_among_them():
    fits, book = fits_of(NETWORK, [{"alpha": 1.0}, {"alpha": 1}, {"alpha": 2.0}], LinearTrainer())
    seconds = np.array(seconds_of(fits, book)) - [each.seconds for each in fits]
    assert seconds == pytest.approx([4.0] * 4 + [8.0] * 2)


def test_what_holds_no_network_is_not_fitted_beforehand():
    class Never(Ridge):
        def fit(self, X, y=None, sample_weight=None):
            raise AssertionError

    trainer = LinearTrainer()
    fits, _ = fits_of(Never(), [{"alpha": 1.0}], trainer)
    assert [each.asked for each in fits] == [[], []] and not trainer.calls


def test_rows_that_are_too_many_are_trained_before_more_are_noted(monkeypatch):
    monkeypatch.setattr(fold_fits, "MOST_BYTES_NOTED", 10 * (3 + 1) * 4)  # those of one fold
    trainer = LinearTrainer()
    fits_of(NETWORK, [{"alpha": 1.0}, {"alpha": 2.0}], trainer)
    assert [n for n, *_ in trainer.calls] == [2, 2]
