"""Who makes what of a report, and what a second process that fails changes: nothing."""

import os
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest
from fakes.makers import dying_elsewhere, failing_elsewhere, hearing, never_done_elsewhere, nothing, telling, where

from nnjax.execution.executor import ExecutionError
from nnjax.report import second_process as module
from nnjax.report.kept_baselines import study_baselines
from nnjax.report.second_process import FEWEST_RUNS, SecondProcess, make_all, second_process

HERE = os.getpid()


def test_without_a_second_process_all_is_made_here_in_turn():
    said = []
    assert make_all([where] * 3, "it", None, said.append) == [("it", HERE)] * 3
    assert said == ["chapter 1 of 3", "chapter 2 of 3", "chapter 3 of 3"]


def test_the_last_is_made_there_while_the_first_is_made_here(tmp_path):
    os.mkfifo(path := tmp_path / "made")
    with closing(SecondProcess(nothing)) as second:
        (_, here), (_, there) = make_all([partial(make, path=path) for make in (hearing, telling)], "it", second)
    assert here == HERE != there


@pytest.mark.parametrize("fails", [dying_elsewhere, failing_elsewhere])
def test_what_fails_there_is_made_here(fails):
    with closing(SecondProcess(nothing)) as second:
        assert make_all([partial(fails, here=HERE)] * 3, "it", second) == ["it"] * 3


def test_a_fault_of_its_own_is_raised_here():
    with closing(SecondProcess(nothing)) as second, pytest.raises(ValueError, match="it"):
        make_all([partial(failing_elsewhere, here=0)], "it", second)


def test_where_no_process_can_be_started_all_is_made_here(monkeypatch):
    def refuse(*_):
        raise ExecutionError("no more processes")

    monkeypatch.setattr(module.WorkerProcess, "call", refuse)
    with closing(SecondProcess(nothing)) as second:
        second.wait()  # it never will be ready, which is no reason not to go on
        assert make_all([where] * 3, "it", second) == [("it", HERE)] * 3


def test_an_interrupt_here_ends_it_whatever_it_is_doing():
    """A test that hangs has failed: the second process is never done."""

    def interrupted(given):
        raise KeyboardInterrupt

    with closing(SecondProcess(nothing)) as second, pytest.raises(KeyboardInterrupt):
        make_all([interrupted, *[partial(never_done_elsewhere, here=HERE)] * 2], "it", second)


@pytest.mark.parametrize(("cores", "runs"), [([0], FEWEST_RUNS), ([0, 1], FEWEST_RUNS - 1)])
def test_on_one_core_and_for_a_small_study_there_is_none(space, monkeypatch, cores, runs):
    monkeypatch.setattr(module, "usable_cores", lambda: cores)
    with second_process(replace(space, runs=space.runs[:1] * runs)) as second:
        assert second is None


@pytest.mark.slow
def test_of_a_study_to_be_trained_it_fits_and_keeps_the_baselines_meanwhile(space, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "FEWEST_RUNS", 1)
    monkeypatch.setattr(module, "usable_cores", lambda: [0, 0])
    with second_process(space, tmp_path) as second:
        second.wait()
    monkeypatch.setattr("nnjax.report.baselines.baseline_scores", None)  # here nothing is fitted
    assert set(study_baselines(space, tmp_path)["split"]) == set(range(len(space.splits)))
