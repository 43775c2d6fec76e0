"""One program, `nnjax`: what can be typed, and how each of its commands may end."""

import argparse
import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from nnjax.commands.checks import add_checks
from nnjax.commands.contract import EXIT_CODES, ExitCode
from nnjax.commands.model import add_model
from nnjax.commands.options import Commands, as_typed
from nnjax.commands.reading import add_reading
from nnjax.commands.training import add_training
from nnjax.execution.executor import ExecutionError
from nnjax.redaction import masked
from nnjax.refusal import RefusedError
from nnjax.surroundings import IN_OUR_OWN_PROCESS
from nnjax.terminal import default_home, soften

SECONDS_TO_LEAVE_A_CALLBACK = 0.01


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints quote no password."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with what was typed, and end with exit code 2."""
        super().error(masked(message, [word.partition("=")[2] or word for word in sys.argv if "://" in word]))


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; `command` is the function of the one that was typed."""
    parser = _Parser(
        prog="nnjax",
        description="Which choice matters for an MLP, and how sure are we?",
        epilog="\n".join(["exit codes:", *(f"  {code:<5d}{words}" for code, words in EXIT_CODES.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--home", type=Path, default=default_home(), help=argparse.SUPPRESS)
    commands = Commands(parser)
    for add in (add_training, add_model, add_reading, add_checks):
        add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and say how it ended, see `EXIT_CODES`; what is in the way is said in one line."""
    for stream in (sys.stdout, sys.stderr):
        soften(stream)
    atexit.register(gc.freeze)  # Python's last walk through all that libraries have made takes a second
    os.environ.update(IN_OUR_OWN_PROCESS)
    options = make_parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        with _no_interrupt_lost():
            return ExitCode(options.command(options))
    except RefusedError as error:
        for each in (error, *error.others):
            print(as_typed(str(each), options), file=sys.stderr)
        return ExitCode.REFUSED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has left; so do we
        return ExitCode.FINE
    except (OSError, ExecutionError) as error:
        first, *rest = str(error).strip().splitlines() or [type(error).__name__]
        print(masked(" ".join([first, *rest[-1:]])), "nothing trained is lost", sep="; ", file=sys.stderr)
        return ExitCode.REFUSED
    except KeyboardInterrupt as how:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses it twice has been understood
        print(
            "\nInterrupted. What was finished is in the journal; the same command goes on from there.", file=sys.stderr
        )
        return ExitCode.TERMINATED if isinstance(how, _Terminated) else ExitCode.INTERRUPTED


class _Terminated(KeyboardInterrupt):
    """Asked to end by SIGTERM: a batch system whose time is up, a machine that shuts down."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated


@contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """Deliver an interrupt again that came in a destructor or in a callback of the garbage collector.

    Python drops whatever is raised there, with "Exception ignored in …"; jax has such a callback.
    """
    before = sys.unraisablehook

    def deliver_again(unraisable: "sys.UnraisableHookArgs") -> None:
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            number = signal.SIGTERM if isinstance(unraisable.exc_value, _Terminated) else signal.SIGINT
            # Here it would be lost.
            threading.Timer(SECONDS_TO_LEAVE_A_CALLBACK, os.kill, (os.getpid(), number)).start()
        else:
            before(unraisable)

    sys.unraisablehook = deliver_again
    try:
        yield
    finally:
        sys.unraisablehook = before


if __name__ == "__main__":
    sys.exit(main())
