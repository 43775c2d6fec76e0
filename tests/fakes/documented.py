"""The commands of docs/cluster.md, for this machine."""

import re
import sys
from pathlib import Path

from fakes.command import ROOT

BIN = Path(sys.executable).parent


def commands(heading: str) -> list[str]:
    """The commands of a section of docs/cluster.md, for two workers on this machine."""
    section = (ROOT / "docs" / "cluster.md").read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = re.search(r"```\n(.*?)```", section, re.DOTALL)[1].strip().splitlines()  # type: ignore[index]
    return [line.replace(".venv/bin", str(BIN)).replace("--nworkers 8", "--nworkers 2") for line in lines]


def at(address: str, line: str) -> str:
    """The command with another scheduler's HOST:PORT."""
    host, port = address.split(":")
    return line.replace("10.0.0.1:8786", address).replace("10.0.0.1", host).replace("--port 8786", f"--port {port}")
