"""What a run comes to: its arrays as the journal's columns, for regression and for classification."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nnjax.data.scaling import ScaledSplit
from nnjax.metrics import JUDGED, LAYER_CURVES
from nnjax.training import ENGINE_VERSION
from nnjax.training.bucket import Bucket
from nnjax.training.class_scores import ClassScores, class_probabilities, score_classes, true_classes
from nnjax.training.finals import Scores, early_median, first_bad_epoch, gradient_ratio, gradient_slope, score
from nnjax.training.loop import Trained
from nnjax.training.trainee import RunOutcome
from nnjax.training.weights import score_weights

EpochValues = NDArray[np.float32]

UNKNOWN = float("nan")


def describe_run(run_id: str, seed: int, bucket: Bucket, scaled: ScaledSplit, trained: Trained) -> RunOutcome:
    """Turn one run's slice of the chunk's result, as numpy arrays, into the journal's columns.

    Columns that the task does not have are left out. The split is asked for the test targets and the target's unit.
    """
    curves = _curves(trained, scaled, bucket)
    diverged_epoch = first_bad_epoch(curves["fit_train_loss"], curves["fit_validation_loss"])
    finished = diverged_epoch < 0
    if not finished:
        for name in ("unit_saturated", "unit_dead"):  # comparisons with NaN are false, which a share would hide
            curves[name][:, diverged_epoch:] = UNKNOWN
    best_epoch = 1 + int(np.argmin(curves["fit_validation_loss"][1:])) if finished else -1
    outcome: RunOutcome = {
        "run_id": run_id,
        "engine": ENGINE_VERSION,
        "status": "finished" if finished else "diverged",
        "diverged_epoch": diverged_epoch,
        "best_epoch": best_epoch,
        "seed": seed,
        "n_parameters": bucket.architecture.parameter_count,
        "function_evaluations": float(curves["fit_evaluations"][-1]),
    }
    outcome |= _finals(trained, scaled, bucket, finished)
    measure = JUDGED[bucket.task].name
    for prefix, epoch in (("", best_epoch), ("last_", -1)):
        value = float(curves[f"fit_validation_{measure}"][epoch]) if finished else UNKNOWN
        if scaled.own_unit is not None and finished:
            value = _own_validation_r2(scaled, getattr(trained, f"{prefix}validation_prediction"))
        outcome[f"{prefix}validation_{measure}"] = value
    outcome |= _gradient_finals(curves["preactivation_grad_norm"], bucket.epochs)
    for final, curve in (("saturated", "unit_saturated"), ("dead", "unit_dead")):
        last = curves[curve][:, -1] if finished else np.zeros(0)
        outcome[final] = float(np.mean(last)) if last.size else UNKNOWN
    return outcome | curves


def _curves(trained: Trained, scaled: ScaledSplit, bucket: Bucket) -> dict[str, EpochValues]:
    """Histories, index = epoch: [E + 1], and [layers, E + 1] for what is watched a layer."""
    history = trained.history
    # A copy in any case: a transpose of fewer than two layers is contiguous already, and jax's arrays are read-only.
    curves = {name: np.array(getattr(history, name).T, dtype=np.float32, order="C") for name in LAYER_CURVES}
    measure = JUDGED[bucket.task].name
    for part in ("train", "validation", "test"):
        loss, tally = getattr(history, f"{part}_loss"), getattr(history, f"{part}_tally")
        if loss is None:
            continue
        curves[f"fit_{part}_loss"] = np.asarray(loss, dtype=np.float32)
        if bucket.task == "classification":
            values = tally[:, 0]
        else:
            # Where nothing is tallied, the loss is half the squared error of one output.
            errors = 2 * loss[:, None] if tally is None else tally
            target = np.asarray(getattr(scaled, f"y_{part}"), dtype=np.float64)
            values = np.mean(_r2(errors.astype(np.float64), target, score_weights(scaled, part)), axis=1)
        curves[f"fit_{part}_{measure}"] = values.astype(np.float32)
    # Line 0 looks and does not train: its pass is not counted.
    counts = np.ones(bucket.epochs + 1) if history.evaluations is None else history.evaluations
    curves["fit_evaluations"] = np.cumsum(np.concatenate([[0.0], counts[1:]]), dtype=np.float32)
    return curves


def _r2(
    errors: NDArray[np.float64], target: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """R² of each output [..., O] from its mean squared error; of a constant target 1 where it is met, else 0."""
    varies = np.ptp(target, axis=0) > 0
    met = np.where(np.isnan(errors), np.nan, errors == 0)
    if weights is None:
        variance = np.var(target, axis=0)
    else:
        mean = np.average(target, axis=0, weights=weights)
        variance = np.average((target - mean) ** 2, axis=0, weights=weights)
    return np.where(varies, 1 - errors / np.where(varies, variance, 1), met)


def _finals(trained: Trained, scaled: ScaledSplit, bucket: Bucket, finished: bool) -> RunOutcome:
    """Test scores, and predictions of test and validation rows, at the best and at the last epoch."""
    predictions = {
        "test_prediction": trained.prediction,
        "last_test_prediction": trained.last_prediction,
        "validation_prediction": trained.validation_prediction,
        "last_validation_prediction": trained.last_validation_prediction,
    }
    finals: RunOutcome = {}
    for name, prediction in predictions.items():
        is_of_test = "validation" not in name
        raw = np.asarray(prediction[: len(scaled.y_test if is_of_test else scaled.y_validation)], dtype=np.float64)
        kept = KEPT_PREDICTIONS[bucket.task](scaled, raw)
        with np.errstate(over="ignore"):  # a logarithm may be turned back to more than float32 holds
            finals[name] = kept.astype(np.float32).ravel()
        if is_of_test:
            scores = TEST_SCORES[bucket.task](scaled, kept) if finished else NO_SCORES[bucket.task]
            finals |= {name.replace("prediction", score): value for score, value in scores._asdict().items()}
    return finals


def _regression_scores(scaled: ScaledSplit, in_unit: NDArray[np.float64]) -> Scores:
    return score(scaled.own_target("test"), in_unit, score_weights(scaled, "test"))


def _own_validation_r2(scaled: ScaledSplit, prediction: NDArray[np.floating]) -> float:
    """R² in the target's own unit, where the curve's is of the target as it is trained."""
    in_unit = scaled.in_own_unit(np.asarray(prediction[: len(scaled.y_validation)], dtype=np.float64))
    return score(scaled.own_target("validation"), in_unit, score_weights(scaled, "validation")).r2


def _class_scores(scaled: ScaledSplit, probability: NDArray[np.float64]) -> ClassScores:
    return score_classes(true_classes(scaled.y_test), probability, score_weights(scaled, "test"))


KEPT_PREDICTIONS: dict[str, Callable[[ScaledSplit, NDArray[np.float64]], NDArray[np.float64]]] = {
    "regression": ScaledSplit.in_own_unit,
    "classification": lambda _, raw: class_probabilities(raw),
}
"""What a network says of rows -> what is kept: predictions in the target's unit, or probabilities of classes."""

TEST_SCORES: dict[str, Callable[[ScaledSplit, NDArray[np.float64]], Scores | ClassScores]] = {
    "regression": _regression_scores,
    "classification": _class_scores,
}

NO_SCORES: dict[str, Scores | ClassScores] = {
    "regression": Scores(*[UNKNOWN] * len(Scores._fields)),
    "classification": ClassScores(*[UNKNOWN] * len(ClassScores._fields)),
}
"""Of a run that diverged."""


def _gradient_finals(gradient_norms: EpochValues, epochs: int) -> RunOutcome:
    slopes, ratios = gradient_slope(gradient_norms), gradient_ratio(gradient_norms)
    return {
        "grad_slope_0": float(slopes[0]),
        "grad_ratio_0": float(ratios[0]),
        "grad_slope": early_median(slopes, epochs),
        "grad_ratio": early_median(ratios, epochs),
    }
