"""What makes a model's folder one that MLflow loads as it lies there: `MLmodel`, and what a server installs."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from mlflow.models import Model as MlflowModel

from nnjax.tracking.models import LOADER, SERVED_WITH
from nnjax.tracking.served import signature_of

WHEN_NOBODY_ASKS = "1970-01-01 00:00:00"
"""The same model is the same bytes, whenever it was made."""


def mlflow_files(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Name -> content of what MLflow wants beside a model's own files; the same for the same document and versions."""
    described = MlflowModel(
        signature=signature_of(document), model_uuid=document["model_id"][:32], utc_time_created=WHEN_NOBODY_ASKS
    )
    described.add_flavor(
        "python_function",
        loader_module=LOADER,
        code=".",
        python_version=platform.python_version(),
        env={"virtualenv": "python_env.yaml"},
    )
    needed = "".join(f"{package}=={version(package)}\n" for package in SERVED_WITH)
    installed = f"python: {platform.python_version()}\ndependencies:\n- -r requirements.txt\n"
    files = {"MLmodel": described.to_yaml(), "requirements.txt": needed, "python_env.yaml": installed}
    return {name: text.encode() for name, text in files.items()}
