"""What plans and trains: a study, a run again, the lecture's studies and its quiz."""

import argparse
import sys
from pathlib import Path

from nnjax.commands.reading import say_page, say_what_follows
from nnjax.commands.study_argument import expand_given
from nnjax.execution.executor import Cluster
from nnjax.refusal import RefusedError

DECISION_MINUTES = 30
"""What --until-decided may take unless a budget is given."""


def plan(options: argparse.Namespace) -> int:
    """Print what a study would cost, and what its claims can come to."""
    from nnjax.claims.forecast import foretell
    from nnjax.sweep.journal.journal import Journal
    from nnjax.sweep.notices import find_notices
    from nnjax.sweep.plan import default_workers, left_behind, make_plan
    from nnjax.sweep.plan_text import describe_plan

    space = expand_given(options)
    has_journal, notices = (options.home / "journal").is_dir(), find_notices(space)
    found = make_plan(space, Journal(options.home).run_ids() if has_journal else set())
    if has_journal and found.missing:
        notices = (*left_behind(space, Journal(options.home)), *notices)
    print(describe_plan(space.study, found, default_workers(space), notices))
    if claims := foretell(space, options.home, has_runs=found.missing < found.runs):
        print(f"\n{claims}")
    return 0


def sweep(options: argparse.Namespace) -> int:
    """Train, track, report; end by saying where everything is."""
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
    space = expand_given(options)
    if options.until_decided and not space.study.claims:
        raise RefusedError(
            f"{space.study.path}: claims: missing: --until-decided has nothing to decide; declare a claim"
        )
    outcome = sweep_study(space, options.home, choices)
    for name, needed in outcome.decisions.unaffordable.items() if outcome.decisions else ():
        print(f"Claim {name} is open: its next look takes about {needed:.3g} min; give --budget that much to go on.")
    for problem in outcome.problems:
        print(problem, file=sys.stderr)
    if outcome.report:
        say_page(outcome.report, "Report")
    if outcome.tracking_uri:
        print(f"MLflow   {outcome.tracking_uri}\n         make ui, then open {outcome.deep_link}")
    if outcome.report:
        say_what_follows(outcome.report)
    return 1 if outcome.problems else 0


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
    """Train one run again and say whether it agrees; exit code 1 if it does not."""
    from nnjax.sweep.rerun import rerun

    comparison = rerun(options.home, options.run_id)
    print(comparison.describe())
    return 0 if comparison.agrees else 1


def quiz(options: argparse.Namespace) -> int:
    """Answer the take-home quiz and say where the page is."""
    from nnjax.quiz.answer import answer_quiz

    page = answer_quiz(options.home)
    say_page(page, "Page")
    return 0


def lecture(options: argparse.Namespace) -> int:
    """Run the lecture's studies, one after another; what is finished is not trained again."""
    from nnjax.pipeline import SweepOptions, sweep_study
    from nnjax.tour.studies import run_lecture

    choices = SweepOptions(workers=options.workers)
    outcome = run_lecture(options.home, options.studies, lambda space, home: sweep_study(space, home, choices))
    say_page(outcome.page, "Index")
    return 1 if outcome.problems else 0
