"""The key `metric` of a study: what it may say, what follows from it, what does not."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from fakes.followed import STUDY as VISITS
from fakes.followed import visits_study, write_visits
from fakes.studies import SMALL, write_small
from sklearn.metrics import log_loss, root_mean_squared_error

from nnjax.data.splits import Split
from nnjax.data.tables import load_table
from nnjax.sweep.space import expand
from nnjax.sweep.study.errors import StudyError
from nnjax.sweep.study.judged import check_metric, judged_by
from nnjax.sweep.study.study import load_study

CLAIM = """
[[claims]]
name = "deeper"
sentence = "Two layers beat one."
kind = "beats"
a = {depth = 2}
b = {depth = 1}
at = {activation = "relu"}
margin = 0.5
"""


def study_of(tmp_path, metric, data="diabetes", more=""):
    path = write_small(tmp_path)
    text = SMALL.replace('[data]\nname = "diabetes"', f'metric = "{metric}"\n[data]\nname = "{data}"')
    path.write_text(text.replace("[fixed]", '[fixed]\noptimizer = "adam"\ninitializer = "he"\nl2 = 0.0') + more)
    return load_study(path)


def test_runs_are_the_same_ones_and_a_claim_is_about_it(tmp_path):
    study = study_of(tmp_path, "rmse", more=CLAIM)
    assert study.judged.measure.name == "rmse" and study.claims[0].metric == "test_rmse"
    usual = study_of(tmp_path, "r2", more=CLAIM.replace("margin = 0.5", 'metric = "test_rmse"\nmargin = 0.5'))
    assert usual.metric == "" and usual.chosen_by == ""
    assert [run.run_id for run in expand(study).runs] == [run.run_id for run in expand(usual).runs]
    assert study.digest() != usual.digest()
    named = study_of(tmp_path, "mae", more=CLAIM + 'metric = "test_r2"\n')
    assert named.claims[0].metric == "test_r2"


@pytest.mark.parametrize(
    ("metric", "data", "words"),
    [
        ("average_precision", "diabetes", "is for regression, which has no average_precision"),
        ("rmse", "iris", "is for classification, which has no rmse"),
        ("pinball_loss", "diabetes", "baselines predict no quantile"),
        ("precision", "iris", "unknown measure"),
    ],
)
def test_what_it_cannot_say_is_refused_with_key_value_and_remedy(tmp_path, metric, data, words):
    with pytest.raises(StudyError) as error:
        study_of(tmp_path, metric, data)
    assert words in str(error.value) and f"metric = '{metric}'" in str(error.value)


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision"])
def test_a_measure_of_every_class_is_refused_where_rows_of_a_split_lack_one(tmp_path, metric):
    head, *visits = write_visits(tmp_path).read_text().splitlines()
    kinds = ["ab"[n % 2] if line.split(",")[2] == "0" else "abc"[n % 3] for n, line in enumerate(visits)]
    rows = [f"{head},kind", *(f"{line},{kind}" for line, kind in zip(visits, kinds, strict=True))]
    (tmp_path / "visits.csv").write_text("\n".join(rows) + "\n")
    text = VISITS.replace('"score"', '"kind"').partition("[[claims]]")[0]
    assert visits_study(tmp_path, "predefined", text=f'metric = "f1"\n{text}').judged.measure.name == "f1"
    with pytest.raises(StudyError) as error:
        visits_study(tmp_path, "predefined", text=f'metric = "{metric}"\n{text}')
    said = f"metric = '{metric}': does not exist for the test rows of fold '0', which have none of class 'c'; write"
    assert said in str(error.value)


def test_validation_rows_need_every_class_too():
    labels, rows = np.array([0, 1, 2, 0, 1, 2, 0, 1]), partial(np.array, dtype=np.int32)
    table = SimpleNamespace(task="classification", class_names=("a", "b", "c"), labels=labels, arrangement=None)
    source = SimpleNamespace(title="visits")
    draft = SimpleNamespace(
        file=SimpleNamespace(metric="roc_auc", decision_threshold=0.5, data=source),
        table=table,
        replicates=SimpleNamespace(splitter=None),
        splits=(Split(train=rows([0, 1, 2]), validation=rows([6, 7]), test=rows([3, 4, 5]), digest=""),),
    )
    [fault] = check_metric(draft)
    assert "the validation rows of split 1, which have none of class 'c'" in str(fault)


PINBALL = CLAIM + 'metric = "test_pinball_loss"\n'


def test_a_claim_on_a_loss_that_nothing_trains_by_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"test_pinball_loss'?: measured only .* write loss = \"?'?quantile"):
        study_of(tmp_path, "r2", more=PINBALL)
    poisson = PINBALL.replace("pinball_loss", "poisson_deviance")
    with pytest.raises(StudyError, match="train a cell by the loss poisson"):
        study_of(tmp_path, "r2", more=poisson)
    assert study_of(tmp_path, "poisson_deviance", more=poisson).claims


def test_the_worst_of_an_error_is_twice_that_of_a_constant():
    table = load_table("diabetes")
    said = np.full_like(table.target, table.target.mean())
    assert judged_by("rmse", table).worst == pytest.approx(2 * root_mean_squared_error(table.target, said))
    classes = load_table("iris")
    shares = np.full((len(classes.target), 3), 1 / 3)
    assert judged_by("log_loss", classes).worst == pytest.approx(2 * log_loss(classes.labels, shares))
    assert judged_by("brier", classes).worst == 2.0 and judged_by("brier", load_table("breast_cancer")).worst == 1.0
    assert judged_by("matthews", classes).worst == -1.0
