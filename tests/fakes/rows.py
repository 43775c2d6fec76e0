"""Runs that nobody trained: of the right form, a function of the run's identity alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nnjax.metrics import FIT_CURVES, LAYER_CURVES
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.schema import JOURNAL_FINALS, JOURNAL_SCHEMA, PREDICTIONS

OUTSIDE = ("schema", "configuration", "data", "data_digest", "split_digest", "replicate")
PROVENANCE = ("started", "ended", "train_seconds", "host", "chunk")


def fake_outcome(run_id: str, depth: int, epochs: int, status: str = "finished") -> dict[str, Any]:
    """What the engine would say of a run; `best_epoch` is the first epoch with the highest validation R²."""
    rng = np.random.default_rng(int.from_bytes(run_id.encode()[:8], "big"))
    curves = {name: rng.normal(size=epochs + 1).astype(np.float32) for name in FIT_CURVES}
    layers = {
        name: rng.normal(size=(depth + (name in ("grad_norm", "weight_norm", "update_ratio")), epochs + 1)).astype("f4")
        for name in LAYER_CURVES
    }
    predictions = {name: rng.normal(150, 50, size=111).astype(np.float32) for name in PREDICTIONS}
    finals = {name: float(rng.normal()) for name in JOURNAL_FINALS}
    best_epoch = 1 + int(np.argmax(curves["fit_validation_r2"][1:]))
    outcome = {"run_id": run_id, "engine": "1", "status": status, "best_epoch": best_epoch, "diverged_epoch": -1}
    return {**outcome, "seed": 7, "n_parameters": 100, **finals, **curves, **layers, **predictions}


def fake_row(run_id: str, depth: int = 2, epochs: int = 3) -> dict[str, Any]:
    """A whole row of the journal."""
    context = {name: f"some {name}" for name in (*OUTSIDE, *PROVENANCE)}
    numbers = {"schema": 1, "kernels": "xla", "started": 1.0, "ended": 2.0, "train_seconds": 0.5}
    row = {**context, **numbers, **fake_outcome(run_id, depth, epochs)}
    assert set(row) == set(JOURNAL_SCHEMA.names)
    return row


def append_runs(home: Path, run_ids: Sequence[str]) -> None:
    """A writer of one chunk a run."""
    for run_id in run_ids:
        Journal(home).append([fake_row(run_id)])
