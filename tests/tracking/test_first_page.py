"""What a new browser begins with; that it does is seen in `test_browser.py`."""

from importlib.metadata import EntryPoint

import pytest

from nnjax.tracking import first_page
from nnjax.tracking.first_page import create_app, first_choices, page_options

HERE = EntryPoint("nnjax", "nnjax.tracking.first_page:create_app", "mlflow.app")


@pytest.mark.parametrize(
    ("installed", "version", "options"),
    [
        ([HERE], first_page.TESTED_VERSIONS[-1], ["--app-name", "nnjax"]),
        ([HERE], "3.99.0", []),
        ([], first_page.TESTED_VERSIONS[-1], []),
    ],
)
def test_where_it_is_not_certain_to_work_mlflow_s_own_page_is_served(installed, version, options, monkeypatch):
    monkeypatch.setattr(first_page, "entry_points", lambda group: installed)
    monkeypatch.setattr("mlflow.__version__", version)
    assert page_options() == options


def test_mlflow_finds_the_app_under_the_name_that_is_said():
    assert HERE.load() is create_app


@pytest.mark.parametrize("is_disabled", [True, False])
def test_the_banner_about_usage_data_is_closed_only_where_none_is_collected(is_disabled, monkeypatch):
    monkeypatch.setattr("mlflow.telemetry.utils.is_telemetry_disabled", lambda: is_disabled)
    assert first_choices()["mlflow.telemetry.info.alert.dismissed_v1"] == is_disabled
