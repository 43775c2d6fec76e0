"""Executors by name."""

from nnjax.execution.executor import Cluster, ExecutionError, Executor, WorkerSetup
from nnjax.execution.slots import ProcessExecutor, SerialExecutor, ThreadExecutor

EXECUTORS = ("processes", "threads", "serial", "dask")
"""Names that `make_executor` and the command line know."""


def make_executor(
    name: str, workers: int, initializer: WorkerSetup | None = None, cluster: Cluster | None = None
) -> Executor:
    """An executor by its name; serial ignores the number of workers, and so does dask where it is given a cluster.

    Raises:
        ValueError: If the name is unknown, there is no worker, or something else than dask is given a cluster.
        ExecutionError: If dask is not installed, or its scheduler does not answer.
    """
    if workers < 1:
        raise ValueError(f"a sweep needs at least one worker, not {workers}")
    if cluster is not None and name != "dask":
        raise ValueError(f"the executor {name} runs on this machine: it has no use for {cluster.address}")
    if name == "processes":
        return ProcessExecutor(workers, initializer)
    if name == "threads":
        return ThreadExecutor(workers, initializer)
    if name == "serial":
        return SerialExecutor(initializer)
    if name == "dask":
        return _dask_executor(workers, initializer, cluster)
    raise ValueError(f"unknown executor {name!r}; there are {', '.join(EXECUTORS)}")


def _dask_executor(workers: int, initializer: WorkerSetup | None, cluster: Cluster | None) -> Executor:
    try:
        from nnjax.execution.dask_cluster import DaskExecutor
    except ModuleNotFoundError as error:
        raise ExecutionError(f"the executor dask needs the package {error.name}: pip install 'nnjax[dask]'") from None
    return DaskExecutor(workers, initializer, cluster)
