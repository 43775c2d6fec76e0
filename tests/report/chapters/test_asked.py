"""What was asked and run."""

import numpy as np

from nnjax.report.chapters.asked import account_table, asked_chapter, factors_table
from nnjax.tracking.study_sync import describe_sweep

HELD = """
question = "Which batch size?"
data = {name = "diabetes"}
replicates = {splits = 4}
studied = {batch_size = [8, 32], activation = ["relu", "tanh"]}
fixed = {depth = 2, epochs = 3}
"""


def test_the_page_says_that_report_and_mlflow_hold_one_reference_only_where_they_do(
    make_space, make_results, make_study_results, words_of
):
    space = make_space(HELD)
    results = make_results(space)
    words = words_of(asked_chapter(make_study_results(space, results)))
    assert "MLflow's prepared views hold the same one." in words

    lost = (results["batch_size"] == 32) & (results["activation"] == "relu")
    numbers = results.columns[results.columns.get_loc("best_epoch") : results.columns.get_loc("n_parameters")]
    results[numbers] = results[numbers].astype(float)
    results.loc[lost, numbers] = np.nan
    results.loc[lost, "status"] = "diverged"
    study_results = make_study_results(space, results)
    words = words_of(asked_chapter(study_results))
    assert study_results.layout.reference == {"activation": "relu", "batch_size": 8}
    assert describe_sweep(space, results, None).setting == {"batch_size": "32", "activation": "relu"}
    assert "hold the same one" not in words
    assert "The nearest of all, relu b32, has none; MLflow's prepared views hold that one." in words


def test_the_lines_of_each_factor_sum_to_all_runs(study_results):
    table = account_table(study_results.results, study_results.layout).set_index("factor")
    total = table.loc["all"]
    for factor in study_results.layout.levels:
        assert (table.loc[factor, ["planned", "finished", "diverged", "missing"]].sum() == total[1:]).all()
    assert total["planned"] == total["finished"] + total["diverged"] + total["missing"]


def test_every_factor_has_its_role_and_levels(study_results):
    table = factors_table(study_results).set_index("factor")
    assert table.loc["batch_size", "levels"] == "32, full"
    assert table.loc["batch_size", "reference"] == "32"
    assert table.loc[["activation", "l2", "width"], "role"].tolist() == ["studied", "nuisance", "fixed"]


def test_lost_runs_are_listed_by_identity(study_results):
    rows = asked_chapter(study_results).tables["lost"].frame
    assert rows["status"].tolist() == ["diverged", "missing"]
    assert set(rows["run_id"]) == set(
        study_results.results.loc[study_results.results["status"] != "finished", "run_id"]
    )


def test_a_study_of_the_lecture_opens_like_a_paper(classes):
    facts = asked_chapter(classes).facts
    assert facts["study"].lecture == "Deeper networks tell classes apart better."
    assert facts["study"].confirms.startswith("Depth 2 beats") and facts["study"].refutes.startswith("Depth 2 has no")
    assert facts["classes"] == "setosa (50 rows), versicolor (50) and virginica (50)"


def test_any_other_study_says_nothing_of_a_lecture(study_results, written, written_classes):
    assert asked_chapter(study_results).facts["study"].lecture == ""
    assert "<blockquote>" not in written.read_text() and "<blockquote>" in written_classes.read_text()


def test_factors_at_their_default_are_folded_away_and_no_factor_is_lost(study_results):
    tables = asked_chapter(study_results).tables
    told, rest = (set(tables[name].frame["factor"]) for name in ("factors", "defaults"))
    assert {"activation", "l2", "width", "epochs", "optimizer"} <= told and "momentum" in rest
    assert told | rest == set(factors_table(study_results)["factor"]) and not told & rest
