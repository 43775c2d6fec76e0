import sys
import threading
import types
from contextlib import suppress

import numpy as np
import pytest

from nnjax.estimators.ledger import Collected, FitLedger, current_ledger, obtain, seed_of, using
from nnjax.estimators.problem import (
    Examples,
    Fitted,
    Improvement,
    NetworkDesign,
    Problem,
    RateCourse,
    Stopping,
    digest,
)
from nnjax.estimators.programs import trained_by
from nnjax.training.optimizers import Hyperparameters


def problem(x=0.0, l2=0.0):
    rows = Examples(np.full((4, 2), x, np.float32), np.zeros((4, 1), np.float32), np.ones(4, np.float32))
    design = NetworkDesign("regression", "squared_error", "identity", (3,), ("relu",))
    return Problem(design, Hyperparameters(0.1, l2), Stopping(), RateCourse(), rows, rows, ())


def fitted_to(each):
    return Fitted((), (), np.array([float(each.train.x[0, 0])]), None, 1, Improvement(0.0), "tol", seconds=2.0)


class Trainer:
    """Trains nothing, and remembers how often it was asked for what; fails from the n-th problem on."""

    def __init__(self, fails_at=None):
        self.calls, self.fails_at = [], fails_at

    def __call__(self, problems, watches, keep):
        self.calls.append((list(problems), watches))
        for index, each in enumerate(problems):
            if index == self.fails_at:
                raise MemoryError
            keep(index, fitted_to(each))


class Folder(dict):
    read, write = dict.get, dict.__setitem__


def collects(book, *problems):
    book.collects = True
    with using(book):
        for each in problems:
            with pytest.raises(Collected):
                obtain(each)
    book.collects = False


def test_without_a_search_a_problem_is_trained_by_itself(monkeypatch):
    seen = []

    def train(problems, watches, slots):
        seen.append((problems, watches))
        return [fitted_to(each) for each in problems]

    monkeypatch.setitem(sys.modules, "nnjax.estimators.trainer", types.SimpleNamespace(train=train))
    wanted = problem(3.0)
    assert obtain(wanted).loss_curve.tolist() == [3.0]
    assert seen == [([wanted], True)]


def test_what_was_noted_is_trained_at_once_and_served_in_any_order():
    trainer = Trainer()
    book = FitLedger(0, trainer)
    collects(book, problem(1.0), problem(2.0), problem(1.0))
    assert book.n_noted == 2 and not trainer.calls
    book.train_noted()
    with using(book):
        assert [obtain(problem(x)).loss_curve[0] for x in (2.0, 1.0, 2.0)] == [2.0, 1.0, 2.0]
    assert len(trainer.calls) == 1 and book.n_noted == 0


def test_what_was_not_noted_is_trained_when_it_is_asked_for():
    trainer = Trainer()
    with using(FitLedger(0, trainer)):
        assert obtain(problem(1.0)).loss_curve[0] == 1.0
        assert obtain(problem(1.0)).loss_curve[0] == 1.0
    assert len(trainer.calls) == 1


def test_a_fit_that_is_collected_is_not_taken_for_one_that_failed():
    book = FitLedger(0, Trainer())
    book.collects = True
    with using(book), pytest.raises(Collected), suppress(Exception):
        obtain(problem())


def test_several_are_noted_together():
    book = FitLedger(0, Trainer())
    book.collects = True
    with pytest.raises(Collected):
        book.obtain([problem(1.0), problem(2.0)])
    assert book.n_noted == 2


def test_rows_that_are_equal_are_held_once():
    trainer = Trainer()
    book = FitLedger(0, trainer)
    collects(book, problem(1.0, l2=0.0), problem(1.0, l2=1.0), problem(2.0))
    book.train_noted()
    first, second, third = trainer.calls[0][0]
    assert first.train.x is second.train.x is second.validation.x and first.train.weights is third.train.weights
    assert third.train.x is not first.train.x
    assert digest(second) == digest(problem(1.0, l2=1.0))


def test_what_was_done_before_an_error_stays():
    trainer, kept = Trainer(fails_at=1), Folder()
    book = FitLedger(0, trainer, kept)
    collects(book, problem(1.0), problem(2.0))
    with pytest.raises(MemoryError):
        book.train_noted()
    assert list(kept) == [digest(problem(1.0), trained_by(problem(1.0)))]
    trainer.fails_at = None
    with using(book):
        assert [obtain(problem(x)).loss_curve[0] for x in (1.0, 2.0)] == [1.0, 2.0]
    assert [len(problems) for problems, _ in trainer.calls] == [2, 1]


def test_what_is_kept_is_not_trained_again():
    kept, trainer = Folder(), Trainer()
    with using(FitLedger(0, Trainer(), kept)):
        obtain(problem(1.0))
    book = FitLedger(5, trainer, kept)
    book.collects = True
    with using(book):
        assert obtain(problem(1.0)).loss_curve[0] == 1.0
    assert not trainer.calls and book.seconds(book.asked[0]) == 2.0


def test_the_refit_is_watched_and_the_folds_are_not():
    trainer = Trainer()
    book = FitLedger(0, trainer)
    with using(book):
        obtain(problem(1.0))
        book.watches = True
        obtain(problem(1.0))
        obtain(problem(1.0), watches=False)
    assert [watches for _, watches in trainer.calls] == [False, True]


def test_none_means_the_seed_of_the_search_and_only_there():
    with using(FitLedger(7, Trainer())):
        assert seed_of(None).randint(1000) == seed_of(None).randint(1000) == np.random.RandomState(7).randint(1000)
        assert seed_of(3).randint(1000) == np.random.RandomState(3).randint(1000)
    assert seed_of(None) is np.random.mtrand._rand
    with pytest.raises(ValueError, match="cannot be used to seed"):
        seed_of("seven")


def test_a_ledger_ends_with_its_search_and_is_seen_by_its_thread_alone():
    seen = []
    with using(FitLedger(0, Trainer())) as outer:
        with pytest.raises(KeyError), using(FitLedger(1, Trainer())):
            raise KeyError
        assert current_ledger() is outer
        thread = threading.Thread(target=lambda: seen.append(current_ledger()))
        thread.start()
        thread.join()
    assert seen == [None] and current_ledger() is None
