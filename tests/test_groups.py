"""Which tests one worker runs."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_every_group_is_of_a_path_that_is_there(request):
    groups = next(
        plugin.TOGETHER for plugin in request.config.pluginmanager.get_plugins() if hasattr(plugin, "TOGETHER")
    )
    assert [path for path in groups if not (ROOT / path).exists()] == []


@pytest.mark.slow
def test_a_file_is_run_by_one_worker(tmp_path):
    """Asked of xdist itself: its own groups died of an upgrade, and nobody noticed."""
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    test = "import os, pathlib, pytest\n@pytest.mark.parametrize('i', range(12))\ndef test(i):\n"
    test += f"    pathlib.Path({str(tmp_path)!r}, f'{{os.getpid()}}.seen').touch()\n"
    for name in ("test_one.py", "test_two.py"):
        (tmp_path / name).write_text(test.replace(".seen", f".{name[:-3]}"))
    fakes = f"pythonpath={ROOT / 'tests'}"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "-o", fakes, tmp_path]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    assert [len(list(tmp_path.glob(f"*.{name}"))) for name in ("test_one", "test_two")] == [1, 1]
