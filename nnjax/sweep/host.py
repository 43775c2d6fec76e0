"""What a sweep ran on: machine, versions, commit, memory. Facts for the record, never part of a run's identity."""

import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nnjax.execution.cores import usable_cores

PACKAGES = ("nnjax", "jax", "jaxlib", "optax", "numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "mlflow")
_BYTES_A_MB = 1_000_000
_GIT_PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Host:
    """A machine, as far as it explains times; its cores are those that this process may use."""

    name: str
    system: str
    cpu: str
    cores: int
    memory_mb: int
    python: str


def describe_host() -> Host:
    """The machine that this process runs on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Host(
        name=platform.node(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        cpu=_cpu_model(),
        cores=len(usable_cores()),
        memory_mb=memory // _BYTES_A_MB,
        python=platform.python_version(),
    )


def package_versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Versions of packages, by default of what the numbers depend on; one that is not installed is left out."""
    found = {}
    for name in packages:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def git_commit(folder: Path | str = ".") -> str:
    """The commit checked out in a folder, with "+" if tracked files were changed; "" without git or outside of it."""
    commit = _git(folder, "rev-parse", "HEAD")
    return f"{commit}+" if commit and _git(folder, "status", "--porcelain", "--untracked-files=no") else commit


def peak_memory_mb() -> float:
    """The most memory that this process ever held, in 10⁶ bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / _BYTES_A_MB


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def _git(folder: Path | str, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=_GIT_PATIENCE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
