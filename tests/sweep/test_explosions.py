"""What exploded is said, with a cause and a remedy that can be applied."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.training import FAKE, fake_train_task

from nnjax.claims.logbook import LogbookError, logbook_path
from nnjax.claims.rounds import question_id
from nnjax.pipeline import SweepOptions, sweep_study
from nnjax.report.write import write_report
from nnjax.sweep import runner
from nnjax.sweep.explosions import all_diverged, exploded_notice, is_beyond_reason
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import expand
from nnjax.sweep.worker import TrainedTask, TrainingTask

DATA = {"regression": "diabetes", "classification": "iris"}


@pytest.fixture
def swept_by(monkeypatch, tmp_path):
    """Sweeps a space by a trainer of one's own; returns what was said and the outcome."""

    def sweep(space, train, **options):
        engine, run = runner.Engine(FAKE.prepare, train), runner.run_sweep
        monkeypatch.setattr(
            "nnjax.pipeline.run_sweep", lambda *given, **named: run(*given[:2], "serial", engine=engine)
        )
        said: list[str] = []
        outcome = sweep_study(space, tmp_path, SweepOptions(is_tracked=False, **options), say=said.append)
        return said, outcome

    return sweep


def diverging_at(epoch: int) -> Callable[[TrainingTask], TrainedTask]:
    def train(task: TrainingTask) -> TrainedTask:
        trained = fake_train_task(task)
        for outcome in trained.chunk.outcomes:
            outcome.update(status="diverged", diverged_epoch=epoch, best_epoch=-1)
        return trained

    return train


def test_a_study_that_diverged_as_a_whole_says_so_in_sweep_and_report(small_study, swept_by, tmp_path: Path) -> None:
    space = expand(small_study("learning_rate=0.5"))
    said, outcome = swept_by(space, diverging_at(1))
    sentence = (
        "All 16 trained runs diverged: there is no score to compare. With learning_rate = 0.5 or more, the steps are "
        "too large: write learning_rate = 0.05 or learning_rate = 0.005."
    )
    assert sentence in said
    assert outcome.problems == ()
    assert outcome.report is not None
    page = " ".join(outcome.report.read_text().split())
    assert "All 16 trained runs diverged: there is no score to compare." in page
    assert "write learning_rate = 0.05 or learning_rate = 0.005" in page
    table = (outcome.report.parent / "tables" / "diverged.csv").read_text().splitlines()
    assert table[:2] == ["cell,runs,first_epoch,median_epoch,last_epoch", "tanh d1,4,1,1.0,1"]
    assert "All 16 trained runs diverged" in (tmp_path / "reports" / "index.html").read_text()


def test_a_damaged_logbook_does_not_hide_that_all_diverged(small_study, tmp_path: Path) -> None:
    space = expand(small_study("learning_rate=0.5"))
    path = logbook_path(tmp_path, question_id(space))
    path.parent.mkdir(parents=True)
    path.write_text("{")
    runner.run_sweep(space, tmp_path, "serial", engine=runner.Engine(FAKE.prepare, diverging_at(1)))
    assert "All 16 trained runs diverged" in write_report(space, tmp_path).read_text()


def test_a_damaged_logbook_of_runs_that_finished_is_told(small_study, tmp_path: Path) -> None:
    space = expand(small_study())
    path = logbook_path(tmp_path, question_id(space))
    path.parent.mkdir(parents=True)
    path.write_text("{")
    runner.run_sweep(space, tmp_path, "serial", engine=FAKE)
    with pytest.raises(LogbookError, match="cannot be read"):
        write_report(space, tmp_path)


@pytest.mark.parametrize(
    ("override", "epoch", "cause"),
    [
        ("learning_rate=1000.0", 2, "the steps are too large"),
        ("initializer_gain=40.0", 1, "signals and gradients grow"),
        ("l2=0.0", 0, "no finite loss: some input is enormous"),
    ],
)
def test_the_remedy_is_one_that_a_study_takes(small_study, tmp_path, override, epoch, cause) -> None:
    space = expand(small_study(override))
    runner.run_sweep(space, tmp_path, "serial", engine=runner.Engine(FAKE.prepare, diverging_at(epoch)))
    lost = all_diverged(space, Journal(tmp_path))
    assert lost is not None
    assert cause in lost.cause
    settings = re.findall(r"(\w+ = [^\s,]+)", lost.remedy)
    assert settings
    for setting in settings:
        assert expand(small_study(override, setting.replace(" ", ""))).cells != space.cells


def test_one_finished_run_is_enough_to_compare(small_study, tmp_path: Path) -> None:
    space = expand(small_study())
    runner.run_sweep(space, tmp_path, "serial", engine=FAKE)
    assert all_diverged(space, Journal(tmp_path)) is None
    assert all_diverged(space, Journal(tmp_path / "empty")) is None


@pytest.mark.parametrize(("task", "score"), [("regression", -4e25), ("classification", 23.7)])
def test_a_finished_run_beyond_reason_is_told(small_study, swept_by, task: str, score: float) -> None:
    space = expand(small_study(f"data.name={DATA[task]}"))
    judged = {"regression": "test_r2", "classification": "test_log_loss"}[task]

    def exploding(trained: TrainingTask) -> TrainedTask:
        done = fake_train_task(trained)
        for place, outcome in enumerate(done.chunk.outcomes):
            outcome[judged] = score if place == 0 and len(trained.bucket.hidden_layer_sizes) == 2 else 0.5
        return done

    said, outcome = swept_by(space, exploding, is_reported=False)
    assert len(outcome.summary.exploded) == 2
    (notice,) = [line for line in said if "beyond reason" in line]
    assert notice == exploded_notice(space, outcome.summary.exploded)
    assert notice.startswith("2 finished runs have scores beyond reason, most of all ")
    assert f"{judged} up to {score:.3g}" in notice


def test_bad_scores_of_networks_that_learnt_nothing_are_within_reason() -> None:
    assert not any(is_beyond_reason("regression", score) for score in (-1.0, -1e4, 1.0, float("nan")))
    assert not any(is_beyond_reason("classification", score) for score in (0.1, 4.7, float("nan")))
