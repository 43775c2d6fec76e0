import pwd
from pathlib import Path

import pytest

from nnjax.tracking.environment import quieten_mlflow, server_environment


def test_a_person_s_own_setting_wins():
    environ = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "9"}
    quieten_mlflow(environ)
    assert environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "9"


def test_telemetry_is_off_by_the_word_mlflow_understands():
    environ: dict[str, str] = {}
    quieten_mlflow(environ)
    assert environ["DO_NOT_TRACK"] == environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_server_starts_no_job_workers_and_the_environment_stays_as_it_was():
    environ: dict[str, str] = {}
    assert server_environment(environ)["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] == "false"
    assert "MLFLOW_SERVER_ENABLE_JOB_EXECUTION" not in environ


def test_where_nobody_has_a_home_folder_mlflow_gets_one_and_elsewhere_the_person_s_stays(monkeypatch):
    environ = {"HOME": "/somewhere"}
    quieten_mlflow(environ)
    assert environ["HOME"] == "/somewhere"

    def nobody(number):
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.delenv("HOME")
    with pytest.raises(RuntimeError):
        Path.home()
    quieten_mlflow()
    assert Path.home().is_dir()


def test_importing_the_room_has_set_the_variables_before_mlflow_was_imported():
    import mlflow.telemetry.utils

    assert mlflow.telemetry.utils.is_telemetry_disabled()


def test_no_value_is_cut_whatever_a_person_has_set():
    environ = {"MLFLOW_TRUNCATE_LONG_VALUES": "true"}
    quieten_mlflow(environ)
    assert environ["MLFLOW_TRUNCATE_LONG_VALUES"] == "false"
