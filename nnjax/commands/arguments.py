"""What can be typed: the commands of `nnjax`, each with its words, its example and its options."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from nnjax.execution.choice import EXECUTORS
from nnjax.redaction import masked

DEFAULT_STUDY = "experiments/diabetes.toml"
LECTURE = "experiments/lecture"
STORE = "MLflow's tracking URI (default: MLFLOW_TRACKING_URI, else mlflow.db)"
DECISION_MINUTES = 30
"""What --until-decided may take unless a budget is given."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints quote no password."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with what was typed, and end with exit code 2."""
        super().error(masked(message, [word.partition("=")[2] or word for word in sys.argv if "://" in word]))


class _Commands:
    """The subcommands of a parser, added one by one."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parsers = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")

    def add(self, name: str, text: str, example: str) -> argparse.ArgumentParser:
        """A command; `options.command` is its name."""
        parser = self._parsers.add_parser(
            name,
            help=text,
            description=text,
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        # No default here: it would replace what was given before the command.
        home = "folder for journal, reports and MLflow's store (.)"
        parser.add_argument("--home", type=Path, default=argparse.SUPPRESS, help=home)
        return parser

    def add_for_study(self, name: str, text: str, example: str) -> argparse.ArgumentParser:
        """A command that takes a study."""
        parser = self.add(name, text, example)
        parser.add_argument(
            "study", nargs="?", default=DEFAULT_STUDY, help=f"study file, or its name in experiments/ ({DEFAULT_STUDY})"
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides",
            help="change a value of the study, for example epochs=50; recorded with the sweep",
        )  # fmt: skip
        return parser


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `command` is the name of the one that was typed."""
    parser = _Parser(prog="nnjax", description="Which choice matters for an MLP, and how sure are we?")
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("NNJAX_HOME", ".")), help=argparse.SUPPRESS)
    commands = _Commands(parser)
    _add_sweeping(commands)
    _add_reading(commands)
    _add_trust(commands)
    _add_lecture(commands)
    ui = commands.add(
        "ui", "Open MLflow's user interface over the results, on this machine only.", "nnjax ui --port 5001"
    )
    ui.add_argument("--port", type=_positive, default=5000)
    ui.add_argument("--host", default="127.0.0.1", help="interface to listen on (default: this machine only)")
    server = commands.add(
        "server", "Run MLflow on PostgreSQL with sign-in, on this machine only.", "nnjax server --port 5001"
    )
    server.add_argument("--port", type=_positive, default=5000)
    server.add_argument("--workers", type=_positive, default=2, help="processes of MLflow's server (2)")
    return parser


def _add_sweeping(commands: _Commands) -> None:
    """What plans and trains."""
    commands.add_for_study(
        "plan", "Say what a study would cost, without training.", "nnjax plan experiments/quick.toml"
    )
    sweep = commands.add_for_study(
        "sweep", "Train what is missing, track it and write the report.",
        "nnjax sweep experiments/quick.toml --set epochs=20",
    )  # fmt: skip
    sweep.add_argument("--executor", choices=EXECUTORS, help="what trains (default: processes; with an address, dask)")
    sweep.add_argument("--workers", type=_positive, help="workers at once (default: one a core, two on a GPU)")
    sweep.add_argument("--address", help="Dask's scheduler, whose workers train: tcp://host:8786, tls://…, or its file")
    sweep.add_argument(
        "--resource", action="append", default=[], type=_resource, metavar="NAME=AMOUNT", dest="resources",
        help="what a worker at that address must offer to get work, for example GPU=1",
    )  # fmt: skip
    sweep.add_argument("--tracking-uri", help=STORE)
    sweep.add_argument(
        "--until-decided", action="store_true",
        help="add replicates to the cells of undecided claims until these are decided, hopeless, or time is up",
    )  # fmt: skip
    sweep.add_argument(
        "--budget", type=_minutes, metavar="MINUTES", help=f"time for --until-decided (default: {DECISION_MINUTES})"
    )
    run = commands.add("run", "Train one run again, alone, and compare it with the journal.", "nnjax run 3f2a9c")
    run.add_argument("run_id", help="the run's id, or enough of its beginning")


def _add_reading(commands: _Commands) -> None:
    """What reads the journal and tells of it."""
    results = commands.add_for_study(
        "results", "Write the results, one tidy row a run.", "nnjax results experiments/quick.toml --out runs.csv"
    )
    results.add_argument("--out", type=Path, help="file to write, .csv or .parquet (default: print as CSV)")
    results.add_argument("--curves", action="store_true", help="the histories instead, one row a run, epoch, layer")
    sync = commands.add_for_study(
        "sync", "Tell MLflow what the journal holds; twice doubles nothing.", "nnjax sync experiments/quick.toml"
    )
    sync.add_argument("--tracking-uri", help=STORE)
    sync.add_argument("--restore", action="store_true", help="bring back what somebody has deleted in MLflow")
    report = commands.add_for_study(
        "report", "Write the report again, without training; with two studies, compare their conclusions.",
        "nnjax report experiments/quick.toml",
    )  # fmt: skip
    report.add_argument("other", nargs="?", help="a second study, to be compared with the first")
    report.add_argument("--other-home", type=Path, help="home of the second study, if it is another one")
    report.add_argument(
        "--other-engine", metavar="VERSION", help="engine that trained the second study, if it is an older one"
    )


def _add_trust(commands: _Commands) -> None:
    """What puts numbers and statistics to the test."""
    audit = commands.add_for_study(
        "audit", "Compare journal, MLflow and report, and train a sample of runs again.",
        "nnjax audit experiments/quick.toml --sample 3",
    )  # fmt: skip
    audit.add_argument("--sample", type=_positive, default=5, help="runs to train again (5)")
    audit.add_argument("--seed", type=int, help="of the sample (default: drawn anew, and printed)")
    audit.add_argument("--tracking-uri", help=STORE)
    doctor = commands.add("doctor", "Say what is wrong with checkout, home or store, and the remedy.", "nnjax doctor")
    doctor.add_argument("--tracking-uri", help=STORE)
    doctor.add_argument("--address", help="Dask's scheduler, to be looked at too")
    calibrate = commands.add(
        "calibrate", "Put the report's statistics to the test where the truth is known.", "nnjax calibrate --quick"
    )
    calibrate.add_argument("--quick", action="store_true", help="a tenth of the simulations, wider ranges")


def _add_lecture(commands: _Commands) -> None:
    """What accompanies the lecture."""
    commands.add("quiz", "Answer the lecture's take-home quiz: gates, XOR, R² on diabetes.", "nnjax quiz")
    lecture = commands.add(
        "lecture", "Run every study of the lecture, and write an index of what they found.", "nnjax lecture"
    )
    lecture.add_argument(
        "studies", nargs="?", type=Path, default=Path(LECTURE), help=f"folder of the studies ({LECTURE})"
    )
    lecture.add_argument("--workers", type=_positive, help="workers at once (default: one a core, two on a GPU)")


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
