"""What plans and trains: a study, a run again, a model of a sweep, the lecture's studies and its quiz."""

import argparse
import sys
from fractions import Fraction
from functools import partial
from pathlib import Path

from nnjax.commands.contract import ExitCode, plan_document, say_json
from nnjax.commands.options import STORE, Commands, as_typed, expand_given, positive, speaker, starting
from nnjax.commands.reading import say_page, say_what_follows
from nnjax.execution.executor import Cluster
from nnjax.execution.slots import EXECUTORS
from nnjax.refusal import RefusedError
from nnjax.sweep.progress import choose_progress
from nnjax.terminal import next_command

WORKERS = "workers at once (default: one a core, fewer for little work; two on a GPU)"
LECTURE = "experiments/lecture"
DECISION_MINUTES = 30
"""What --until-decided may take unless a budget is given."""


def add_training(commands: Commands) -> None:
    """What plans and trains."""
    commands.add_for_study(plan, "Say what a study would cost, without training.", "nnjax plan experiments/quick.toml")
    sweep_parser = commands.add_for_study(
        sweep, "Train what is missing, track it and write the report.",
        "nnjax sweep experiments/quick.toml --set epochs=20",
    )  # fmt: skip
    sweep_parser.add_argument(
        "--executor", choices=EXECUTORS, help="what trains (default: processes; with an address, dask)"
    )
    sweep_parser.add_argument("--workers", type=positive, help=WORKERS)
    sweep_parser.add_argument(
        "--address", help="Dask's scheduler, whose workers train: tcp://host:8786, tls://…, or its file"
    )
    sweep_parser.add_argument(
        "--resource", action="append", default=[], type=_resource, metavar="NAME=AMOUNT", dest="resources",
        help="what a worker at that address must offer to get work, for example GPU=1",
    )  # fmt: skip
    sweep_parser.add_argument("--tracking-uri", help=STORE)
    sweep_parser.add_argument(
        "--until-decided", action="store_true",
        help="add replicates to the cells of undecided claims until these are decided, hopeless, or time is up",
    )  # fmt: skip
    sweep_parser.add_argument(
        "--budget", type=_minutes, metavar="MINUTES", help=f"time for --until-decided (default: {DECISION_MINUTES})"
    )
    run_parser = commands.add(run, "Train one run again, alone, and compare it with the journal.", "nnjax run 3f2a9c")
    run_parser.add_argument("run_id", help="the run's id, or enough of its beginning")
    run_parser.add_argument(
        "--weights", type=Path, metavar="FILE", help="write its network, at the best epoch, as a safetensors file"
    )
    fit_parser = commands.add_for_study(
        fit, "Make a model of a finished sweep: refitted on all rows, with intervals and a card.",
        "nnjax fit experiments/quick.toml",
    )  # fmt: skip
    fit_parser.add_argument(
        "--cell", default="best",
        help='"best" on validation rows, "smallest" of those that cannot be told from it, or a cell\'s label (best)',
    )  # fmt: skip
    fit_parser.add_argument("--seeds", type=positive, default=10, help="networks that are averaged (10)")
    fit_parser.add_argument(
        "--level", type=_level, default="0.9", help="of the prediction intervals or sets (0.9)"
    )  # fmt: skip
    fit_parser.add_argument("--name", type=_name, help="of the folder under models/ (the study's)")
    fit_parser.add_argument(
        "--register", type=_registered, metavar="NAME", help="also give it this name in MLflow's registry"
    )
    fit_parser.add_argument("--tracking-uri", help=STORE)
    commands.add(quiz, "Answer the lecture's take-home quiz: gates, XOR, R² on diabetes.", "nnjax quiz")
    lecture_parser = commands.add(
        lecture, "Run every study of the lecture, and write an index of what they found.", "nnjax lecture"
    )
    lecture_parser.add_argument(
        "studies", nargs="?", type=Path, default=Path(LECTURE), help=f"folder of the studies ({LECTURE})"
    )
    lecture_parser.add_argument("--workers", type=positive, help=WORKERS)


def plan(options: argparse.Namespace) -> int:
    """Print what a study would cost, and what its claims can come to."""
    from nnjax.claims.forecast import foretell
    from nnjax.sweep.chosen_kernels import why_not_here
    from nnjax.sweep.journal.baselines import baselines_file
    from nnjax.sweep.journal.journal import Journal
    from nnjax.sweep.notices import find_notices
    from nnjax.sweep.other_engines import left_behind
    from nnjax.sweep.plan import default_workers, make_plan
    from nnjax.sweep.plan_words import describe_plan
    from nnjax.sweep.reference import reference_cell

    space = expand_given(options)
    with choose_progress().stage("Planning"):
        has_journal, notices = (options.home / "journal").is_dir(), find_notices(space)
        preparation = reference_cell(space.study, space.cells).configuration.preparation
        has_baselines = baselines_file(space.table, space.splits, options.home, preparation).is_file()
        found = make_plan(space, Journal(options.home).run_ids() if has_journal else set(), has_baselines)
        if has_journal and found.missing:
            notices = (*left_behind(space, Journal(options.home)), *notices)
        if space.about_kernels and found.missing:
            notices = (space.about_kernels, *notices)
        if why := why_not_here({chunk.bucket.kernels for chunk in found.chunks}, options.home):
            notices = (f"What is left is {why}.", *notices)
        told = foretell(space, options.home, has_runs=found.missing < found.runs)
    workers, notes = default_workers(space), [as_typed(each, options) for each in notices]
    if options.json:
        say_json(plan_document(space, found, workers, notes, told))
        return ExitCode.FINE
    print(describe_plan(space, found, workers, notes))
    if told.words:
        print(f"\n{told.words}")
    return ExitCode.FINE


def sweep(options: argparse.Namespace) -> int:
    """Train, track, report; end by saying where everything is."""
    space = expand_given(options)
    with starting():
        from nnjax.sweep.chosen_kernels import begin_kernels

        begin_kernels(space, options.home)
        from nnjax.pipeline import SweepOptions, sweep_study

    if options.budget is not None and not options.until_decided:
        raise RefusedError(f"--budget {options.budget:g}: only --until-decided has a budget; give both, or neither")
    minutes = (options.budget or DECISION_MINUTES) if options.until_decided else None
    choices = SweepOptions(
        executor=options.executor or ("dask" if options.address else "processes"),
        workers=options.workers,
        cluster=_cluster(options),
        tracking_uri=options.tracking_uri,
        decision_minutes=minutes,
    )
    if options.until_decided and not space.study.claims:
        raise RefusedError(
            f"{space.study.path}: claims: missing: --until-decided has nothing to decide; declare a claim"
        )
    outcome = sweep_study(space, options.home, choices, say=speaker(options))
    for name, needed in outcome.decisions.unaffordable.items() if outcome.decisions else ():
        print(f"Claim {name} is open: its next look takes about {needed:.3g} min; give --budget that much to go on.")
    for problem in outcome.problems:
        print(as_typed(problem, options), file=sys.stderr)
    if outcome.report:
        say_page(outcome.report, "Report")
    if outcome.tracking_uri:
        opening = next_command(options.home, "ui")
        print(f"MLflow   {outcome.tracking_uri}\n         {opening}, then open {outcome.deep_link}")
    if outcome.report:
        say_what_follows(outcome.report, options.home)
        if not outcome.problems:
            print(as_typed("Model    `nnjax fit STUDY`", options).replace("`", ""))
    return ExitCode.FOUND if outcome.problems else ExitCode.FINE


def _cluster(options: argparse.Namespace) -> Cluster | None:
    """Where the workers are; None if on this machine."""
    if not options.address:
        if options.resources:
            raise RefusedError("--resource: only workers at an --address have resources; give both, or neither")
        return None
    if options.executor not in (None, "dask"):
        raise RefusedError(
            f"--address {options.address}: --executor {options.executor} runs on this machine; leave it out"
        )
    if options.address.endswith(".json"):
        if not Path(options.address).exists():
            raise RefusedError(f"--address {options.address}: no such file; dask scheduler --scheduler-file writes it")
    elif not options.address.startswith(("tcp://", "tls://")):
        raise RefusedError(f"--address {options.address}: write tcp://host:8786, tls://…, or a scheduler's file ….json")
    return Cluster(options.address, dict(options.resources))


def run(options: argparse.Namespace) -> int:
    """Train one run again and say whether it agrees; write its weights where they are asked for."""
    with choose_progress().stage("Training it again"):
        from nnjax.sweep.rerun import rerun

        comparison = rerun(options.home, options.run_id)
    print(comparison.describe())
    if options.weights is not None:
        from nnjax.model.run_weights import write_run_weights

        print(write_run_weights(comparison, options.weights))
    return ExitCode.FINE if comparison.agrees else ExitCode.FOUND


def fit(options: argparse.Namespace) -> int:
    """Make the model, tell MLflow of it, and say what can be done with it."""
    space = expand_given(options)
    with starting():
        from nnjax.model.fit import fit_study
        from nnjax.model.origin import FitOptions

    choices = FitOptions(options.cell, options.seeds, options.level, options.name)
    fitted = fit_study(space, options.home, choices, choose_progress())
    folder = fitted.folder
    told = "" if fitted.is_new else ", as it was"
    print(f"Model    {folder}{told}\n         {fitted.summary()}")
    if why := fitted.document["why_no_intervals"]:
        print(f"         no intervals: {why}")
    print(f"Card     {folder / 'card.html'}")
    with choose_progress().stage("Telling MLflow"):
        from nnjax.tracking.address import default_uri
        from nnjax.tracking.models import log_model, register_model

        uri = options.tracking_uri or default_uri(options.home)
        logged = log_model(folder, space, options.home, uri)
        version = register_model(logged, options.register, uri) if options.register else ""
    print(f"MLflow   {logged.address} on run {logged.run_id} of {logged.tracking_uri}")
    if version:
        print(f"         registered as {options.register}, version {version}")
    print(f"Next     {fitted.document['commands']['predict']}")
    return ExitCode.FINE


def quiz(options: argparse.Namespace) -> int:
    """Answer the take-home quiz and say where the page is."""
    with starting():
        from nnjax.quiz.answer import answer_quiz

    page = answer_quiz(options.home)
    say_page(page, "Page")
    return ExitCode.FINE


def lecture(options: argparse.Namespace) -> int:
    """Run the lecture's studies, one after another; what is finished is not trained again."""
    with starting():
        from nnjax.pipeline import SweepOptions, sweep_study
        from nnjax.tour.studies import run_lecture

    choices, progress = SweepOptions(workers=options.workers), choose_progress()
    say = speaker(options)
    sweep_one = partial(sweep_study, options=choices, progress=progress, say=say)
    outcome = run_lecture(options.home, options.studies, sweep_one, say, progress)
    say_page(outcome.page, "Index")
    return ExitCode.FOUND if outcome.problems else ExitCode.FINE


def _resource(text: str) -> tuple[str, float]:
    name, _, amount = text.partition("=")
    try:
        return name, float(amount)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: must be NAME=AMOUNT, for example GPU=1") from None


def _name(text: str) -> str:
    """A folder's name, and no path."""
    if not text or text in (".", "..") or "/" in text or "\\" in text or text.startswith((".", "-")):
        raise argparse.ArgumentTypeError(f"{text}: must be a folder's name, such as my_model")
    return text


def _registered(text: str) -> str:
    """A name that MLflow's registry takes."""
    if not text.strip() or "/" in text or ":" in text:
        raise argparse.ArgumentTypeError(f"{text}: must be a name without / and :, such as my_model")
    return text


def _level(text: str) -> Fraction:
    """A share that is written as a decimal number, exactly."""
    from nnjax.statistics.conformal import exact_level

    try:
        return exact_level(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: must be a decimal number between 0 and 1, such as 0.9") from None


def _minutes(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"{text}: must be above 0")
    return number
