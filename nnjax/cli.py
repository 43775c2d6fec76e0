"""One command, `nnjax`, with subcommands: one function each, which calls one other and prints."""

import argparse
import os
import signal
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from nnjax.arguments import DECISION_MINUTES, make_parser
from nnjax.execution.executor import Cluster, ExecutionError
from nnjax.sweep.study_errors import StudyError

if TYPE_CHECKING:
    from nnjax.sweep.space import Space
    from nnjax.sweep.study import Study

Command = Callable[[argparse.Namespace], int]


class UsageError(Exception):
    """What was asked for cannot be done; as text, one line with the remedy."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; bad input ends with one line and exit code 2, Ctrl-C with 130, SIGTERM with 143."""
    options = make_parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return COMMANDS[options.command](options)
    except (StudyError, UsageError) as error:
        print(error, file=sys.stderr)
        for other in getattr(error, "others", ()):
            print(other, file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has left; so do we
        return 0
    except (OSError, ExecutionError) as error:
        first, *rest = str(error).strip().splitlines() or [type(error).__name__]
        print(" ".join([first, *rest[-1:]]), "nothing trained is lost", sep="; ", file=sys.stderr)
        return 2
    except KeyboardInterrupt as how:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses it twice has been understood
        print(
            "\nInterrupted. What was finished is in the journal; the same command goes on from there.", file=sys.stderr
        )
        return 143 if isinstance(how, _Terminated) else 130


class _Terminated(KeyboardInterrupt):
    """Asked to end by SIGTERM: a batch system whose time is up, a machine that shuts down."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated


def _load(options: argparse.Namespace) -> "Study":
    from nnjax.sweep.study import load_study

    return load_study(_find(options.study, options.home), options.overrides)


def _find(study: str, home: Path) -> Path:
    """A study's path, from a path or a name: in the home's experiments, else in those here, folders inside included."""
    from nnjax.results.table import find_study

    path = find_study(study, home)
    if path.exists() or Path(study).suffix == ".toml" or Path(study).is_absolute():
        return path
    for folder in (home / "experiments", Path("experiments")):
        found = list(folder.rglob(f"{study}.toml"))
        if len(found) == 1:
            return found[0]
    return path


def _expand(options: argparse.Namespace) -> "Space":
    from nnjax.sweep.space import expand

    return expand(_load(options))


def plan(options: argparse.Namespace) -> int:
    """Print what a study would cost."""
    from nnjax.sweep.journal import Journal
    from nnjax.sweep.plan import default_workers, make_plan
    from nnjax.sweep.plan_text import describe_plan
    from nnjax.sweep.space import expand

    space = expand(_load(options))
    finished = Journal(options.home).run_ids() if (options.home / "journal").is_dir() else set()
    print(describe_plan(space.study, make_plan(space, finished), default_workers(space)))
    return 0


def sweep(options: argparse.Namespace) -> int:
    """Train, track, report; end by saying where everything is."""
    from nnjax.decision.logbook import LogbookError
    from nnjax.pipeline import SweepOptions, sweep_study
    from nnjax.tracking.errors import TrackingError

    if options.budget is not None and not options.until_decided:
        raise UsageError(f"--budget {options.budget:g}: only --until-decided has a budget; give both, or neither")
    minutes = (options.budget or DECISION_MINUTES) if options.until_decided else None
    choices = SweepOptions(
        executor=options.executor or ("dask" if options.address else "processes"),
        workers=options.workers,
        cluster=_cluster(options),
        tracking_uri=options.tracking_uri,
        decision_minutes=minutes,
    )
    space = _expand(options)
    if options.until_decided and not space.study.claims:
        raise UsageError(f"{space.study.path}: claims: missing: --until-decided has nothing to decide; declare a claim")
    try:
        outcome = sweep_study(space, options.home, choices)
    except (TrackingError, LogbookError) as error:
        raise UsageError(str(error)) from None
    for name, needed in outcome.decisions.unaffordable.items() if outcome.decisions else ():
        print(f"Claim {name} is open: its next look takes about {needed:.3g} min; give --budget that much to go on.")
    for problem in outcome.problems:
        print(problem, file=sys.stderr)
    if outcome.report:
        print(f"\nReport   {outcome.report}\n         open it in a browser: file://{outcome.report.resolve()}")
    if outcome.tracking_uri:
        print(f"MLflow   {outcome.tracking_uri}\n         make ui, then open {outcome.deep_link}")
    if outcome.report:
        _say_what_follows(outcome.report)
    return 1 if outcome.problems else 0


def _cluster(options: argparse.Namespace) -> Cluster | None:
    """Where the workers are; None if on this machine."""
    if not options.address:
        if options.resources:
            raise UsageError("--resource: only workers at an --address have resources; give both, or neither")
        return None
    if options.executor not in (None, "dask"):
        raise UsageError(
            f"--address {options.address}: --executor {options.executor} runs on this machine; leave it out"
        )
    if options.address.endswith(".json"):
        if not Path(options.address).exists():
            raise UsageError(f"--address {options.address}: no such file; dask scheduler --scheduler-file writes it")
    elif not options.address.startswith(("tcp://", "tls://")):
        raise UsageError(f"--address {options.address}: write tcp://host:8786, tls://…, or a scheduler's file ….json")
    return Cluster(options.address, dict(options.resources))


def _say_page(page: Path) -> None:
    print(f"{page}\nopen it in a browser: file://{page.resolve()}")


def _say_what_follows(page: Path) -> None:
    """The studies that the report proposes, a line each."""
    for path in sorted((page.parent / "next").glob("*.toml")):
        noticed = textwrap.shorten(path.read_text().splitlines()[0].removeprefix("# "), 160, placeholder=" …")
        print(f"Next     {noticed}\n         make sweep STUDY={path}")


def run(options: argparse.Namespace) -> int:
    """Train one run again and say whether it agrees; exit code 1 if it does not."""
    from nnjax.sweep.rerun import RerunError, rerun

    try:
        comparison = rerun(options.home, options.run_id)
    except RerunError as error:
        raise UsageError(str(error)) from None
    print(comparison.describe())
    return 0 if comparison.agrees else 1


def results(options: argparse.Namespace) -> int:
    """Write or print the results of a study."""
    from nnjax.results.export import EXTENSIONS, write_results

    if options.out is not None and options.out.suffix not in EXTENSIONS:
        raise UsageError(f"--out {options.out}: unknown kind of file; end it in {' or '.join(EXTENSIONS)}")
    rows = write_results(_expand(options), options.home, options.out, options.curves)
    if options.out is not None:
        print(f"{rows:,} rows written to {options.out}")
    return 0


def sync(options: argparse.Namespace) -> int:
    """Bring MLflow up to date."""
    from nnjax.decision.logbook import LogbookError
    from nnjax.decision.rounds import added_spaces
    from nnjax.pipeline import find_report
    from nnjax.tracking.errors import TrackingError
    from nnjax.tracking.study_sync import sync_sweep
    from nnjax.tracking.telling import tell

    space = _expand(options)
    report_dir = find_report(space, options.home)
    try:
        synced = sync_sweep(space, options.home, options.tracking_uri, report_dir, tell(print))
        for grown in added_spaces(space, options.home):
            more = sync_sweep(grown, options.home, options.tracking_uri)
            print(f"{more.written:,} runs added to decide claims written, {more.already_there:,} were there")
    except (TrackingError, LogbookError) as error:
        raise UsageError(str(error)) from None
    print(f"{synced.written:,} runs written, {synced.already_there:,} were there: {synced.tracking_uri}")
    print(f"make ui, then open {synced.deep_link}")
    return 0


def report(options: argparse.Namespace) -> int:
    """Write the report again, or a comparison."""
    if any(given is not None for given in (options.other, options.other_home, options.other_engine)):
        return _compare(options)
    from nnjax.decision.logbook import LogbookError
    from nnjax.pipeline import make_report
    from nnjax.report.material import NothingToReportError

    try:
        page = make_report(_expand(options), options.home)
    except NothingToReportError as error:
        raise UsageError(f"{error}; run `nnjax sweep {options.study}` first") from None
    except LogbookError as error:
        raise UsageError(str(error)) from None
    _say_page(page)
    _say_what_follows(page)
    return 0


def _compare(options: argparse.Namespace) -> int:
    from nnjax.comparison.compare import ComparisonError, Side, compare

    home, other_home = options.home, options.other_home or options.home
    first = Side(_find(options.study, home), home)
    second = Side(_find(options.other or options.study, other_home), other_home, options.other_engine)
    try:
        page = compare(first, second, options.overrides)
    except ComparisonError as error:
        raise UsageError(str(error)) from None
    _say_page(page)
    return 0


def audit(options: argparse.Namespace) -> int:
    """Look at all that was written down about a sweep, keep the stamp; exit code 1 if something is wrong."""
    import secrets

    from nnjax.audit.examine import audit_sweep
    from nnjax.decision.logbook import LogbookError
    from nnjax.pipeline import find_report
    from nnjax.tracking.errors import TrackingError

    space, seed = _expand(options), options.seed if options.seed is not None else secrets.randbelow(2**32)
    report = find_report(space, options.home)
    try:
        stamp = audit_sweep(space, options.home, report, options.tracking_uri, options.sample, seed)
    except (TrackingError, LogbookError) as error:
        raise UsageError(str(error)) from None
    print(f"{stamp.words} (sample of seed {seed}).")
    return 0 if stamp.is_clean else 1


def calibrate(options: argparse.Namespace) -> int:
    """Run all checks of the statistics, print expected beside seen, keep the stamp; exit code 1 if one fails."""
    from rich.console import Console
    from rich.progress import track

    from nnjax.calibration.checks import CHECKS, FULL, QUICK, SEED
    from nnjax.calibration.console import checks_table
    from nnjax.calibration.stamp import write_stamp

    effort = QUICK if options.quick else FULL
    console = Console(stderr=True)
    checks = [
        row for part in track(CHECKS, "simulating", console=console, transient=True) for row in part(effort, SEED)
    ]
    stamp = write_stamp(checks, effort, SEED, options.home)
    Console().print(checks_table(checks))
    print(f"\n{stamp.passed} of {len(checks)} checks are as expected; the reports written next carry this stamp.")
    return 0 if stamp.passed == len(checks) else 1


def quiz(options: argparse.Namespace) -> int:
    """Answer the take-home quiz and say where the page is."""
    from nnjax.quiz.answer import answer_quiz

    page = answer_quiz(options.home)
    print(f"\nPage     {page}\n         open it in a browser: file://{page.resolve()}")
    return 0


def lecture(options: argparse.Namespace) -> int:
    """Run the lecture's studies, one after another; what is finished is not trained again."""
    from nnjax.decision.logbook import LogbookError
    from nnjax.pipeline import SweepOptions, sweep_study
    from nnjax.tour.studies import run_lecture

    choices = SweepOptions(workers=options.workers)
    try:
        outcome = run_lecture(options.home, options.studies, lambda space, home: sweep_study(space, home, choices))
    except (FileNotFoundError, LogbookError) as error:
        raise UsageError(str(error)) from None
    print(f"\nIndex    {outcome.page}\n         open it in a browser: file://{outcome.page.resolve()}")
    return 1 if outcome.problems else 0


def ui(options: argparse.Namespace) -> int:
    """Serve MLflow until Ctrl-C."""
    from nnjax.tracking.errors import TrackingError
    from nnjax.tracking.server import serve

    try:
        serve(options.home, options.host, options.port)
    except TrackingError as error:
        raise UsageError(str(error)) from None
    return 0


def server(options: argparse.Namespace) -> int:
    """Serve MLflow on PostgreSQL until Ctrl-C."""
    from nnjax.tracking.errors import TrackingError
    from nnjax.tracking.team_server import serve_team

    try:
        serve_team(options.home, options.port, options.workers)
    except TrackingError as error:
        raise UsageError(str(error)) from None
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Look at checkout, home, store and cluster; exit code 1 if something is wrong."""
    from itertools import chain

    from nnjax.doctor.checkout import examine_checkout
    from nnjax.doctor.cluster import examine_cluster
    from nnjax.doctor.home import examine_home, examine_variables
    from nnjax.doctor.store import examine_store
    from nnjax.tracking.address import default_uri

    wrong = 0
    for symptom in chain(
        examine_checkout(Path.cwd()),
        examine_home(options.home),
        [examine_variables()],
        examine_store(options.tracking_uri or default_uri(options.home)),
        examine_cluster(options.address) if options.address else (),
    ):
        print(symptom)
        wrong += not symptom.is_ok
    print("Nothing is wrong." if not wrong else f"{wrong} wrong: the remedies stand below each.")
    return 1 if wrong else 0


COMMANDS: dict[str, Command] = {
    each.__name__: each
    for each in (plan, sweep, run, results, sync, report, audit, calibrate, quiz, lecture, ui, server, doctor)
}
"""Name of each command -> what does it."""


if __name__ == "__main__":
    sys.exit(main())
