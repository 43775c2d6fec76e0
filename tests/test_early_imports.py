"""What follows the training is imported while it runs, where this process only waits."""

import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

from nnjax import early_imports
from nnjax.early_imports import FOR_MLFLOW, FOR_TRACKING, importing_early

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


def test_mlflow_is_imported_for_a_store_that_cannot_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(early_imports, "import_module", asked.append)
    with importing_early("processes", "http://127.0.0.1:9", is_reported=False):
        for thread in threading.enumerate():
            if thread.name == "getting ready":
                thread.join()
    assert asked == [*FOR_TRACKING, *FOR_MLFLOW]
    mlflow = find_spec("mlflow")
    assert mlflow is not None and mlflow.origin is not None
    for name in FOR_MLFLOW:
        place = Path(mlflow.origin).parents[1].joinpath(*name.split("."))
        assert (place / "__init__.py").exists() or place.with_suffix(".py").exists()
