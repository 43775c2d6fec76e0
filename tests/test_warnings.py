"""Warnings are errors, in this process and in every process that a test starts."""

import subprocess
import sys
import warnings

import pytest

WARN = "import warnings; warnings.warn_explicit('old', FutureWarning, 'file.py', 1, module={module!r})"


def test_a_warning_is_an_error_here():
    with pytest.raises(FutureWarning):
        warnings.warn("old", FutureWarning, stacklevel=1)


@pytest.mark.parametrize(("module", "code"), [("nnjax.audit.examine", 1), ("nnjax", 1), ("mlflow.store", 0)])
def test_a_warning_of_ours_is_an_error_in_a_child(module, code):
    command = [sys.executable, "-c", WARN.format(module=module)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == code
