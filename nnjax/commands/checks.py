"""What says how far all of it can be trusted."""

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from nnjax.commands.contract import ExitCode, audit_document, doctor_document, say_json
from nnjax.commands.options import STORE, Commands, as_typed, expand_given, positive, speaker, starting
from nnjax.sweep.progress import choose_progress
from nnjax.terminal import counted


def add_checks(commands: Commands) -> None:
    """What puts numbers and statistics to the test."""
    audit_parser = commands.add_for_study(
        audit, "Compare journal, MLflow and report, and train a sample of runs again.",
        "nnjax audit experiments/quick.toml --sample 3",
    )  # fmt: skip
    audit_parser.add_argument("--sample", type=positive, default=5, help="runs to train again (5)")
    audit_parser.add_argument("--seed", type=int, help="of the sample (default: drawn anew, and printed)")
    audit_parser.add_argument("--tracking-uri", help=STORE)
    doctor_parser = commands.add(
        doctor, "Say what is wrong with checkout, home or store, and the remedy.", "nnjax doctor"
    )
    doctor_parser.add_argument("--tracking-uri", help=STORE)
    doctor_parser.add_argument("--address", help="Dask's scheduler, to be looked at too")
    calibrate_parser = commands.add(
        calibrate, "Put the report's statistics to the test where the truth is known.", "nnjax calibrate --quick"
    )
    calibrate_parser.add_argument("--quick", action="store_true", help="a tenth of the simulations, wider ranges")


def audit(options: argparse.Namespace) -> int:
    """Look at all that was written down about a sweep, and keep the stamp."""
    import secrets

    with starting():
        from nnjax.audit.examine import audit_sweep
        from nnjax.audit.pages import AuditedReport
        from nnjax.report.fresh_copy import write_fresh_copy
        from nnjax.sweep_report import find_report

    space, seed = expand_given(options), options.seed if options.seed is not None else secrets.randbelow(2**32)
    folder = find_report(space, options.home)
    report = AuditedReport(folder, partial(write_fresh_copy, space, options.home)) if folder else None
    with choose_progress().stage("Auditing"):
        say = speaker(options, sys.stderr if options.json else None)
        stamp = audit_sweep(space, options.home, report, options.tracking_uri, options.sample, seed, say)
    if options.json:
        lines = tuple(replace(line, seen=as_typed(line.seen, options)) for line in stamp.lines)
        say_json(audit_document(space.study.name, replace(stamp, lines=lines)))
    else:
        print(f"{stamp.words} (sample of seed {seed}).")
    return ExitCode.FINE if stamp.is_clean else ExitCode.FOUND


def calibrate(options: argparse.Namespace) -> int:
    """Run all checks of the statistics, print expected beside seen, keep the stamp."""
    with choose_progress().stage("Simulating") as say:
        from rich.console import Console

        from nnjax.calibration.checks import CHECKS, FULL, QUICK, SEED, run_checks
        from nnjax.calibration.console import checks_table
        from nnjax.calibration.stamp import write_stamp

        effort = QUICK if options.quick else FULL
        checks = list(run_checks(effort, SEED, counted(CHECKS, "group of checks", say)))
    stamp = write_stamp(checks, effort, SEED, options.home)
    Console().print(checks_table(checks))
    print(f"\n{stamp.passed} of {len(checks)} checks are as expected; the reports written next carry this stamp.")
    return ExitCode.FINE if stamp.passed == len(checks) else ExitCode.FOUND


def doctor(options: argparse.Namespace) -> int:
    """Look at checkout, home, store and cluster."""
    from itertools import chain

    with starting():
        from nnjax.doctor.symptoms import (
            examine_checkout,
            examine_cluster,
            examine_home,
            examine_store,
            examine_variables,
        )
        from nnjax.tracking.address import default_uri

    looks = chain(
        examine_checkout(Path.cwd()),
        examine_home(options.home),
        [examine_variables()],
        examine_store(options.tracking_uri or default_uri(options.home), options.home),
        examine_cluster(options.address) if options.address else (),
    )
    symptoms = []
    with choose_progress().stage("Looking"):
        for found in looks:
            symptom = replace(found, remedy=as_typed(found.remedy, options))
            symptoms.append(symptom)
            if not options.json:
                print(symptom)
    wrong = sum(not symptom.is_ok for symptom in symptoms)
    if options.json:
        say_json(doctor_document(symptoms))
    else:
        print("Nothing is wrong." if not wrong else f"{wrong} wrong: the remedies stand below each.")
    return ExitCode.FOUND if wrong else ExitCode.FINE
