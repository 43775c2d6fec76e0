import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from nnjax.redaction import masked_address
from nnjax.tracking.address import check_kind, database_file, default_uri, server_of
from nnjax.tracking.errors import TrackingError


def test_the_environment_s_uri_wins(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://tracking.example:5000")
    assert default_uri(Path("/somewhere")) == "http://tracking.example:5000"


@pytest.mark.parametrize("value", ["", "  "])
def test_without_one_the_store_is_a_file_in_the_home_folder(monkeypatch, tmp_path, value):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", value)
    assert default_uri(tmp_path) == f"sqlite:///{tmp_path / 'mlflow.db'}"


@pytest.mark.parametrize("uri", ["htp://server:5000", "mlruns", "file:///tmp/mlruns", "sqlite:///", ""])
def test_a_mistyped_address_says_what_to_write(uri):
    with pytest.raises(TrackingError, match=r"no tracking URI.*write sqlite:///FILE\.db"):
        check_kind(uri)


@pytest.mark.parametrize(
    "name", ["a b", "why?", "#1", "50%", "a%20b", "me@home", "it's", 'a "b"', "a\nb", ":memory:", "中"]
)
def test_a_home_of_any_name_has_its_store_inside(name, tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    uri = default_uri(tmp_path / name)
    assert database_file(uri) == tmp_path / name / "mlflow.db"
    assert make_url(uri).database == str(tmp_path / name / "mlflow.db")
    assert masked_address(uri) == uri


def test_the_browser_s_address_is_the_server_or_the_local_one():
    assert server_of("http://tracking.example:5000/") == "http://tracking.example:5000"
    assert server_of("sqlite:////tmp/mlflow.db") == "http://127.0.0.1:5000"


def test_an_address_is_checked_without_mlflow():
    """Its import takes seconds, and an address is checked before anything is trained."""
    program = "import sys, nnjax.tracking.address; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
