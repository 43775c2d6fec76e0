"""The command in a process of its own, as a person would call it; deaf to the tests' own tracking store."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def nnjax(*arguments: object, home: Path) -> "subprocess.CompletedProcess[str]":
    """What came of `nnjax ARGUMENTS --home HOME`, typed in the checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    command = [sys.executable, "-m", "nnjax.cli", *map(str, arguments), "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
