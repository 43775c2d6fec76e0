"""The runner trains what is missing, once; what it says agrees with the journal."""

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes.training import FAKE, fake_train_task

from nnjax.execution.slots import EXECUTORS
from nnjax.sweep.compilation_cache import cache_folder
from nnjax.sweep.journal.journal import Journal, JournalWarning
from nnjax.sweep.journal.record import load_record
from nnjax.sweep.plan import make_plan
from nnjax.sweep.progress import Progress, SweepState
from nnjax.sweep.runner import Engine, SweepSummary, run_sweep
from nnjax.sweep.space import Space, expand, sweep_id
from nnjax.sweep.worker import TrainedTask, TrainingTask
from nnjax.terminal import Say


class Watch(Progress):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.states: list[SweepState] = []
        self.stages: list[str] = []
        self.is_closed = False

    def update(self, state: SweepState) -> None:
        self.states.append(state)

    def close(self) -> None:
        self.is_closed = True

    @contextmanager
    def stage(self, what: str) -> Iterator[Say]:
        yield lambda how_far: self.stages.append(f"{what}: {how_far}")


def run_here(space: Space, home: Path, engine: Engine = FAKE) -> SweepSummary:
    return run_sweep(space, home, "serial", engine=engine)


def counts(summary: SweepSummary) -> tuple[int, int, int, int]:
    return summary.trained, summary.reused, summary.missing, summary.failed


@pytest.mark.parametrize("executor", EXECUTORS)
def test_every_run_is_trained_once_and_a_second_sweep_trains_nothing(
    small_space: Space, tmp_path: Path, executor: str
) -> None:
    first, second = (run_sweep(small_space, tmp_path, executor, 2, engine=FAKE) for _ in range(2))
    assert counts(first) == (16, 0, 0, 0)
    assert counts(second) == (0, 16, 0, 0)
    assert Journal(tmp_path).run_ids() == {run.run_id for run in small_space.runs}


def test_a_larger_study_reuses_the_runs_of_a_smaller_one(small_study, tmp_path: Path) -> None:
    run_here(expand(small_study()), tmp_path)
    larger = expand(small_study("replicates.splits=8", "depth=[1, 2, 4]"))
    assert counts(run_here(larger, tmp_path)) == (48 - 16, 16, 0, 0)


def test_a_damaged_chunk_is_trained_again(small_space: Space, tmp_path: Path) -> None:
    run_here(small_space, tmp_path)
    next(tmp_path.glob("journal/*.parquet")).write_bytes(b"nonsense")
    with pytest.warns(JournalWarning):
        assert counts(run_here(small_space, tmp_path)) == (4, 12, 0, 0)


def test_git_is_shown_what_is_evidence_and_no_lock(small_space: Space, tmp_path: Path) -> None:
    def git(*words: str) -> set[str]:
        command = ["git", "-C", tmp_path, *words]
        return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())

    git("init", "--quiet")
    home = tmp_path / "home"
    run_here(small_space, home)
    for made in (".mlflow.db.lock", "mlflow.db", "reports/.small.lock", "reports/small/index.html"):
        (home / made).parent.mkdir(parents=True, exist_ok=True)
        (home / made).touch()
    ignored = git("ls-files", "--others", "--ignored", "--exclude-standard", "home")
    shown = git("ls-files", "--others", "--exclude-standard", "home")
    assert ignored == {
        f"home/{name}"
        for name in (".mlflow.db.lock", "mlflow.db", "reports/.small.lock", "journal/claims/.small.json.lock")
    }
    assert {"home/journal/claims/small.json", "home/reports/small/index.html"} < shown
    (home / ".gitignore").write_text("a person's own")
    run_here(small_space, home)
    assert (home / ".gitignore").read_text() == "a person's own"


def failing(task: TrainingTask) -> TrainedTask:
    if task.trainees[0].activation == "tanh":
        raise MemoryError("no room")
    return fake_train_task(task)


def test_a_failed_chunk_stops_nobody_and_is_tried_again_next_time(small_space: Space, tmp_path: Path) -> None:
    summary = run_here(small_space, tmp_path, replace(FAKE, train=failing))
    assert counts(summary) == (8, 0, 8, 8)
    assert all("MemoryError: no room" in error for error in summary.errors)
    assert counts(run_here(small_space, tmp_path)) == (8, 8, 0, 0)


def one_without_an_outcome(task: TrainingTask) -> TrainedTask:
    trained = fake_train_task(task)
    lost = trained.chunk.outcomes.pop(1)["run_id"]
    return replace(trained, chunk=replace(trained.chunk, failures={lost: "ValueError: no room (outcome.py, line 1)"}))


def one_of_another_form(task: TrainingTask) -> TrainedTask:
    trained = fake_train_task(task)
    trained.chunk.outcomes[1]["colour"] = "red"
    return trained


@pytest.mark.parametrize(
    ("train", "reason"),
    [(one_without_an_outcome, "no room (outcome.py, line 1)"), (one_of_another_form, "columns missing or unknown")],
)
def test_a_run_that_fails_costs_its_chunk_nothing(small_space: Space, tmp_path: Path, train, reason: str) -> None:
    watch = Watch()
    summary = run_sweep(small_space, tmp_path, "serial", progress=watch, engine=replace(FAKE, train=train))
    assert counts(summary) == (12, 0, 4, 4)
    assert (watch.states[-1].trained, watch.states[-1].failed, watch.states[-1].is_over) == (12, 4, True)
    lost = {run.run_id for run in small_space.runs} - Journal(tmp_path).run_ids()
    assert {error[4:16] for error in summary.errors} == {run_id[:12] for run_id in lost}
    assert all(reason in error and "other 3 runs are kept" in error for error in summary.errors)
    assert counts(run_here(small_space, tmp_path)) == (4, 12, 0, 0)


def diverging(task: TrainingTask) -> TrainedTask:
    trained = fake_train_task(task)
    trained.chunk.outcomes[0].update(status="diverged", diverged_epoch=2)
    return trained


def test_diverged_runs_are_results(small_space: Space, tmp_path: Path) -> None:
    assert run_here(small_space, tmp_path, replace(FAKE, train=diverging)).diverged == 4
    again = run_here(small_space, tmp_path)
    assert (again.trained, again.diverged) == (0, 4)


class Stop(Exception):
    """Somebody pulled the plug."""


class StopAfterOne(Watch):
    def update(self, state: SweepState) -> None:
        super().update(state)
        if state.trained:
            raise Stop


def test_what_counts_is_on_the_disk(small_space: Space, tmp_path: Path) -> None:
    watch = StopAfterOne()
    with pytest.raises(Stop):
        run_sweep(small_space, tmp_path, "threads", 1, watch, FAKE)
    assert len(Journal(tmp_path).run_ids()) == watch.states[-1].trained == 4
    assert watch.is_closed
    assert counts(run_here(small_space, tmp_path)) == (12, 4, 0, 0)


def test_a_row_says_what_the_run_was(small_space: Space, tmp_path: Path) -> None:
    run_here(small_space, tmp_path)
    run = small_space.runs[5]
    [row] = Journal(tmp_path).read(["configuration", "replicate", "seed", "split_digest"], {run.run_id}).to_pylist()
    assert json.loads(row["configuration"])["activation"] == run.cell.configuration.activation
    assert row["seed"] == run.replicate.seed
    assert row["split_digest"] == run.replicate.split_digest
    expected = {"split": 1, "repeat": 0, "fold": 1, "seed_index": 0, "base_seed": 5, "test_share": 0.25}
    assert json.loads(row["replicate"]).items() >= expected.items()


def test_progress_starts_at_nothing_and_ends_at_all(small_space: Space, tmp_path: Path) -> None:
    watch = Watch()
    run_sweep(small_space, tmp_path, "serial", progress=watch, engine=FAKE)
    assert [state.trained for state in watch.states] == [0, 4, 8, 12, 16]
    assert watch.states[-1].work_done == pytest.approx(1)
    assert (watch.states[-1].compile_seconds, watch.states[-1].train_seconds) == (2.0, 4.0)
    assert watch.is_closed
    assert watch.stages == [f"Preparing the splits: {number} of 4" for number in (1, 2, 3, 4)]


def test_the_record_adds_up_over_executions(small_space: Space, tmp_path: Path) -> None:
    run_here(small_space, tmp_path, replace(FAKE, train=failing))
    summary = run_here(small_space, tmp_path)
    record = load_record(tmp_path, summary.sweep_id)
    assert record is not None
    assert (record.runs, record.trained, record.executions) == (16, 16, 2)
    assert (record.seconds["compile"], record.seconds["train"]) == (2.0, 4.0)
    assert record.study_text == small_space.study.text
    assert record.ended >= record.started > 0


def test_a_sweep_that_trains_nothing_leaves_its_record_alone(small_space: Space, tmp_path: Path) -> None:
    first = load_record(tmp_path, run_here(small_space, tmp_path).sweep_id)
    assert load_record(tmp_path, run_here(small_space, tmp_path).sweep_id) == first


def test_the_record_keeps_up_with_a_sweep_that_may_be_killed(small_space: Space, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("nnjax.sweep.runner.SECONDS_BETWEEN_RECORDS", 0.0)
    seen = []

    class Look(Watch):
        def update(self, state: SweepState) -> None:
            record = load_record(tmp_path, sweep_id(small_space))
            assert record is not None
            seen.append((record.trained, record.executions, record.seconds["train"], record.ended))
            assert record.trained == state.trained

    run_sweep(small_space, tmp_path, "serial", progress=Look(), engine=FAKE)
    assert seen == [(trained, 1, trained / 4, 0.0) for trained in (0, 4, 8, 12, 16)]


def test_a_sweep_with_nothing_to_train_leaves_a_record_of_how_it_was_asked_for(small_study, tmp_path: Path) -> None:
    run_here(expand(small_study()), tmp_path)
    part = expand(small_study("depth=[1]"))
    assert run_here(part, tmp_path).trained == 0
    record = load_record(tmp_path, sweep_id(part))
    assert record is not None
    assert (record.overrides, record.trained, record.executions, record.runs) == (("depth=[1]",), 0, 0, 8)


def test_the_recorded_command_can_be_pasted_into_a_shell(small_space: Space, tmp_path: Path, monkeypatch) -> None:
    words = ["/usr/bin/nnjax", "sweep", "my study.toml", "--set", 'activation=["relu"]']
    monkeypatch.setattr("sys.argv", words)
    record = load_record(tmp_path, run_here(small_space, tmp_path).sweep_id)
    assert record is not None
    assert shlex.split(record.command_line) == ["nnjax", *words[1:]]


class RememberSplits:
    def __init__(self) -> None:
        self.calls: list[tuple[Path, int]] = []

    def __call__(self, folder: Path, splits: Mapping[str, object]) -> None:
        self.calls.append((folder, len(splits)))


def test_a_worker_is_prepared_with_the_cache_and_the_splits_it_needs(small_space: Space, tmp_path: Path) -> None:
    prepare = RememberSplits()
    run_here(small_space, tmp_path, replace(FAKE, prepare=prepare))
    assert prepare.calls == [(cache_folder(tmp_path), 4)]


@pytest.mark.usefixtures("engine_here")
def test_the_engine_agrees_with_itself_alone_and_in_company(small_study, tmp_path: Path) -> None:
    whole, part = (expand(small_study("depth=[2]", *words)) for words in ([], ['activation=["relu"]']))
    kept = []
    for home, space in ((tmp_path / "a", whole), (tmp_path / "b", part)):
        summary = run_here(space, home, Engine())
        assert not summary.errors, summary.errors[0]
        columns = ["test_r2", "fit_validation_loss", "grad_norm"]
        kept.append({row["run_id"]: row for row in Journal(home).read(columns).to_pylist()})
    for run_id, row in kept[1].items():
        np.testing.assert_equal(row, kept[0][run_id])


def test_chunks_cover_what_is_missing_and_nothing_else(small_space: Space) -> None:
    finished = {run.run_id for run in small_space.runs[:6]}
    planned = [run.run_id for chunk in make_plan(small_space, finished).chunks for run in chunk.runs]
    assert sorted(planned) == sorted({run.run_id for run in small_space.runs} - finished)


@pytest.mark.parametrize(
    ("planned", "diverged", "missing", "is_all"), [(1, 1, 0, True), (2, 1, 1, True), (2, 1, 0, False), (2, 0, 2, False)]
)
def test_a_sweep_of_diverged_runs_is_told_from_one_of_none(
    planned: int, diverged: int, missing: int, is_all: bool
) -> None:
    assert SweepSummary("", planned, 0, 0, diverged, missing, 0).is_all_diverged is is_all
