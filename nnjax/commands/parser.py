"""What can be typed: the commands of `nnjax`, each with its words, its example and its options."""

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from nnjax.commands.checks import add_checks
from nnjax.commands.options import Commands
from nnjax.commands.reading import add_reading
from nnjax.commands.training import add_training
from nnjax.redaction import masked


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints quote no password."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with what was typed, and end with exit code 2."""
        super().error(masked(message, [word.partition("=")[2] or word for word in sys.argv if "://" in word]))


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `command` is the function of the one that was typed."""
    parser = _Parser(prog="nnjax", description="Which choice matters for an MLP, and how sure are we?")
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("NNJAX_HOME", ".")), help=argparse.SUPPRESS)
    commands = Commands(parser)
    for add in (add_training, add_reading, add_checks):
        add(commands)
    return parser
