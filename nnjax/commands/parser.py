"""What can be typed: the commands of `nnjax`, each with its words, its example and its options."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from nnjax.commands.checks import audit, calibrate, doctor
from nnjax.commands.reading import report, results, server, sync, ui
from nnjax.commands.training import DECISION_MINUTES, lecture, plan, quiz, run, sweep
from nnjax.execution.executor_choice import EXECUTORS
from nnjax.redaction import masked

DEFAULT_STUDY = "experiments/diabetes.toml"
LECTURE = "experiments/lecture"
STORE = "MLflow's tracking URI (default: MLFLOW_TRACKING_URI, else mlflow.db)"

Command = Callable[[argparse.Namespace], int]
"""What does it, and the exit code that it ends with."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints quote no password."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with what was typed, and end with exit code 2."""
        super().error(masked(message, [word.partition("=")[2] or word for word in sys.argv if "://" in word]))


class _Commands:
    """The subcommands of a parser, added one by one."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parsers = parser.add_subparsers(required=True, metavar="COMMAND", dest="name")

    def add(self, command: Command, text: str, example: str) -> argparse.ArgumentParser:
        """A command, called as its function is; `options.command` is that function."""
        parser = self._parsers.add_parser(
            command.__name__,
            help=text,
            description=text,
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(command=command)
        # No default here: it would replace what was given before the command.
        home = "folder for journal, reports and MLflow's store (.)"
        parser.add_argument("--home", type=Path, default=argparse.SUPPRESS, help=home)
        return parser

    def add_for_study(self, command: Command, text: str, example: str) -> argparse.ArgumentParser:
        """A command that takes a study."""
        parser = self.add(command, text, example)
        parser.add_argument(
            "study", nargs="?", default=DEFAULT_STUDY, help=f"study file, or its name in experiments/ ({DEFAULT_STUDY})"
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides",
            help="change a value of the study, for example epochs=50; recorded with the sweep",
        )  # fmt: skip
        return parser


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `command` is the function of the one that was typed."""
    parser = _Parser(prog="nnjax", description="Which choice matters for an MLP, and how sure are we?")
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("NNJAX_HOME", ".")), help=argparse.SUPPRESS)
    commands = _Commands(parser)
    _add_sweeping(commands)
    _add_reading(commands)
    _add_trust(commands)
    _add_lecture(commands)
    ui_parser = commands.add(
        ui, "Open MLflow's user interface over the results, on this machine only.", "nnjax ui --port 5001"
    )
    ui_parser.add_argument("--port", type=_positive, default=5000)
    ui_parser.add_argument("--host", default="127.0.0.1", help="interface to listen on (default: this machine only)")
    server_parser = commands.add(
        server, "Run MLflow on PostgreSQL with sign-in, on this machine only.", "nnjax server --port 5001"
    )
    server_parser.add_argument("--port", type=_positive, default=5000)
    server_parser.add_argument("--workers", type=_positive, default=2, help="processes of MLflow's server (2)")
    return parser


def _add_sweeping(commands: _Commands) -> None:
    """What plans and trains."""
    commands.add_for_study(plan, "Say what a study would cost, without training.", "nnjax plan experiments/quick.toml")
    sweep_parser = commands.add_for_study(
        sweep, "Train what is missing, track it and write the report.",
        "nnjax sweep experiments/quick.toml --set epochs=20",
    )  # fmt: skip
    sweep_parser.add_argument(
        "--executor", choices=EXECUTORS, help="what trains (default: processes; with an address, dask)"
    )
    sweep_parser.add_argument("--workers", type=_positive, help="workers at once (default: one a core, two on a GPU)")
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


def _add_reading(commands: _Commands) -> None:
    """What reads the journal and tells of it."""
    results_parser = commands.add_for_study(
        results, "Write the results, one tidy row a run.", "nnjax results experiments/quick.toml --out runs.csv"
    )
    results_parser.add_argument("--out", type=Path, help="file to write, .csv or .parquet (default: print as CSV)")
    results_parser.add_argument(
        "--curves", action="store_true", help="the histories instead, one row a run, epoch, layer"
    )
    sync_parser = commands.add_for_study(
        sync, "Tell MLflow what the journal holds; twice doubles nothing.", "nnjax sync experiments/quick.toml"
    )
    sync_parser.add_argument("--tracking-uri", help=STORE)
    sync_parser.add_argument("--restore", action="store_true", help="bring back what somebody has deleted in MLflow")
    report_parser = commands.add_for_study(
        report, "Write the report again, without training; with two studies, compare their conclusions.",
        "nnjax report experiments/quick.toml",
    )  # fmt: skip
    report_parser.add_argument("other", nargs="?", help="a second study, to be compared with the first")
    report_parser.add_argument("--other-home", type=Path, help="home of the second study, if it is another one")
    report_parser.add_argument(
        "--other-engine", metavar="VERSION", help="engine that trained the second study, if it is an older one"
    )


def _add_trust(commands: _Commands) -> None:
    """What puts numbers and statistics to the test."""
    audit_parser = commands.add_for_study(
        audit, "Compare journal, MLflow and report, and train a sample of runs again.",
        "nnjax audit experiments/quick.toml --sample 3",
    )  # fmt: skip
    audit_parser.add_argument("--sample", type=_positive, default=5, help="runs to train again (5)")
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


def _add_lecture(commands: _Commands) -> None:
    """What accompanies the lecture."""
    commands.add(quiz, "Answer the lecture's take-home quiz: gates, XOR, R² on diabetes.", "nnjax quiz")
    lecture_parser = commands.add(
        lecture, "Run every study of the lecture, and write an index of what they found.", "nnjax lecture"
    )
    lecture_parser.add_argument(
        "studies", nargs="?", type=Path, default=Path(LECTURE), help=f"folder of the studies ({LECTURE})"
    )
    lecture_parser.add_argument("--workers", type=_positive, help="workers at once (default: one a core, two on a GPU)")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be 1 or more")
    return number


def _resource(text: str) -> tuple[str, float]:
    name, _, amount = text.partition("=")
    try:
        return name, float(amount)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: must be NAME=AMOUNT, for example GPU=1") from None


def _minutes(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"{text}: must be above 0")
    return number
