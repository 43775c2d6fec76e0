"""The journal's columns: one schema for every depth and every number of epochs, one row a run."""

import pyarrow as pa

from nnjax.kernels.names import XLA
from nnjax.metrics import FINALS, FIT_CURVES, LAYER_CURVES

SCHEMA_VERSION = 2
"""Part of every file and of its name. It stays: columns come and go without it, since readers of any version take what
they know, and a column that would change its meaning gets another name."""

SCHEMA_KEY = b"nnjax.schema"
"""Key of the version in a file's metadata."""

TELL_OF_A_RUN = ("run_id", "status")
"""Without these a file tells of no run."""

IDENTITY_FIELDS = {
    "run_id": pa.string(),
    "schema": pa.int64(),
    "engine": pa.string(),
    "kernels": pa.string(),
    "configuration": pa.string(),
    "data": pa.string(),
    "data_digest": pa.string(),
    "split_digest": pa.string(),
    "seed": pa.int64(),
    "replicate": pa.string(),
}
"""What the run was: enough to train it again from the journal alone."""

BEFORE = {"kernels": XLA}
"""What a column says of runs that were written down before there was such a column, where that is known."""

OUTCOME = {"status": pa.string(), "diverged_epoch": pa.int64(), "best_epoch": pa.int64(), "n_parameters": pa.int64()}

PROVENANCE = {
    "started": pa.float64(),
    "ended": pa.float64(),
    "train_seconds": pa.float64(),
    "host": pa.string(),
    "chunk": pa.string(),
}
"""When, where and in which company the run was trained; no part of its identity."""

JOURNAL_FINALS = tuple(
    final.name
    for final in FINALS
    if not final.is_of_study and not final.is_of_predictions and final.name not in OUTCOME | PROVENANCE
)
"""One float64 a run; NaN where it was not measured."""

PREDICTIONS = ("test_prediction", "last_test_prediction", "validation_prediction", "last_validation_prediction")
"""One value a row and output, float32, row by row, at the best and at the last epoch: predictions in the target's own
unit, or probabilities of the classes. Earlier versions kept those of test rows only."""

_FLOATS = pa.list_(pa.float32())
_LAYERS_OF_FLOATS = pa.list_(_FLOATS)

JOURNAL_SCHEMA = pa.schema(
    IDENTITY_FIELDS
    | OUTCOME
    | dict.fromkeys(JOURNAL_FINALS, pa.float64())
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
