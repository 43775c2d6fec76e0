"""The whole path in one call: train what is missing, track it, report it, attach the report to what was tracked."""

import os
import textwrap
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnjax.claims.forecast import foretell
from nnjax.claims.logbook import LogbookError
from nnjax.claims.rounds import study_logbook
from nnjax.early_imports import importing_early
from nnjax.execution.executor import Cluster
from nnjax.kernels.names import XLA, in_words, is_fused
from nnjax.redaction import masked
from nnjax.refusal import RefusedError
from nnjax.report.nothing_to_report import NothingToReportError
from nnjax.report.second_process import SecondProcess, second_process
from nnjax.sweep.chosen_kernels import expand_at, kernels_left, require_kernels, settle_kernels
from nnjax.sweep.claim_lock import ClaimLockError
from nnjax.sweep.explosions import all_diverged, exploded_notice
from nnjax.sweep.frames import keep_frame
from nnjax.sweep.identity import package_at_start
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.record import note_seconds
from nnjax.sweep.kept_predictions import refuse_without_predictions
from nnjax.sweep.notices import find_notices
from nnjax.sweep.other_engines import left_behind
from nnjax.sweep.plan import default_workers
from nnjax.sweep.progress import Progress, choose_progress, show_seconds
from nnjax.sweep.runner import SweepSummary, run_sweep
from nnjax.sweep.space import Space, sweep_id
from nnjax.sweep.study.study import load_study
from nnjax.sweep_report import find_report, make_report, refuse_another_study
from nnjax.terminal import Say
from nnjax.tracking.address import check_store, default_uri
from nnjax.tracking.errors import JOURNAL_IS_SAFE, LONGEST_QUOTE, TrackingError
from nnjax.up_to_date import UNSEEN, LastSweep, find_swept, note_swept, read_hashes

if TYPE_CHECKING:
    from nnjax.claims.decide import Decisions
    from nnjax.tracking.study_sync import PreparedSync

SETUP_VARIABLE = "NNJAX_SETUP_SECONDS"
"""Environment variable by which make says what the set-up of the virtual environment took."""

TELLING_MLFLOW, WRITING_THE_REPORT = "Telling MLflow", "Writing the report"


@dataclass(frozen=True)
class SweepOptions:
    """How a sweep is executed; nothing here changes a number.

    Attributes:
        executor: One of `EXECUTORS`.
        workers: Workers at once; one a core if None, and no more processes than are worth their start.
        cluster: Where the workers of executor "dask" are; on this machine if None.
        tracking_uri: MLflow's tracking URI; the usual variable, else a file in the home folder, if None.
        decision_minutes: Minutes for more replicates of the cells of undecided claims; none are added if None.
    """

    executor: str = "processes"
    workers: int | None = None
    cluster: Cluster | None = None
    tracking_uri: str | None = None
    is_tracked: bool = True
    is_reported: bool = True
    decision_minutes: float | None = None

    @property
    def leaves_all(self) -> bool:
        """Whether the sweep is tracked and reported, and nothing else is asked of it."""
        return self.is_tracked and self.is_reported and self.decision_minutes is None


@dataclass(frozen=True)
class SweepOutcome:
    """What a whole sweep came to.

    Attributes:
        report: The report's page; None if there was nothing to report, or nobody asked.
        tracking_uri: Where MLflow was told; "" if it was not.
        deep_link: Address of the leaderboard once a server runs.
        problems: What did not work, a sentence each; nothing trained is lost.
        seconds: Stage -> seconds of this execution.
        decisions: What became of the undecided claims; None if nobody asked to go on.
    """

    summary: SweepSummary
    report: Path | None = None
    tracking_uri: str = ""
    deep_link: str = ""
    problems: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    decisions: "Decisions | None" = None


def sweep_study(
    space: Space | Path | str,
    home: Path | str = ".",
    options: SweepOptions | None = None,
    progress: Progress | None = None,
    say: Say = print,
    data: Any = None,
) -> SweepOutcome:
    """Train, track and report a study, expanded or by its file; called again, it does only what is still to be done.

    With a study's file goes the table it is about, as a data frame (see `keep_frame`); the file then names the target
    and no file or data set.

    What takes a while is shown by a bar or plain lines if there is no `progress`; what came of it is said, a sentence
    at a time.

    Raises:
        TrackingError: MLflow could keep no run there, as far as `check_store` sees; nothing has been trained.
        LogbookError: The claims were looked at before, and nobody knows how often; nothing has been trained.
        ClaimLockError: The claims' lock cannot be read; nothing has been trained.
        RefusedError: Another study file of this name has its report here, the study chooses by predictions that the
            journal lacks, or this machine lacks the kernels that are to train; nothing has been trained.
        ExecutionError: If no worker can be started, or the cluster is not there.
    """
    options, home, progress = options or SweepOptions(), Path(home), progress or choose_progress()
    with progress.stage("Choosing what trains"):
        space = _expanded(space, home, data)
    uri = options.tracking_uri or default_uri(home)
    _check(space, home, options, uri)
    began = time.perf_counter()
    workers = options.workers or default_workers(space)
    if options.decision_minutes is not None:
        study_logbook(space, home)
    with progress.stage("Looking at what is there"):
        notices = [*left_behind(space, Journal(home)), *(f"Note: {notice}" for notice in find_notices(space))]
        notices = [space.about_kernels, *notices] if space.about_kernels else notices
        report_dir = find_report(space, home) if options.leaves_all else None
        swept = find_swept(space, home, uri) if report_dir else None
    for notice in notices:
        say(notice)
    if report_dir and swept:
        return _as_it_was(space, home, report_dir, swept, say, began)
    package = package_at_start()
    stages = _Stages(space, home, options, progress, say)
    with second_process(space, home) if options.is_reported else nullcontext() as second:
        with importing_early(options.executor, uri if options.is_tracked else None, options.is_reported):
            summary = run_sweep(space, home, options.executor, options.workers, progress, cluster=options.cluster)
        for sentence in describe_training(summary, space.kernels), *describe_explosions(space, home, summary):
            say(sentence)
        if summary.missing < summary.planned:
            stages.track()
            if options.decision_minutes is not None and not summary.missing:
                stages.decide(workers, options.decision_minutes)
            stages.report(second)
    if summary.missing < summary.planned:
        stages.attach()
        stages.remember(summary, uri, package)
    seconds = {**summary.seconds, **stages.seconds, "wall": time.perf_counter() - began}
    problems = (*summary.errors, *stages.problems)
    return SweepOutcome(
        summary, stages.page, stages.tracking_uri, stages.deep_link, problems, seconds, stages.decisions
    )


def _expanded(given: Space | Path | str, home: Path, data: Any) -> Space:
    if isinstance(given, Space):
        if data is not None:
            raise RefusedError("data: the study is expanded, with a table of its own; give its file instead")
        return settle_kernels(given, home, builds=True)
    study = load_study(given, [] if data is None else [f"data.file={keep_frame(data, home)}"])
    return expand_at(study, home, builds=True)


def _check(space: Space, home: Path, options: SweepOptions, uri: str) -> None:
    """Refuse what would come to nothing, before anything else is said; see `sweep_study`."""
    if options.is_reported:
        refuse_another_study(space, home)
    refuse_without_predictions(space, Journal(home))
    if is_fused(space.kernels) and options.cluster is None:
        require_kernels(kernels_left(space, Journal(home).run_ids()), home, space.study.path)
    if options.is_tracked:
        check_store(uri)


def _as_it_was(space: Space, home: Path, report_dir: Path, swept: LastSweep, say: Say, began: float) -> SweepOutcome:
    """A sweep of which nothing is left to do."""
    planned = len({run.run_id for run in space.runs})
    summary = SweepSummary(sweep_id(space), planned, 0, planned, swept.diverged, 0, 0)
    for sentence in describe_training(summary, space.kernels), *describe_explosions(space, home, summary):
        say(sentence)
    say(f"MLflow: 0 runs written, {swept.tracked:,} were there. The report is up to date.")
    seconds = {"wall": time.perf_counter() - began}
    return SweepOutcome(summary, report_dir / "index.html", swept.tracking_uri, swept.deep_link, seconds=seconds)


def describe_failure(error: Exception) -> str:
    """One sentence on something that nobody expected of MLflow, for whoever has to find it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    text = textwrap.shorten(f"{type(error).__name__}: {masked(str(error))}", LONGEST_QUOTE, placeholder=" …")
    return f"MLflow was not told everything, {text} ({where}); {JOURNAL_IS_SAFE}"


def describe_training(summary: SweepSummary, kernels: str = XLA) -> str:
    """One sentence on what was trained, and by what, where that is not XLA alone."""
    if not summary.trained and not summary.failed:
        return f"All {summary.planned:,} runs are in the journal already: nothing to train."
    parts = [f"Trained {summary.trained:,} of {summary.planned:,} runs", f"{summary.reused:,} were in the journal"]
    parts += [
        f"{count:,} {word}" for word, count in (("diverged", summary.diverged), ("missing", summary.missing)) if count
    ]
    spent = summary.seconds
    where = f"compiling {show_seconds(spent['compile'])}, training {show_seconds(spent['train'])}, summed over workers"
    by = f", by {in_words(kernels)}" if is_fused(kernels) else ""
    return f"{', '.join(parts)} ({where}){by}."


def describe_explosions(space: Space, home: Path, summary: SweepSummary) -> tuple[str, ...]:
    """Cause and remedy where all runs diverged, or some finished with a score beyond reason; nothing if all is well."""
    lost = all_diverged(space, Journal(home)) if summary.is_all_diverged else None
    exploded = exploded_notice(space, summary.exploded)
    return tuple(notice for notice in (lost.sentence if lost else None, exploded) if notice)


class _Stages:
    """What follows the training, each stage timed and noted in the sweep's record; a failure is a sentence."""

    def __init__(self, space: Space, home: Path, options: SweepOptions, progress: Progress, say: Say) -> None:
        self._space, self._home, self._options, self._progress, self._say = space, home, options, progress, say
        self.seconds: dict[str, float] = {}
        self.problems: list[str] = []
        self.page: Path | None = None
        self.tracking_uri = ""
        self.tracked = 0  # runs that MLflow has; 0 if a person should look at some of them
        self.deep_link = ""
        self.decisions: Decisions | None = None
        self._prepared: PreparedSync | None = None
        self._read: dict[str, str] = {}

    def track(self) -> None:
        """Tell MLflow what the journal holds."""
        if not self._options.is_tracked:
            return
        began = time.perf_counter()
        with self._at_its_own_cost(), self._progress.stage(TELLING_MLFLOW) as tell:
            self._prepared = self._prepare(self._space)
            self._send(began, None, tell)

    def _prepare(self, space: Space) -> "PreparedSync":
        from nnjax.tracking.study_sync import prepare_sync

        return prepare_sync(space, self._home, self._options.tracking_uri)

    def attach(self) -> None:
        """Attach the report to the sweep's run in MLflow."""
        if self.page is not None and self.tracking_uri:
            with self._at_its_own_cost(), self._progress.stage(TELLING_MLFLOW) as tell:
                self._send(time.perf_counter(), self.page.parent, tell)

    @contextmanager
    def _at_its_own_cost(self) -> Iterator[None]:
        """Whatever goes wrong with MLflow is a sentence: what was trained is reported all the same."""
        try:
            yield
        except TrackingError as error:
            self.problems.append(str(error))
        except Exception as error:
            self.problems.append(describe_failure(error))

    def _send(self, began: float, report_dir: Path | None, tell: Say) -> None:
        assert self._prepared is not None
        synced = self._prepared.send(report_dir, tell)
        self.tracking_uri, self.deep_link = synced.tracking_uri, synced.deep_link
        self.tracked = synced.written + synced.already_there if synced.is_whole else 0
        self._note("track", self.seconds.get("track", 0.0) + time.perf_counter() - began)
        if report_dir is None:
            self._say(f"MLflow: {synced.words}.")

    def decide(self, workers: int, minutes: float) -> None:
        """Add replicates to the cells of undecided claims; each round is a sweep of its own in journal and MLflow."""
        from nnjax.claims.decide import Decider

        def train(space: Space) -> int:
            summary = run_sweep(
                space, self._home, self._options.executor, workers, self._progress, cluster=self._options.cluster
            )
            self.problems += summary.errors
            if self.tracking_uri and summary.missing < summary.planned:
                with self._at_its_own_cost(), self._progress.stage(TELLING_MLFLOW) as tell:
                    self._prepare(space).send(say=tell)
            return summary.missing

        self.decisions = Decider(self._space, self._home, workers, train, self._say).decide(minutes)
        self.problems += self.decisions.problems

    def report(self, second: SecondProcess | None) -> None:
        """Write the report; a second process has got ready for it during the training."""
        if not self._options.is_reported:
            return
        began = time.perf_counter()
        if self._options.leaves_all:
            with suppress(*UNSEEN):
                self._read = read_hashes(self._space, self._home)
        with self._progress.stage(WRITING_THE_REPORT) as tell:
            try:
                self.page = make_report(self._space, self._home, self._environment_seconds(), say=tell, second=second)
            except (NothingToReportError, LogbookError, ClaimLockError) as error:
                self.problems.append(str(error))
                return
        self._note("report", time.perf_counter() - began)

    def remember(self, summary: SweepSummary, uri: str, package: str) -> None:
        """For the next call, if nothing is left to do and the package, as a hash, is that of the beginning."""
        is_whole = self.page and self.tracked and self._read.get("package") == package
        if is_whole and not (self.problems or summary.errors or summary.missing):
            swept = LastSweep(summary.diverged, self.tracked, self.tracking_uri, self.deep_link)
            note_swept(self._space, self._home, uri, self._read, swept)
            with suppress(RefusedError, *UNSEEN):
                foretell(self._space, self._home, has_runs=True)  # kept: a plan that follows need not compute it

    def _note(self, stage: str, seconds: float) -> None:
        self.seconds[stage] = seconds
        note_seconds(self._home, sweep_id(self._space), **{stage: seconds})

    def _environment_seconds(self) -> Mapping[str, float]:
        text = os.environ.get(SETUP_VARIABLE, "")
        return {"environment": float(text)} if text.isdigit() and int(text) else {}
