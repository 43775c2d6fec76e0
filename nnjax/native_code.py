"""Native code that outlives its process: in whose folder it may lie, and which processor it is for."""

import os
import platform
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def is_private(folder: Path) -> bool:
    """Whether a folder is this user's own, and nobody else may write to it: native code is loaded from no other."""
    with suppress(OSError):
        found = folder.stat()
        return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return False


def processor() -> Iterator[str]:
    """Model and features: neighbours of one name in a data centre may differ in them."""
    yield platform.machine()
    with suppress(OSError):
        first = Path("/proc/cpuinfo").read_text("utf-8").partition("\n\n")[0]
        yield from (line for line in first.splitlines() if line.startswith(("model name", "flags", "Features")))
