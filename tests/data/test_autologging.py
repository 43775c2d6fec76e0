"""A person's own autologging neither sees our fits nor is changed by them."""

import subprocess
import sys

import pytest
from mlflow.utils import autologging_utils

from nnjax.data.autologging import without_autologging

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def is_off():
    return autologging_utils._AUTOLOGGING_GLOBALLY_DISABLED


def test_autologging_is_off_inside_and_on_again_afterwards():
    with without_autologging():
        assert is_off()
    assert not is_off()


def test_what_was_off_stays_off():
    with autologging_utils.disable_autologging():
        with without_autologging():
            assert is_off()
        assert is_off()
    assert not is_off()


def test_it_is_on_again_after_an_error():
    with pytest.raises(ZeroDivisionError), without_autologging():
        raise ZeroDivisionError
    assert not is_off()


def test_mlflow_is_not_imported_for_it():
    program = "import sys; from nnjax.data.autologging import without_autologging as off\n"
    program += "with off(): pass\nsys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
