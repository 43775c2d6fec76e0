"""MLflow's page as `nnjax ui` serves it: in a browser where nobody has chosen anything yet, it begins at our runs.

MLflow keeps such choices in the browser, and its server has no switch for them. Left alone it begins with its pages for
language models, which take every run for an evaluation, opens an assistant over a quarter of the page, and tells of
usage data even where the server lets none be collected.
"""

import json
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import mlflow

from nnjax.tracking.views import TESTED_VERSIONS

PAGE_APP = "nnjax"
"""Name by which `mlflow server --app-name` finds `create_app`; pyproject.toml says so."""


def page_options() -> list[str]:
    """Options that make MLflow's server serve this page: none for an untested MLflow, or where we are not installed."""
    is_installed = any(each.name == PAGE_APP for each in entry_points(group="mlflow.app"))
    return ["--app-name", PAGE_APP] if is_installed and mlflow.__version__ in TESTED_VERSIONS else []


def first_choices() -> dict[str, Any]:
    """What the browser keeps -> what it begins with; the banner is closed only where no usage data are collected."""
    from mlflow.telemetry.utils import is_telemetry_disabled

    return {
        "mlflow.workflowType_v1": "machine_learning",
        "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": True,
        "mlflow.telemetry.info.alert.dismissed_v1": is_telemetry_disabled(),
    }


def with_choices(page: str, choices: Mapping[str, Any]) -> str:
    """The page with a script before MLflow's own; it leaves alone what a person has chosen.

    >>> with_choices("<head><title>", {"mlflow.workflowType_v1": "machine_learning"})[:53]
    '<head><script>for (const [key, value] of Object.entri'
    """
    kept = json.dumps({key: json.dumps(value) for key, value in choices.items()})
    script = f"for (const [key, value] of Object.entries({kept})) localStorage[key] ??= value"
    return page.replace("<head>", f"<head><script>{script}</script>", 1)


def create_app() -> Any:
    """MLflow's own server application, its page aside."""
    from mlflow.server import app as pages
    from mlflow.server.fastapi_app import app

    page = with_choices(Path(str(pages.static_folder), "index.html").read_text("utf-8"), first_choices())
    pages.view_functions["serve"] = lambda: page
    return app
