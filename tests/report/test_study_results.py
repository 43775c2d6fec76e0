"""What the chapters are made of."""

import re

import numpy as np

from nnjax.report.chapters.scores import cut_words
from nnjax.report.picture_words import convergence_words
from nnjax.report.setting import first_setting
from nnjax.sweep.space import level_text
from nnjax.tracking.study_sync import describe_sweep

MANY = """
question = "Which batch size?"
data = {name = "diabetes"}
replicates = {splits = 4}
studied = {batch_size = [8, 32], activation = ["relu", "tanh"]}
fixed = {depth = 2, epochs = 3}
"""

VALIDATION_RMSE = ("validation_rmse", "last_validation_rmse")

AUTO = """
question = "Does the initialiser matter?"
data = {name = "diabetes"}
replicates = {splits = 4}
studied = {initializer = ["auto", "he", "lecun"]}
fixed = {depth = 2, epochs = 3, activation = "tanh"}
"""


def test_the_interval_counts_validation_rows_as_training_rows(study_results):
    assert study_results.sizes.pair == (331, 111)
    assert study_results.sizes.full_batch == 265


def test_reference_runs_show_colour_and_panel_factor_at_the_reference_of_the_others(study_results):
    runs = study_results.reference_runs
    assert set(runs["batch_size"]) == {32}
    assert runs.groupby(["activation", "depth", "split"]).size().eq(1).all()


def test_the_nuisance_factor_was_chosen_on_validation_rows(study_results):
    candidates = study_results.results.groupby(["activation", "depth", "batch_size", "split"])["validation_score"].max()
    chosen = study_results.chosen.set_index(["activation", "depth", "batch_size", "split"])["validation_score"]
    assert np.array_equal(chosen.sort_index(), candidates.sort_index())


def test_the_baseline_is_indexed_by_split(study_results):
    assert study_results.baseline("mean").index.tolist() == [0, 1, 2, 3]


def test_a_network_without_hidden_layers_keeps_the_activation_that_the_study_wrote(classes):
    assert set(classes.results["activation"]) == {"logistic", "relu"}
    assert classes.layout.levels == {"activation": ("logistic", "relu"), "depth": (0, 2)}


def test_auto_stays_a_level_of_its_own_beside_what_it_stands_for(make_space, make_results, make_study_results):
    space = make_space(AUTO)
    results = make_study_results(space, make_results(space)).results
    assert results.groupby("initializer", sort=False).size().to_dict() == {"auto": 4, "he": 4, "lecun": 4}


def test_where_validation_rows_choose_thresholds_baselines_are_cut_by_theirs(
    make_space, make_results, make_study_results
):
    space = make_space('decision_threshold = "validation"' + MANY.replace("diabetes", "breast_cancer"))
    study_results = make_study_results(space, make_results(space).assign(decision_threshold=0.3))
    assert study_results.terms.judged.has_chosen_threshold and study_results.terms.label == "Accuracy"
    baselines = study_results.baselines
    assert np.allclose(baselines["test_score"], baselines["test_accuracy_cut_by_accuracy"].clip(lower=0.0))
    assert "class benign from that probability on at which accuracy is best" in cut_words(study_results)


def test_of_an_error_the_score_is_its_negative_and_the_target_stays_one_of_r2(
    make_space, make_results, make_study_results
):
    space = make_space('metric = "rmse"' + MANY.replace("epochs = 3", "epochs = 12"))
    results = make_results(space).assign(epochs_to_target=np.nan)
    squares = {name: 77 * np.sqrt(1 - results[name.replace("rmse", "r2")]) for name in VALIDATION_RMSE}
    study_results = make_study_results(space, results.assign(**squares))
    assert study_results.terms.test == "−test_rmse" and (study_results.baseline() < -10).all()
    assert np.allclose(study_results.results["test_score"], -results["test_rmse"])
    words = convergence_words(study_results, first_setting(study_results)).sentence
    advised = re.search(r"the median run’s best is (0\.\d+): a target_r2 of about that", words)
    assert advised and 0.05 < float(advised[1]) < 0.4


def test_predictions_are_those_of_the_cells_chosen(study_results, classes):
    assert study_results.predictions == {}
    chosen = [classes.best.cell_ids[index] for index in classes.best.selection.chosen]
    runs = classes.results.set_index("run_id").loc[list(classes.predictions)]
    assert runs.groupby("split")["cell_id"].unique().map(list).tolist() == [[cell] for cell in chosen]
    assert runs.groupby("split").size().eq(2).all(), "both seeds"


def test_report_and_mlflow_hold_the_other_factors_at_one_setting(space, results, study_results):
    setting = describe_sweep(space, results, None).setting
    layout = study_results.layout
    assert layout.reference == {"activation": "relu", "depth": 1, "batch_size": 32}
    assert {factor: level_text(level) for factor, level in layout.reference.items()}.items() <= setting.items()


def test_while_the_reference_is_not_trained_the_nearest_setting_stands_for_it(
    make_space, make_results, make_study_results
):
    space = make_space(MANY)
    results = make_results(space)
    results.loc[results["batch_size"] == 32, "status"] = "missing"
    layout = make_study_results(space, results).layout
    assert layout.reference == {"activation": "relu", "batch_size": 8}
    assert layout.levels["batch_size"] == (8, 32)
