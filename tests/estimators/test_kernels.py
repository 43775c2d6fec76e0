"""Estimators trained by fused operations, against XLA: numbers to rounding, bits their own, results kept apart."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from fakes.trainings import N_ROWS, make_problem

from nnjax.estimators import kernels, programs
from nnjax.estimators.ledger import FitLedger
from nnjax.estimators.trainer import train
from nnjax.kernels.choice import KernelChoice
from nnjax.kernels.names import XLA, KernelsError

WEIGHTS = np.random.default_rng(1).uniform(0.5, 2, N_ROWS).astype(np.float32)
HELD = make_problem().train


def designed(problem, **changes):
    return replace(problem, design=replace(problem.design, **changes))


PROBLEMS = {
    "plain": (make_problem(), False),
    "watched, judged, clipped by value, decay": (
        designed(make_problem(validation=HELD, weight_decay=0.1, clip_max=0.01), clipping="value"),
        True,
    ),
    "weighted rows, l1, dropout": (make_problem(weights=WEIGHTS, l1=1e-3, dropout=0.2), True),
    "momentum": (designed(make_problem(solver="sgd", activation="relu"), batch_size=N_ROWS), False),
}


@pytest.fixture
def by(monkeypatch, fused):
    """A function that trains a problem by XLA, or by fused operations."""

    def trained(problems, name=fused, **options):
        monkeypatch.setattr(programs, "kernels_here", lambda: name)
        return train(problems, **options)

    return trained


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_fused_fit_has_xlas_numbers_to_rounding(by, name):
    problem, watches = PROBLEMS[name]
    theirs, ours = (by([problem], *kernels, slots=1, watches=watches)[0] for kernels in ((XLA,), ()))
    assert (theirs.n_iter, theirs.why, theirs.history.keys()) == (ours.n_iter, ours.why, ours.history.keys())
    for part in ("parameters", "state", "loss_curve", "validation_scores", "history"):
        pairs = zip(*(jax.tree.leaves(getattr(each, part)) for each in (theirs, ours)), strict=True)
        for one, other in pairs:
            np.testing.assert_allclose(other, one, rtol=2e-4, atol=2e-5 * np.abs(one).max(initial=1e-6), err_msg=part)


def test_a_fused_fits_bits_are_its_own(by):
    """Alone, beside one that diverges, in another slot, and on two threads."""
    sound, other, wild = make_problem(), make_problem(seed=1), make_problem(seed=2, learning_rate=1e35)
    (alone,) = by([sound], slots=2)
    together = by([wild, other, sound], slots=2, workers=2)
    assert together[0].why == "diverged"
    for one, same in zip(
        *(jax.tree.leaves((each.parameters, each.state, each.loss_curve)) for each in (alone, together[2])), strict=True
    ):
        np.testing.assert_array_equal(same, one)


def test_results_by_other_kernels_are_other_results(monkeypatch):
    problem, trained = make_problem(), []

    class Folder(dict):
        read, write = dict.get, dict.__setitem__

    def note(problems, watches, keep):
        trained.append(programs.kernels_here())
        for number in range(len(problems)):
            keep(number, "fitted")

    book = FitLedger(0, note, Folder())
    for name in (XLA, "fused_avx2_gcc", XLA, "fused_avx2_gcc"):
        monkeypatch.setattr(programs, "kernels_here", lambda name=name: name)
        monkeypatch.setattr(programs, "kernels_to_come", lambda name=name: name)
        book.obtain([problem])
    assert trained == [XLA, "fused_avx2_gcc"]


def test_lbfgs_is_xlas_whatever_there_is(monkeypatch):
    monkeypatch.setattr(programs, "kernels_to_come", lambda: "fused_avx2_gcc")
    assert programs.trained_by(make_problem(solver="lbfgs")) == XLA
    assert programs.trained_by(make_problem()) == "fused_avx2_gcc"


def test_a_network_says_what_trained_it(by, fused):
    problem = PROBLEMS["plain"][0]
    assert [by([problem], *kernels, slots=1)[0].kernels for kernels in ((XLA,), ())] == [XLA, fused]


def test_a_person_may_ask_for_xla(monkeypatch):
    monkeypatch.setenv("NNJAX_KERNELS", XLA)
    monkeypatch.setattr(kernels, "usable", lambda folder: pytest.fail("built what nobody wants"))
    assert kernels.kernels_here.__wrapped__() == XLA


def test_without_a_compiler_xla_trains_and_nothing_is_said(monkeypatch, recwarn):
    def find_none():
        raise KernelsError("no compiler found", "install one")

    monkeypatch.setattr(kernels, "usable", lambda folder: KernelChoice("", problem="no compiler found"))
    monkeypatch.setattr(kernels, "find_compiler", find_none)
    assert kernels.kernels_here.__wrapped__() == XLA
    assert not recwarn


@pytest.mark.parametrize("is_loading", [False, True])
def test_where_a_compiler_fails_xla_trains_and_what_helps_is_said(monkeypatch, is_loading):
    def load(folder, name):
        if name != XLA:
            raise KernelsError("cc fails: no stdio.h", "let it compile C with libc")

    failed = KernelChoice("", problem="cc fails: no stdio.h", remedy="let it compile C with libc")
    choice = KernelChoice("fused_avx2_gcc") if is_loading else failed
    monkeypatch.setattr(kernels, "usable", lambda folder: choice)
    monkeypatch.setattr(kernels, "find_compiler", lambda: "cc")
    monkeypatch.setattr(kernels, "load", load)
    with pytest.warns(UserWarning, match=r"XLA, right and slower: cc fails.*let it compile C.*NNJAX_KERNELS=xla"):
        assert kernels.kernels_here.__wrapped__() == XLA


def test_another_word_for_kernels_is_refused(monkeypatch):
    monkeypatch.setenv("NNJAX_KERNELS", "fast")
    with pytest.raises(ValueError, match="NNJAX_KERNELS='fast': it may be 'xla', or not set"):
        kernels.kernels_here.__wrapped__()
