"""The revisions of a store."""

import sqlite3
from contextlib import closing

from nnjax.tracking.preflight import check_store
from nnjax.tracking.revisions import newest_revision


def test_the_installed_mlflow_s_own_tables_are_fine(destination):
    check_store(destination.uri)
    with closing(sqlite3.connect(destination.home / "mlflow.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (newest_revision(),)
