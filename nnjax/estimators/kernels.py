"""By what this process trains the networks of estimators: fused operations where it can have them, else XLA."""

import functools
import os
import threading
import warnings
from contextlib import suppress

from nnjax.kernels.choice import available, begin, load, usable
from nnjax.kernels.compiler import find_compiler
from nnjax.kernels.names import XLA, KernelsError
from nnjax.sweep.compilation_cache import cache_of_this_machine


@functools.cache
def kernels_here() -> str:
    """The fused operations' full name, built, tested and loaded; `XLA` where there are none.

    Whoever fits an estimator asked for a network, and not for operations: that there are none is no error here. What
    trained it, its `kernels_` says; `NNJAX_KERNELS=xla` asks for XLA. Where a compiler will do, and yet they cannot be
    had, something can be mended, and a warning says what, once a process; without one nothing is said.

    Raises:
        ValueError: `NNJAX_KERNELS` is another word.
    """
    if _wants_xla():
        return XLA
    folder = cache_of_this_machine()
    choice = usable(folder)
    reason = choice.reason
    try:
        load(folder, choice.name or XLA)
    except KernelsError as error:
        reason = str(error)
    if reason and _has_compiler():
        warnings.warn(
            f"networks are trained by XLA, right and slower: {reason} ({_SILENCE})", UserWarning, stacklevel=2
        )
    return XLA if reason else choice.name


_SILENCE = "NNJAX_KERNELS=xla asks for XLA, without this warning"


def _has_compiler() -> bool:
    with suppress(KernelsError):
        return bool(find_compiler())
    return False


def kernels_to_come() -> str:
    """What `kernels_here` comes to, unless building fails; that begins now, beside whatever else is to be done.

    Raises:
        ValueError: As `kernels_here`.
    """
    return kernels_here() if kernels_here.cache_info().currsize else _begun()[0]


def are_being_built() -> bool:
    """Whether `kernels_here` would wait."""
    return not kernels_here.cache_info().currsize and _begun()[1].is_alive()


@functools.cache
def _begun() -> tuple[str, threading.Thread]:
    """The name to come, and what builds it; a thread that was never started where nothing is to be done."""
    if _wants_xla():
        return XLA, threading.Thread()
    folder = cache_of_this_machine()
    building = begin(folder)
    return available(folder).name or XLA, building


def _wants_xla() -> bool:
    asked = os.environ.get("NNJAX_KERNELS", "")
    if asked not in ("", XLA):
        raise ValueError(f"NNJAX_KERNELS={asked!r}: it may be {XLA!r}, or not set, for what this machine has")
    return asked == XLA
