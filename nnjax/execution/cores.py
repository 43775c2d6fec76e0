"""The cores that this process may use."""

import os


def usable_cores() -> list[int]:
    """Numbers of the cores that this process may use; where the system can't say, as many as there are."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))
