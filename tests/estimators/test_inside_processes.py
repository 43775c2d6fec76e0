"""Other people's workers: joblib's threads and processes, Dask's, and a script that has no main guard."""

import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from fakes.inside import GRID, numbers, regressor, scores_of_a_search, search
from sklearn.model_selection import GridSearchCV, cross_val_score

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(autouse=True)
def _engine(engine_here):
    """The real engine, compiled quickly."""


def test_searches_in_threads_do_not_disturb_each_other():
    alone = scores_of_a_search()
    beside = joblib.Parallel(2, prefer="threads")(joblib.delayed(scores_of_a_search)(n_jobs) for n_jobs in (1, 2, 1))
    for each in beside:
        np.testing.assert_array_equal(each, alone)


@pytest.mark.slow
def test_scikit_learn_s_own_search_takes_ours_into_its_processes():
    found = GridSearchCV(regressor(), GRID, cv=5, n_jobs=2).fit(*numbers())
    np.testing.assert_allclose(found.cv_results_["mean_test_score"], scores_of_a_search(), rtol=1e-5)


@pytest.mark.slow
def test_a_search_inside_a_process_of_joblib_asks_for_no_processes_of_its_own():
    inside = joblib.Parallel(2, backend="loky")(joblib.delayed(scores_of_a_search)(n_jobs) for n_jobs in (1, 2))
    for each in inside:
        np.testing.assert_allclose(each, scores_of_a_search(), rtol=1e-6)


@pytest.mark.slow
def test_a_search_over_an_estimator_that_takes_processes_itself_is_cross_validated():
    scores = cross_val_score(search(regressor(), GRID), *numbers(), cv=5, n_jobs=2)
    np.testing.assert_allclose(scores, cross_val_score(search(regressor(), GRID), *numbers(), cv=5), rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("processes", [False, True], ids=["threads", "processes"])
def test_a_search_runs_inside_a_worker_of_dask(processes, tmp_path):
    from distributed import Client, LocalCluster

    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    with (
        LocalCluster(processes=processes, local_directory=str(tmp_path), **options) as cluster,
        Client(cluster) as client,
    ):
        inside = client.submit(scores_of_a_search, 2).result(timeout=60)
    np.testing.assert_allclose(inside, scores_of_a_search(), rtol=1e-6)


SCRIPT = """
import warnings

from fakes.inside import regressor, search, table

warnings.simplefilter("ignore")
x, y = table()
print("begins")
found = search(regressor(), {"alpha": [1e-4, 1.0], "activation": ["tanh", "relu"]}, n_jobs=2)
print(found.fit(x[["area", "rooms"]], y).best_params_)
"""


@pytest.mark.slow
def test_a_script_without_a_main_guard_runs_once(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    paths = [
        str(Path(__file__).parents[1]),
        str(Path(__file__).parents[2]),
        *os.environ["PYTHONPATH"].split(os.pathsep),
    ]
    words = [sys.executable, "-W", "ignore::sklearn.exceptions.ConvergenceWarning", str(tmp_path / "script.py")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(words, check=False, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "begins" and done.stdout.count("begins") == 1
    assert "alpha" in done.stdout.splitlines()[1]
