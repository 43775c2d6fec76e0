"""What follows the training is imported while it runs, where this process only waits."""

import subprocess
import sys

import pytest

IN_THE_MEANTIME = """
import sys, threading
from nnjax.early_imports import FOR_REPORT, FOR_TRACKING, importing_early
with importing_early(sys.argv[1], None, is_reported=True):
    for thread in threading.enumerate():
        if thread.name == "getting ready":
            thread.join()
print(*(set(FOR_REPORT + FOR_TRACKING) & set(sys.modules)))
"""


@pytest.mark.parametrize(("executor", "expected"), [("processes", "nnjax.report.write"), ("threads", "")])
def test_what_follows_is_imported_while_other_processes_train(executor: str, expected: str) -> None:
    command = [sys.executable, "-c", IN_THE_MEANTIME, executor]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == expected
