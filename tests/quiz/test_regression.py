import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

from nnjax.data.tables import load_table
from nnjax.quiz.regression import quiz_space, student_split
from nnjax.report.baselines import PENALTIES, baseline_scores


def test_the_students_split_is_scikit_learns_and_leaves_no_row_out():
    table = load_table("diabetes")
    split = student_split(table, 265)
    x, y = load_diabetes(return_X_y=True, scaled=False)
    _, _, _, y_test = train_test_split(x, y, test_size=0.25, random_state=0)
    assert sorted(table.target[split.test, 0]) == sorted(y_test)
    assert (len(split.train), len(split.validation), len(split.test)) == (265, 66, 111)
    assert sorted(np.concatenate([split.train, split.validation, split.test])) == list(range(442))


def test_ridge_is_the_best_of_the_path_on_validation_rows():
    table = load_table("diabetes")
    split = student_split(table, 265)
    x, y = table.features, table.target[:, 0]
    mean, scale = x[split.train].mean(axis=0), x[split.train].std(axis=0)
    z = (x - mean) / scale
    models = [Ridge(alpha=penalty).fit(z[split.train], y[split.train]) for penalty in PENALTIES]
    best = max(models, key=lambda model: model.score(z[split.validation], y[split.validation]))
    ours = baseline_scores(table, [split], ["ridge"])["test_r2"][0]
    assert abs(ours - best.score(z[split.test], y[split.test])) < 1e-5


def test_the_study_shares_its_runs_with_the_shipped_one():
    from nnjax.sweep.space import expand
    from nnjax.sweep.study.study import load_study

    shipped = {run.run_id for run in expand(load_study("experiments/diabetes.toml")).runs}
    assert {run.run_id for run in quiz_space().runs} <= shipped
