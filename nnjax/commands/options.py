"""What commands have in common when they are typed: a name, an example, a home, a study and how it is found, values."""

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nnjax.commands.contract import DOCUMENTS
from nnjax.redaction import masked_command
from nnjax.sweep.progress import choose_progress
from nnjax.terminal import Say, complete_commands, home_words

if TYPE_CHECKING:
    from nnjax.sweep.space import Space

DEFAULT_STUDY = "experiments/diabetes.toml"
STORE = "MLflow's tracking URI (default: MLFLOW_TRACKING_URI, else mlflow.db)"

SAYING_SO = ("plan", "sweep")
"""Commands that say by themselves why a study has the kernels that it has."""

Command = Callable[[argparse.Namespace], int]
"""What does it, and the exit code that it ends with."""


class Commands:
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
        if command.__name__ in DOCUMENTS:
            parser.add_argument("--json", action="store_true", help="for programs: a JSON document (docs/commands.md)")
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


def starting() -> AbstractContextManager[Say]:
    """Shown while a command imports what it needs: MLflow or the report's libraries take seconds."""
    return choose_progress().stage("Starting")


def as_typed(text: str, options: argparse.Namespace) -> str:
    """A text in which every quoted command can be typed: of the study and in the home that were given."""
    changes = [word for change in getattr(options, "overrides", []) for word in ("--set", change)]
    study = masked_command([getattr(options, "study", "STUDY"), *changes])
    return complete_commands(text, study, masked_command(home_words(options.home)))


def speaker(options: argparse.Namespace, stream: TextIO | None = None) -> Say:
    """Who prints what is said, with commands that can be typed; to standard output if no stream is named."""
    return lambda text: print(as_typed(text, options), file=stream)


def positive(text: str) -> int:
    """A whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be 1 or more")
    return number


def find_given(study: str, home: Path) -> Path:
    """A study's path, from a path or a name: in the home's experiments, else in those here, folders inside included."""
    from nnjax.sweep.study.reading import find_study

    path = find_study(study, home)
    if path.exists() or Path(study).suffix == ".toml" or Path(study).is_absolute():
        return path
    for folder in (home / "experiments", Path("experiments")):
        found = list(folder.rglob(f"{study}.toml"))
        if len(found) == 1:
            return found[0]
    return path


def expand_given(options: argparse.Namespace) -> "Space":
    """All that the study that was typed, with its changes, asks for."""
    with choose_progress().stage("Reading the study"):
        from nnjax.sweep.chosen_kernels import expand_at
        from nnjax.sweep.study.study import load_study

        space = expand_at(load_study(find_given(options.study, options.home), options.overrides), options.home)
    has_runs = (options.home / "journal").is_dir()  # else there is nothing that these words could be about
    if space.about_kernels and has_runs and options.name not in SAYING_SO:
        print(space.about_kernels, file=sys.stderr)
    return space
