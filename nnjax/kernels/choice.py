"""Which operations in C a machine has, by name, or why it has none; said without jax, but for loading them."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from nnjax.kernels.compiler import Compiler, find_compiler
from nnjax.kernels.library import (
    LONGEST_WORDS,
    Trial,
    build,
    check_private,
    digest_of,
    keep_trial,
    kept_trial,
    library_path,
    load_library,
    one_builder,
)
from nnjax.kernels.names import XLA, KernelsError

SELF_TEST = "nnjax.kernels.self_test"
"""Run as a process of its own: a library that crashes, or never ends, takes nobody along."""

VERDICT = "self-test:"
"""Begins the line that a self-test prints: what is wrong follows, nothing if nothing is. Others may print, too."""

SELF_TEST_SECONDS = 300
"""What the self-test may take, on a machine with other work: alone it takes a fifth of one."""

CRASHES = {-number for number in (signal.SIGSEGV, signal.SIGILL, signal.SIGBUS, signal.SIGFPE, signal.SIGABRT)}
"""Ends of a self-test that the library is to blame for, and not who ended it."""


@dataclass(frozen=True)
class KernelChoice:
    """What a machine has.

    Attributes:
        name: The operations' full name, such as "fused_avx2_gcc"; "" if it has none.
        words: What they are, for people: "AVX2, gcc 12.2.0"; "" if it has none.
        problem: Why it has none; "" if it has.
        remedy: What helps against that; "" if nothing does.
        is_tested: Whether library and verdict are there already.
    """

    name: str
    words: str = ""
    problem: str = ""
    remedy: str = ""
    is_tested: bool = False

    @property
    def reason(self) -> str:
        """Problem and remedy, a clause; "" if there is none.

        >>> KernelChoice("", problem="no compiler found", remedy="install one").reason
        'no compiler found; install one'
        """
        return f"{self.problem}; {self.remedy}" if self.remedy else self.problem

    def __str__(self) -> str:
        """In one line, for people."""
        if not self.name:
            return f"XLA, right and slower: {self.reason}"
        return f"fused, {self.words}{'' if self.is_tested else ', built and tested when first needed'}"


def available(folder: Path, name: str = "") -> KernelChoice:
    """What a machine has, as far as it is known without building or testing anything.

    Args:
        folder: Where this machine's compiled programs are kept; it may be missing.
        name: Of the operations that are asked for, perhaps not those of the first compiler; "" if any will do.
    """
    try:
        check_private(folder)
        compiler = find_compiler(name)
        path = library_path(folder, compiler)
        trial = kept_trial(path)
        if trial is not None:
            _check(trial, path)
        return KernelChoice(compiler.kernels, compiler.words, is_tested=trial is not None)
    except KernelsError as error:
        return KernelChoice("", problem=error.problem, remedy=error.remedy)


def usable(folder: Path, name: str = "") -> KernelChoice:
    """What a machine has, built and tested where nobody did before.

    Args:
        folder: Where this machine's compiled programs are kept; made if it is missing.
        name: As in `available`.
    """
    try:
        compiler = find_compiler(name)
        _ready(folder, compiler)
        return KernelChoice(compiler.kernels, compiler.words, is_tested=True)
    except KernelsError as error:
        return KernelChoice("", problem=error.problem, remedy=error.remedy)


def begin(folder: Path, name: str = "") -> threading.Thread:
    """Build and test beside whatever else is to be done, where nobody did before; `usable` and `load` wait for it.

    Args:
        folder: Where this machine's compiled programs are kept; made if it is missing.
        name: As in `available`; where this machine has not got them, nothing is built.

    Returns:
        What does so; not alive where there is nothing to do.
    """
    building = threading.Thread(target=usable, args=(folder, name), name="kernels", daemon=True)
    here = available(folder, name)
    if here.name and not here.is_tested:
        building.start()
    return building


def load(folder: Path, name: str) -> str:
    """Make operations callable by JAX in this process; built and tested where nobody did before.

    Args:
        folder: Where this machine's compiled programs are kept; made if it is missing.
        name: As `KernelChoice.name`; with `XLA` nothing is to be done.

    Returns:
        The library's digest; "" with `XLA`. Compiled programs that call it belong to it.

    Raises:
        KernelsError: This machine has no such operations.
    """
    if name == XLA:
        return ""
    path, trial = _ready(folder, find_compiler(name))
    load_library(path, trial.digest)
    return trial.digest


def library_digest(folder: Path, name: str) -> str:
    """What `load` would return, as far as such a library is there and has passed; else "".

    Args:
        folder: Where this machine's compiled programs are kept; it may be missing.
        name: Of its operations.
    """
    try:
        trial = kept_trial(library_path(folder, find_compiler(name)))
    except KernelsError:
        return ""
    return trial.digest if trial is not None and not trial.failure else ""


def _ready(folder: Path, compiler: Compiler) -> tuple[Path, Trial]:
    """A library that is built and has passed."""
    path = library_path(folder, compiler)
    check_private(folder)
    trial = kept_trial(path) or _made(path, compiler)
    _check(trial, path)
    return path, trial


def _made(path: Path, compiler: Compiler) -> Trial:
    """Build and test a library, unless somebody has done so by the time that it is our turn."""
    with one_builder(path.parent):
        trial = kept_trial(path)
        if trial is None:
            build(path, compiler)
            trial = _tried(path)
            keep_trial(path, trial)
    return trial


def _check(trial: Trial, path: Path) -> None:
    if trial.failure:
        raise KernelsError(f"self-test failed: {trial.failure}", f"another compiler, or remove {path} to try again")


def _tried(path: Path) -> Trial:
    """Have a library train a little network in a process of its own.

    Raises:
        KernelsError: It came to no verdict; the library is removed, for it may be damaged.
    """
    try:
        tested = digest_of(path)
        answer = subprocess.run(
            [sys.executable or "", "-P", "-m", SELF_TEST, str(path)], capture_output=True, encoding="utf-8",
            errors="replace", timeout=SELF_TEST_SECONDS, check=False, env=_surroundings(),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        path.unlink(missing_ok=True)
        raise KernelsError(f"the self-test could not be run ({error})") from None
    verdicts = [line.removeprefix(VERDICT) for line in answer.stdout.splitlines() if line.startswith(VERDICT)]
    if answer.returncode == 0 and verdicts:
        return Trial(tested, verdicts[-1].strip())
    if answer.returncode in CRASHES:
        return Trial(tested, f"it crashed ({signal.Signals(-answer.returncode).name})")
    path.unlink(missing_ok=True)
    said = answer.stderr.strip().rpartition("\n")[2][:LONGEST_WORDS]
    raise KernelsError(f"the self-test came to no end (exit code {answer.returncode}; {said})")


def _surroundings() -> dict[str, str]:
    """The self-test's environment, in which it finds this very package."""
    places = [str(Path(__file__).parents[2]), *filter(None, (os.environ.get("PYTHONPATH"),))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
