"""The checkout and its environment: Python, packages as the lock has them."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from nnjax.doctor.symptom import Symptom
from nnjax.sweep.host import describe_host, git_commit

OLDEST_PYTHON = (3, 11)
LOCK = "requirements.lock"
NAMED = 5
_LINE = re.compile(r"^[A-Za-z0-9._-]+==[^\\\n]+", re.MULTILINE)


def examine_checkout(root: Path) -> Iterator[Symptom]:
    """Python, machine, and installed packages beside the lock.

    Args:
        root: The checkout; without a lock in it the packages are not compared.
    """
    host = describe_host()
    is_old = sys.version_info[:2] < OLDEST_PYTHON
    yield Symptom("Python", host.python, "install Python 3.11 or newer" if is_old else "")
    yield Symptom("Machine", f"{host.cpu}, {host.cores} usable cores, {host.memory_mb / 1000:.1f} GB, {host.system}")
    yield Symptom("Commit", git_commit(root) or "not a git checkout")
    lock = root / LOCK
    if lock.exists():
        yield compare_with_lock(lock.read_text("utf-8"))


def compare_with_lock(lock: str) -> Symptom:
    """Installed versions beside pinned ones; what is not installed, being for other systems, is passed over.

    Example:
        >>> compare_with_lock("numpy==0.1").remedy
        'make clean, then make sweep: the environment is made anew from the lock'
    """
    requirements = [Requirement(line) for line in _LINE.findall(lock)]
    pinned = {
        each.name: str(each.specifier).removeprefix("==")
        for each in requirements
        if each.marker is None or each.marker.evaluate()
    }
    differing = []
    for name, wanted in pinned.items():
        try:
            here = version(name)
        except PackageNotFoundError:
            continue
        if here != wanted:
            differing.append(f"{name} {here}, not {wanted}")
    if not differing:
        return Symptom("Packages", f"as {LOCK} has them ({len(pinned)} pinned)")
    more = f" and {len(differing) - NAMED} more" if len(differing) > NAMED else ""
    remedy = "make clean, then make sweep: the environment is made anew from the lock"
    return Symptom("Packages", "; ".join(differing[:NAMED]) + more, remedy)
