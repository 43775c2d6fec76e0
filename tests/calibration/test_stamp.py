"""The stamp of a calibration."""

import json
from pathlib import Path

import pytest

from nnjax.calibration import stamp as stamp_module
from nnjax.calibration.checks import Check, Effort
from nnjax.calibration.stamp import STAMP, load_stamp, write_stamp

CHECKS = [
    Check("twins", "corrected", (), (0.0,), (0.02,), (0.01,)),
    Check("power", "5 splits", (0.8,), (0.79,), (0.81,), (0.5,)),
]


def test_a_stamp_is_read_back_as_written(tmp_path: Path) -> None:
    written = write_stamp(CHECKS, Effort(10, 2), 7, tmp_path)
    assert load_stamp(tmp_path) == written
    assert written.passed == 1 and written.is_current


def test_other_statistics_make_a_stamp_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = write_stamp(CHECKS, Effort(10, 2), 7, tmp_path)
    monkeypatch.setattr(stamp_module, "statistics_digest", lambda: "another")
    assert not stamp.is_current


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"checks": 3}', json.dumps({"checks": [{"group": "a"}]})])
def test_what_is_no_stamp_is_none(tmp_path: Path, content: str) -> None:
    assert load_stamp(tmp_path) is None
    (tmp_path / STAMP).parent.mkdir()
    (tmp_path / STAMP).write_text(content)
    assert load_stamp(tmp_path) is None
