"""MLflow's own way with scikit-learn, taken with our estimators: what autologging notices, a model kept by skops."""

import os

import mlflow
import numpy as np
import pytest
from fakes.inside import classifier, labels, numbers, regressor, search
from mlflow.tracking import MlflowClient
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore::FutureWarning",
    "ignore::UserWarning",
    "ignore::ResourceWarning",
)


@pytest.fixture(autouse=True)
def _engine(engine_here):
    """The real engine, compiled quickly."""


@pytest.fixture
def client(destination, tmp_path, monkeypatch):
    """A store of its own; where the runs of a person go, and their files."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", destination.uri)
    client = MlflowClient(destination.uri)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", client.create_experiment("flats", tmp_path.as_uri()))
    return client


@pytest.fixture
def runs(client):
    """How autologging is switched on; the runs that it has left."""
    mlflow.sklearn.autolog(log_models=False, silent=True)
    yield lambda: client.search_runs([os.environ["MLFLOW_EXPERIMENT_ID"]])
    mlflow.sklearn.autolog(disable=True, silent=True)


def test_a_pipeline_that_ends_in_ours_is_one_run_with_our_parameters(runs):
    x, y = numbers()
    make_pipeline(StandardScaler(), regressor(alpha=0.5)).fit(x, y)
    (run,) = runs()
    assert run.data.params["mlpregressor__alpha"] == "0.5" and run.info.status == "FINISHED"
    assert "training_r2_score" in run.data.metrics


def test_a_search_leaves_no_run_of_its_fits_beside_what_the_person_fitted(runs):
    x, y = numbers()
    pipeline = make_pipeline(StandardScaler(), regressor())
    found = search(pipeline, {"mlpregressor__alpha": [1e-4, 1.0]}).fit(x, y)
    assert runs() == []
    make_pipeline(StandardScaler(), found).fit(x, y)
    (run,) = [each for each in runs() if "mlflow.parentRunId" not in each.data.tags]
    assert run.info.status == "FINISHED" and "training_score" in run.data.metrics


def untrusted(estimator):
    import skops.io

    return skops.io.get_untrusted_types(data=skops.io.dumps(estimator))


@pytest.mark.parametrize("make", [regressor, classifier])
def test_a_model_is_kept_by_skops_and_asks_to_trust_our_class_alone(make, client):
    x, y = numbers()
    target = y if make is regressor else labels(y)
    fitted = make_pipeline(StandardScaler(), make()).fit(x, target)
    name = type(fitted[-1]).__name__
    asked = untrusted(fitted)
    assert asked == [f"nnjax.estimators.{name.removeprefix('MLP').lower()}.{name}"]
    with mlflow.start_run():
        told = mlflow.sklearn.log_model(fitted, name="flats", skops_trusted_types=asked, pip_requirements=[])
    kept = mlflow.sklearn.load_model(told.model_uri)
    np.testing.assert_array_equal(kept.predict(x), fitted.predict(x))
    np.testing.assert_array_equal(mlflow.pyfunc.load_model(told.model_uri).predict(x), fitted.predict(x))
    assert kept[-1].loss_curve_ == fitted[-1].loss_curve_


@pytest.mark.slow
def test_the_best_estimator_of_a_search_is_such_a_model_too(client):
    x, y = numbers()
    found = search(make_pipeline(StandardScaler(), regressor()), {"mlpregressor__alpha": [1e-4, 1.0]}).fit(x, y)
    best = found.best_estimator_
    with mlflow.start_run():
        told = mlflow.sklearn.log_model(best, name="best", skops_trusted_types=untrusted(best), input_example=x[:2])
        mlflow.log_metric("mean_test_score", found.best_score_)
    np.testing.assert_array_equal(mlflow.sklearn.load_model(told.model_uri).predict(x), found.predict(x))
