"""With MLflow's autologging on, a person's experiments hold what the person has fitted, and nothing of ours."""

from collections.abc import Callable, Iterator

import mlflow
import numpy as np
import pytest
from mlflow.tracking import MlflowClient
from sklearn.linear_model import Ridge

from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.tables import TableSource, _read, load_table
from nnjax.report.baselines import BASELINES, baseline_scores
from nnjax.tracking.sync import Destination

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning", "ignore::ResourceWarning")


def autolog_scikit_learn() -> None:
    """Only the one for scikit-learn, with what a person may set."""
    mlflow.sklearn.autolog(log_models=False, silent=True)


def autolog_everything() -> None:
    """All of them."""
    mlflow.autolog(log_models=False, silent=True)


@pytest.fixture(params=[autolog_scikit_learn, autolog_everything])
def logged(
    request: pytest.FixtureRequest, destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], int]]:
    """How many runs a person's experiment has, whose fits are logged."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", destination.uri)
    request.param()
    yield lambda: len(MlflowClient(destination.uri).search_runs(["0"]))
    mlflow.autolog(disable=True, silent=True)


@pytest.mark.parametrize("name", ["linnerud", "iris"])
def test_baselines_leave_no_run_and_the_person_s_own_fit_leaves_one(name: str, logged: Callable[[], int]) -> None:
    table = load_table(name)
    splits = make_splits(len(table.target), SplitPlan("shuffle_split", 1, 0.25, 0.2, 5), table.labels)
    scores = baseline_scores(table, splits)
    assert list(scores["model"]) == list(BASELINES[table.task])
    _read.__wrapped__(TableSource("iris", polynomial_degree=2))
    assert logged() == 0
    Ridge().fit(np.eye(4), np.arange(4.0))
    assert logged() == 1
