"""The stamp of a calibration."""

import json
import shutil
from pathlib import Path

import pytest

from nnjax.calibration import stamp as stamp_module
from nnjax.calibration.check import Check, Effort
from nnjax.calibration.stamp import PACKAGE, STAMP, load_stamp, statistics_digest, write_stamp

CHECKS = [
    Check("twins", "corrected", (), (0.0,), (0.02,), (0.01,)),
    Check("power", "5 splits", (0.8,), (0.79,), (0.81,), (0.5,)),
]


def test_a_stamp_is_read_back_as_written(tmp_path: Path) -> None:
    written = write_stamp(CHECKS, Effort(10, 2), 7, tmp_path)
    assert load_stamp(tmp_path) == written
    assert written.passed == 1 and written.is_current


@pytest.mark.parametrize("name", ["statistics/verdict.py", "claims/compared.py", "metrics.py", "results/scores.py"])
def test_a_changed_byte_of_what_judges_makes_a_stamp_old(tmp_path: Path, monkeypatch, name: str) -> None:
    package, stamp = tmp_path / "nnjax", write_stamp(CHECKS, Effort(10, 2), 7, tmp_path)
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(stamp_module, "PACKAGE", package)
    assert stamp.is_current and stamp.statistics == statistics_digest()
    judging = package / name
    judging.write_bytes(judging.read_bytes() + b"\n")
    assert not stamp.is_current


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"checks": 3}', json.dumps({"checks": [{"group": "a"}]})])
def test_what_is_no_stamp_is_none(tmp_path: Path, content: str) -> None:
    assert load_stamp(tmp_path) is None
    (tmp_path / STAMP).parent.mkdir()
    (tmp_path / STAMP).write_text(content)
    assert load_stamp(tmp_path) is None
