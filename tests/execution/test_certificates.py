"""Certificates that are not there, not readable or not of this cluster: one sentence each."""

import os
import ssl
from pathlib import Path

import dask.config
import pytest
from distributed import Security
from distributed.comm.core import CommClosedError
from fakes.certificates import make_certificates, variables

from nnjax.cli import main
from nnjax.execution.certificates import CERTIFICATE_REMEDY, check_certificates, describe_refusal
from nnjax.execution.executor import ExecutionError

ADDRESS = "tls://127.0.0.1:9"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates in a folder whose name needs quotes."""
    folder = tmp_path_factory.mktemp("certificates") / "our cluster's"
    made = make_certificates(folder)
    assert (made.returncode, made.stderr) == (0, "")
    return folder


def settings(folder: Path, **other: object) -> dask.config.set:
    """Dask's settings by the folder's `environment`; some of TLS otherwise."""
    names = {name.removeprefix("DASK_").lower().replace("__", "."): text for name, text in variables(folder).items()}
    changed = {f"distributed.comm.tls.{name}": value for name, value in other.items()}
    return dask.config.set(names | changed)


def told(place: str = ADDRESS) -> str:
    with pytest.raises(ExecutionError) as error:
        check_certificates(place)
    return str(error.value)


def test_the_folder_has_one_certificate_and_nothing_that_makes_another(folder):
    assert {path.name for path in folder.iterdir()} == {"ca.pem", "node.pem", "node.key", "environment"}
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}
    again = make_certificates(folder)
    assert (again.returncode, again.stderr) == (2, f"{folder} is there already: remove it, or say another folder\n")


def test_the_environment_is_all_that_scheduler_workers_and_head_need(folder):
    with settings(folder):
        check_certificates(ADDRESS)
        security = Security()
        contexts = [security.get_listen_args(role)["ssl_context"] for role in ("scheduler", "worker")]
    assert security.require_encryption
    assert all(context.verify_mode == ssl.CERT_REQUIRED for context in contexts)


def test_without_certificates_the_remedy_is_named_before_any_work(tmp_path, capsys):
    asked = ["--set", "kernels=xla", "--home", str(tmp_path), "--address", ADDRESS]
    assert main(["sweep", "experiments/quick.toml", *asked]) == 2
    assert capsys.readouterr().err == (
        f"{ADDRESS} asks for a certificate, and Dask has no distributed.comm.tls.ca-file and no "
        f"distributed.comm.tls.client.cert; {CERTIFICATE_REMEDY}; nothing trained is lost\n"
    )
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_schedulers_file_is_read_for_its_address(tmp_path):
    file = tmp_path / "scheduler.json"
    file.write_text(f'{{"address": "{ADDRESS}"}}')
    assert told(str(file)) == told(ADDRESS)


def test_a_certificate_that_is_not_there_is_named(folder):
    with settings(folder, **{"client.cert": "gone.pem"}):
        assert told() == f"distributed.comm.tls.client.cert: gone.pem: no such file; {CERTIFICATE_REMEDY}"


def test_a_key_of_another_certificate(folder, tmp_path):
    make_certificates(tmp_path / "other")
    key = tmp_path / "other" / "node.key"
    with settings(folder, **{"client.key": str(key)}):
        assert told().endswith(f"{key}: no certificates with their key (key values mismatch); {CERTIFICATE_REMEDY}")


def test_a_file_that_is_no_certificate(folder, tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    with settings(folder, ca_file=str(tmp_path / "ca.pem")):
        assert "no certificates with their key (" in told() and told().endswith(CERTIFICATE_REMEDY)


def test_nothing_goes_in_the_clear_by_mistake(folder):
    with settings(folder):
        assert told("tcp://head:8786").startswith(
            "tcp://head:8786 is not encrypted, and Dask's settings here require it"
        )
    check_certificates("tcp://head:8786")


def test_other_failures_are_not_of_certificates():
    assert describe_refusal(ADDRESS, OSError("timed out")) is None
    assert "write tls://" in (describe_refusal("tcp://head:8786", CommClosedError("closed")) or "")


def test_what_openssl_did_not_finish_is_taken_away_and_its_reason_is_said(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    broken = tmp_path / "bin" / "openssl"
    broken.write_text("#!/bin/sh\necho no entropy >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{os.environ['PATH']}")
    made = make_certificates(tmp_path / "certificates")
    assert (made.returncode, made.stderr) == (1, "no entropy\n")
    assert not (tmp_path / "certificates").exists()
