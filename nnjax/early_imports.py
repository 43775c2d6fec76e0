"""Early imports: what follows the training is imported while other processes train."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

WITH_WORKER_PROCESSES = ("processes", "dask")
"""Executors that train in other processes, which leaves this one time."""

FOR_TRACKING = ("nnjax.tracking.study_sync",)
FOR_MLFLOW = ("mlflow.tracking", "mlflow.store.tracking.sqlalchemy_store")
FOR_REPORT = ("nnjax.report.write",)
"""Modules that take seconds to import, and are not needed before something is trained."""


@contextmanager
def importing_early(executor: str, tracking_uri: str | None, is_reported: bool) -> Iterator[None]:
    """Import what follows the training while other processes train and this one waits: it takes seconds.

    What cannot be imported is told where it is needed.
    """
    is_over = threading.Event()

    def get_ready() -> None:
        for name in _modules(tracking_uri, is_reported):
            if not is_over.is_set():
                with suppress(Exception):
                    import_module(name)

    thread = threading.Thread(target=get_ready, name="getting ready")
    if executor in WITH_WORKER_PROCESSES:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        if thread.ident is not None:
            thread.join()


def _modules(tracking_uri: str | None, is_reported: bool) -> Iterator[str]:
    if tracking_uri is not None:
        yield from FOR_TRACKING
        from nnjax.tracking.new_database import needs_mlflow  # here: pandas has been imported by now

        if needs_mlflow(tracking_uri):
            yield from FOR_MLFLOW
    if is_reported:
        yield from FOR_REPORT
