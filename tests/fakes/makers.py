"""What a second process makes, or does not, while the first one, whose id is told, can."""

import os
import threading
from pathlib import Path


def where(given: str) -> tuple[str, int]:
    return given, os.getpid()


def telling(given: str, path: Path) -> tuple[str, int]:
    path.write_text("made")
    return where(given)


def hearing(given: str, path: Path) -> tuple[str, int]:
    assert path.read_text() == "made"
    return where(given)


def dying_elsewhere(given: str, here: int) -> str:
    if os.getpid() != here:
        os._exit(9)
    return given


def failing_elsewhere(given: str, here: int) -> str:
    if os.getpid() != here:
        raise ValueError(given)
    return given


def never_done_elsewhere(given: str, here: int) -> str:
    if os.getpid() != here:
        threading.Event().wait()
    return given


def nothing() -> None:
    pass
