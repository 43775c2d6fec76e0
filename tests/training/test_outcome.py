"""Arrays of a run to the journal's columns; the arrays are made up, no program is compiled."""

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score

from nnjax.training.diagnostics import EpochRecord
from nnjax.training.loop import Network, Trained
from nnjax.training.outcome import describe_run

LINES, LAYERS = 4, 2


def read_only(shape):
    """Ones that nobody may write to, as jax hands them out."""
    return np.broadcast_to(np.float32(1), shape)


def made_up(validation_loss=(4.0, 3.0, 1.0, 2.0), outputs=1, prediction=None, layers=LAYERS, **history):
    """What a training of three epochs might return."""
    line = read_only(LINES)
    layered = {
        name: read_only((LINES, layers))
        for name in EpochRecord._fields
        if name.startswith(("grad", "pre", "weight", "update", "unit"))
    }
    record = EpochRecord(train_loss=line, validation_loss=np.float32(validation_loss), **layered)
    zeros = np.zeros((111, outputs), dtype=np.float32)
    prediction = zeros if prediction is None else prediction
    of_validation = np.full((67, outputs), 0.5, dtype=np.float32)
    return Trained(
        record._replace(**history),
        prediction,
        zeros,
        of_validation,
        0 * of_validation,
        Network((), ()),
        Network((), ()),
    )


def with_targets(split, **targets):
    return split._replace(**{name: np.float32(values) for name, values in targets.items()})


def test_the_best_epoch_is_chosen_by_validation_loss_and_never_epoch_zero(bucket, scaled):
    outcome = describe_run("a", 1, bucket(epochs=3), scaled[0], made_up(validation_loss=(0.5, 3.0, 1.0, 2.0)))
    assert (outcome["status"], outcome["best_epoch"], outcome["diverged_epoch"]) == ("finished", 2, -1)
    assert outcome["validation_r2"] == outcome["fit_validation_r2"][2]
    assert outcome["last_validation_r2"] == outcome["fit_validation_r2"][3]


def test_r2_of_one_output_is_one_less_twice_the_loss_over_the_variance(bucket, scaled):
    outcome = describe_run("a", 1, bucket(epochs=3), scaled[0], made_up())
    for part, loss in (("train", 1.0), ("validation", 4.0)):
        spread = np.var(np.float64(getattr(scaled[0], f"y_{part}")))
        assert outcome[f"fit_{part}_r2"][0] == pytest.approx(1 - 2 * loss / spread, rel=1e-5)


def test_a_loss_that_is_no_squared_error_leaves_r2_to_the_tally(bucket, scaled):
    errors = np.full((LINES, 1), 0.5, dtype=np.float32)
    made = made_up(train_tally=errors, validation_tally=errors)
    outcome = describe_run("a", 1, bucket(epochs=3, loss="huber"), scaled[0], made)
    for part in ("train", "validation"):
        spread = np.var(np.float64(getattr(scaled[0], f"y_{part}")))
        assert outcome[f"fit_{part}_r2"][0] == pytest.approx(1 - 0.5 / spread, rel=1e-5)
    assert bucket(loss="huber").tallies and not bucket().tallies


def test_r2_of_a_constant_target_is_one_where_it_is_met_and_zero_elsewhere(bucket, scaled):
    constant = with_targets(scaled[0], y_validation=np.full((67, 1), 0.1), y_test=np.ones((111, 1)))
    constant = constant._replace(y_mean=np.zeros(1), y_scale=np.ones(1))
    outcome = describe_run("a", 1, bucket(epochs=3), constant, made_up(validation_loss=(1.0, 0.5, 0.0, 0.2)))
    assert outcome["fit_validation_r2"].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert outcome["test_r2"] == 0.0


@pytest.mark.parametrize("layers", [0, 1, LAYERS])
def test_shares_of_a_diverged_run_end_where_it_diverged(bucket, scaled, layers):
    losses = (4.0, 3.0, np.inf, np.nan)
    outcome = describe_run("a", 1, bucket(epochs=3), scaled[0], made_up(validation_loss=losses, layers=layers))
    assert (outcome["status"], outcome["diverged_epoch"], outcome["best_epoch"]) == ("diverged", 2, -1)
    for name in ("unit_dead", "unit_saturated"):
        assert np.isnan(outcome[name]).tolist() == [[False, False, True, True]] * layers
    assert np.isnan([outcome[name] for name in ("test_r2", "last_test_mae", "validation_r2", "dead")]).all()


def test_several_outputs_are_averaged_output_by_output(bucket, scaled):
    targets = np.random.default_rng(0).standard_normal((265, 2)) * [1, 10]
    parts = {f"y_{part}": targets[:n] for part, n in (("train", 265), ("validation", 66), ("test", 111))}
    split = with_targets(scaled[0], **parts)._replace(y_mean=np.array([0.0, 5.0]), y_scale=np.array([1.0, 2.0]))
    prediction = np.float32(targets[:111] + np.random.default_rng(1).standard_normal((111, 2)))
    errors = np.float32([[0.5, 0.25 * 100]] * LINES)
    trained = made_up(outputs=2, prediction=prediction, train_tally=errors, validation_tally=errors)
    outcome = describe_run("a", 1, bucket(epochs=3, n_outputs=2), split, trained)
    expected = np.mean(1 - errors[0] / np.var(np.float32(targets[:66]), axis=0))
    assert outcome["fit_validation_r2"][0] == pytest.approx(expected, rel=1e-5)
    assert outcome["test_r2"] == pytest.approx(r2_score(targets[:111], prediction), rel=1e-5)
    in_unit = prediction[0] * np.array([1.0, 2.0]) + np.array([0.0, 5.0])
    np.testing.assert_allclose(outcome["test_prediction"][:2], in_unit, rtol=1e-5)
    of_validation = outcome["validation_prediction"].reshape(66, 2)
    np.testing.assert_allclose(of_validation, np.broadcast_to([0.5, 6.0], (66, 2)), rtol=1e-6)
    assert set(outcome["last_validation_prediction"].tolist()) == {0.0, 5.0}


def test_a_classification_has_accuracies_and_keeps_probabilities(bucket, scaled):
    classes = np.random.default_rng(0).integers(0, 2, 111)
    split = with_targets(scaled[0], y_test=classes[:, None])._replace(y_mean=np.zeros(1), y_scale=np.ones(1))
    chance = np.float32(np.random.default_rng(1).random((111, 1)))
    tally = np.float32([[0.25], [0.5], [0.75], [0.5]])
    trained = made_up(prediction=chance, train_tally=tally, validation_tally=tally)
    shape = dataclasses.replace(bucket(epochs=3), task="classification", output="logistic")
    outcome = describe_run("a", 1, shape, split, trained)
    assert outcome["fit_train_accuracy"].tolist() == [0.25, 0.5, 0.75, 0.5]
    assert (outcome["validation_accuracy"], outcome["last_validation_accuracy"]) == (0.75, 0.5)
    assert outcome["test_accuracy"] == accuracy_score(classes, chance[:, 0] >= 0.5)
    np.testing.assert_allclose(outcome["test_prediction"].reshape(111, 2)[:, 1], chance[:, 0], rtol=1e-6)
    assert outcome["validation_prediction"].tolist() == [0.5] * 2 * len(split.y_validation)
    assert outcome["last_validation_prediction"][:2].tolist() == [1.0, 0.0]
    assert not [name for name in outcome if name.endswith(("_r2", "_rmse", "_mae"))]


def test_a_diverged_classification_has_no_scores(bucket, scaled):
    split = with_targets(scaled[0], y_test=np.zeros((111, 1)))
    tally = np.ones((LINES, 1), dtype=np.float32)
    trained = made_up((4.0, np.nan, np.nan, np.nan), train_tally=tally, validation_tally=tally)
    shape = dataclasses.replace(bucket(epochs=3), task="classification", output="logistic")
    outcome = describe_run("a", 1, shape, split, trained)
    assert np.isnan([outcome["test_accuracy"], outcome["last_test_roc_auc"], outcome["validation_accuracy"]]).all()
