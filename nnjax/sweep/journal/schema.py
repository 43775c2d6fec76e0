"""The journal's columns: one schema for every depth and every number of epochs, one row a run."""

import pyarrow as pa

from nnjax.training.outcome import LAYER_CURVES

SCHEMA_VERSION = 2
"""Raised whenever a column is added, dropped or changes its meaning; readers leave files of other versions alone."""

SCHEMA_KEY = b"nnjax.schema"
"""Key of the version in a file's metadata."""

IDENTITY = {
    "run_id": pa.string(),
    "schema": pa.int64(),
    "engine": pa.string(),
    "configuration": pa.string(),
    "data": pa.string(),
    "data_digest": pa.string(),
    "split_digest": pa.string(),
    "seed": pa.int64(),
    "replicate": pa.string(),
}
"""What the run was: enough to train it again from the journal alone."""

OUTCOME = {
    "status": pa.string(),
    "diverged_epoch": pa.int64(),
    "best_epoch": pa.int64(),
    "n_parameters": pa.int64(),
}

REGRESSION_FINALS = (
    "validation_r2",
    "test_r2",
    "test_rmse",
    "test_mae",
    "last_validation_r2",
    "last_test_r2",
    "last_test_rmse",
    "last_test_mae",
)
"""NaN for classification."""

CLASSIFICATION_FINALS = (
    "validation_accuracy",
    "test_accuracy",
    "test_balanced_accuracy",
    "test_log_loss",
    "test_brier",
    "test_roc_auc",
    "last_validation_accuracy",
    "last_test_accuracy",
    "last_test_balanced_accuracy",
    "last_test_log_loss",
    "last_test_brier",
    "last_test_roc_auc",
)
"""NaN for regression."""

FINALS = (
    *REGRESSION_FINALS,
    *CLASSIFICATION_FINALS,
    "function_evaluations",
    "grad_slope_0",
    "grad_ratio_0",
    "grad_slope",
    "grad_ratio",
    "saturated",
    "dead",
)
"""One float64 a run; NaN where it was not measured."""

PROVENANCE = {
    "started": pa.float64(),
    "ended": pa.float64(),
    "train_seconds": pa.float64(),
    "host": pa.string(),
    "chunk": pa.string(),
}
"""When, where and in which company the run was trained; no part of its identity."""

FIT_CURVES = (
    "fit_train_loss",
    "fit_train_r2",
    "fit_train_accuracy",
    "fit_validation_loss",
    "fit_validation_r2",
    "fit_validation_accuracy",
    "fit_test_loss",
    "fit_test_r2",
    "fit_test_accuracy",
    "fit_evaluations",
)
"""One value an epoch, float32 [E + 1]; index = epoch, 0 = at initialisation. Null where the task has none, and for the
test rows unless they are scored after every epoch."""

OPTIONAL_FIT_CURVES = tuple(name for name in FIT_CURVES if name.endswith(("_r2", "_accuracy")) or "_test_" in name)
"""Those that may be null."""

CURVES = (*FIT_CURVES, *LAYER_CURVES)

PREDICTIONS = ("test_prediction", "last_test_prediction")
"""One value a test row and output, float32, row by row, at the best and at the last epoch: predictions in the target's
own unit, or probabilities of the classes."""

_FLOATS = pa.list_(pa.float32())
_LAYERS_OF_FLOATS = pa.list_(_FLOATS)

JOURNAL_SCHEMA = pa.schema(
    IDENTITY
    | OUTCOME
    | dict.fromkeys(FINALS, pa.float64())
    | PROVENANCE
    | dict.fromkeys(FIT_CURVES, _FLOATS)
    | dict.fromkeys(LAYER_CURVES, _LAYERS_OF_FLOATS)
    | dict.fromkeys(PREDICTIONS, _FLOATS),
    metadata={SCHEMA_KEY: str(SCHEMA_VERSION)},
)

DICTIONARY_COLUMNS = [name for name in JOURNAL_SCHEMA.names if JOURNAL_SCHEMA.field(name).type == pa.string()]
"""Words repeat within a chunk; curves do not, and a dictionary of them is a loss of space and of time."""

BYTE_STREAM_SPLIT = {
    path: "BYTE_STREAM_SPLIT"
    for name in JOURNAL_SCHEMA.names
    for path, type_ in (
        (name, pa.float64()),
        (f"{name}.list.element", _FLOATS),
        (f"{name}.list.element.list.element", _LAYERS_OF_FLOATS),
    )
    if JOURNAL_SCHEMA.field(name).type == type_
}
"""Floats split into streams of their bytes compress to half of what they do whole (18 instead of 31 kB a run)."""
