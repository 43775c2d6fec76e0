"""What MLflow is told, under which names, and the idempotent sync that tells it."""

from nnjax.tracking.environment import quieten_mlflow

quieten_mlflow()  # MLflow reads these variables while it is imported, so they are set before any module here can do so
