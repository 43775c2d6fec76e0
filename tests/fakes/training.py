"""A trainer that takes no time."""

import os
import time
from collections.abc import Mapping

from fakes.rows import fake_outcome
from nnjax.data.scaling import ScaledSplit
from nnjax.sweep.runner import Engine
from nnjax.sweep.worker import TrainedTask, TrainingTask
from nnjax.training.trainee import TrainedChunk


def fake_prepare(_: object, splits: Mapping[str, ScaledSplit]) -> None:
    """A worker's start without jax."""
    assert splits


def fake_train_task(task: TrainingTask) -> TrainedTask:
    """Train a chunk in no time."""
    depth, epochs = len(task.bucket.hidden_layer_sizes), task.bucket.epochs
    outcomes = [fake_outcome(trainee.run_id, depth, epochs) for trainee in task.trainees]
    now = time.time()
    return TrainedTask(TrainedChunk(outcomes, 0.5, 1.0), now, now, "host", os.getpid(), 100.0)


FAKE = Engine(fake_prepare, fake_train_task)
