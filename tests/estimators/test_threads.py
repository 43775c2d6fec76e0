import pytest
from joblib import Parallel, cpu_count, delayed, parallel_config

from nnjax.estimators.threads import count_threads


@pytest.mark.parametrize(("n_jobs", "expected"), [(None, 1), (1, 1), (3, 3), (-1, cpu_count()), (-1000, 1)])
def test_threads_are_counted_as_joblib_counts_jobs(n_jobs, expected):
    assert count_threads(n_jobs) == expected


def test_zero_threads_are_refused():
    with pytest.raises(ValueError, match="n_jobs == 0"):
        count_threads(0)


def test_a_configuration_fills_in_what_is_not_said():
    with parallel_config(n_jobs=3):
        assert (count_threads(None), count_threads(2)) == (3, 2)


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
def test_in_a_worker_one_thread_trains(backend):
    both = Parallel(n_jobs=2, backend=backend)(delayed(count_threads)(n_jobs) for n_jobs in (-1, 4))
    assert both == [1, 1]


def test_in_a_worker_of_dask_one_thread_trains():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert client.submit(count_threads, 4).result() == 1
    assert count_threads(4) == 4
