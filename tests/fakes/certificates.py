"""A cluster's certificates, made by the documented command."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from fakes.command import ROOT


def make_certificates(folder: Path) -> "subprocess.CompletedProcess[str]":
    """What came of `cluster/certificates.sh FOLDER`."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    script = ROOT / "cluster" / "certificates.sh"
    return subprocess.run([script, folder], capture_output=True, text=True, check=False)


def variables(folder: Path) -> dict[str, str]:
    """What `. FOLDER/environment` sets."""
    words = shlex.split((folder / "environment").read_text())
    return dict(word.split("=", 1) for word in words if word != "export")
