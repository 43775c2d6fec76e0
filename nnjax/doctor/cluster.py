"""A Dask scheduler and its workers: whether they answer, and are of the head's versions."""

from collections.abc import Iterator
from functools import partial

from nnjax.doctor.symptom import Symptom
from nnjax.execution.choice import make_executor
from nnjax.execution.executor import Cluster, ExecutionError
from nnjax.sweep.worker import check_versions, decisive_versions


def examine_cluster(address: str) -> Iterator[Symptom]:
    """Ask every worker for its versions.

    Args:
        address: Of the scheduler.
    """
    try:
        executor = make_executor("dask", 1, partial(check_versions, decisive_versions()), Cluster(address))
    except ExecutionError as error:
        problem, _, remedy = str(error).partition("; ")
        yield Symptom("Cluster", problem, remedy or "start the worker anew with the head's lock")
        return
    workers = executor.workers
    executor.close()
    lacking = f"start some: dask worker {address} --nthreads 1" if not workers else ""
    yield Symptom("Cluster", f"{address}, {workers:,} workers, of the same versions as the head", lacking)
