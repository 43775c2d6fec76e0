"""How many threads a search trains on."""

import sys

from joblib import cpu_count
from joblib.parallel import get_active_backend


def count_threads(n_jobs: int | None) -> int:
    """The threads of this process that train, by joblib's rules, although no process is started.

    Args:
        n_jobs: As in scikit-learn: None means one, unless a `parallel_config` says another number; -1 means all
            cores, -2 all but one. In a worker of joblib or Dask it means one: its siblings have the other cores.

    Raises:
        ValueError: It is zero.
    """
    backend, configured = get_active_backend()
    wanted = next(each for each in (n_jobs, configured, 1) if each is not None)
    if wanted == 0:
        raise ValueError("n_jobs == 0 in VectorizedSearchCV has no meaning")
    if backend.nesting_level or _is_dask_worker():
        return 1
    return max(1, int(cpu_count()) + 1 + wanted) if wanted < 0 else wanted


def _is_dask_worker() -> bool:
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return False
    try:
        distributed.get_worker()
    except ValueError:
        return False
    return True
