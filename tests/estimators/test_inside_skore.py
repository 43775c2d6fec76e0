"""skore's reports take our estimators, and say what scikit-learn says of them."""

import numpy as np
import pytest
from fakes.inside import by_columns, classifier, labels, regressor, table
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def _engine(engine_here):
    """The real engine."""


def test_a_report_says_what_cross_validation_says():
    skore = pytest.importorskip("skore")
    x, y = table()
    model = make_pipeline(by_columns(), regressor())
    found = skore.evaluate(model, x, y, splitter=5).metrics.summarize().frame()
    expected = cross_validate(model, x, y, cv=5)["test_score"]
    np.testing.assert_allclose(found.loc["r2"], [expected.mean(), expected.std(ddof=1)], rtol=1e-5)


def test_a_report_on_whole_groups_takes_the_list_of_splits():
    skore = pytest.importorskip("skore")
    x, y = table()
    splits = list(GroupKFold(5).split(x, y, groups=np.arange(100) % 10))
    model = make_pipeline(by_columns(), regressor())
    report = skore.evaluate(model, x, y, splitter=splits)
    expected = cross_validate(model, x, y, cv=splits)["test_score"]
    seen = [each.metrics.summarize().frame().loc["r2"] for each in report.reports_]
    np.testing.assert_allclose(np.ravel(seen), expected, rtol=1e-5)


def test_reports_of_two_networks_are_compared():
    skore = pytest.importorskip("skore")
    x, y = table()
    given = {"max_iter": 100, "learning_rate_init": 0.03}
    models = {name: make_pipeline(by_columns(), classifier(activation=name, **given)) for name in ("relu", "tanh")}
    found = skore.evaluate(models, x, labels(y), splitter=0.2).metrics.summarize().frame()
    assert found.shape[1] == 2 and (found.loc["accuracy"] > 0.6).all()
