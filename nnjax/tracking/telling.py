"""How far a sync has come, a sentence now and then: a server takes minutes for thousands of runs."""

import time
from collections.abc import Callable

SECONDS_BETWEEN_SENTENCES = 5.0

Progress = Callable[[int, int], None]
"""Called with runs done and runs in all."""


def tell(say: Callable[[str], None], seconds: float = SECONDS_BETWEEN_SENTENCES) -> Progress:
    """A progress that says a sentence at most every few seconds, and none about a sync that takes no longer.

    Args:
        say: Who is told.
        seconds: Least time between two sentences, and before the first.

    Example:
        >>> progress = tell(print, seconds=0.0)
        >>> progress(1200, 5800)
        MLflow: 1,200 of 5,800 runs
    """
    last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            say(f"MLflow: {done:,} of {total:,} runs")

    return progress
