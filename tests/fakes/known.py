"""A study whose claims are true, of nothing, and hopeless, trained by an engine that knows the truth."""

import hashlib
import os
import time

import numpy as np

from fakes.rows import fake_outcome
from fakes.training import fake_prepare
from nnjax.claims.decide import Decider
from nnjax.sweep.runner import Engine, run_sweep
from nnjax.sweep.space import expand, sweep_id
from nnjax.sweep.study.study import load_study
from nnjax.sweep.worker import TrainedTask
from nnjax.training.trainee import TrainedChunk

THREE_CLAIMS = """
question = "How many replicates does a claim need?"
[data]
name = "diabetes"
[replicates]
splits = 8
base_seed = 5
[studied]
learning_rate = [0.001, 0.01, 0.02, 0.03, 0.05]
[fixed]
activation = "tanh"
depth = 1
width = 4
epochs = 3
batch_size = "full"
optimizer = "adam"
initializer = "auto"
l2 = 0.0
[[claims]]
name = "true-effect"
sentence = "0.01 beats 0.001."
kind = "beats"
a = {learning_rate = 0.01}
b = {learning_rate = 0.001}
[[claims]]
name = "no-effect"
sentence = "0.02 is 0.03."
kind = "same"
a = {learning_rate = 0.02}
b = {learning_rate = 0.03}
[[claims]]
name = "hopeless"
sentence = "0.05, which wobbles from split to split, beats 0.02."
kind = "beats"
a = {learning_rate = 0.05}
b = {learning_rate = 0.02}
[[claims]]
name = "both"
sentence = "The first two."
kind = "all"
parts = ["true-effect", "no-effect"]
"""

TWO_CLAIMS = THREE_CLAIMS[: THREE_CLAIMS.index('[[claims]]\nname = "hopeless"')]

SCORES = {0.001: 0.2, 0.01: 0.3, 0.02: 0.31, 0.03: 0.31, 0.05: 0.31}


def draw(*words):
    """A standard normal number that depends on the words alone."""
    seed = int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:8], "big")
    return float(np.random.default_rng(seed).normal())


def train_known(task):
    """A chunk whose scores are a level's own, plus the wobble of splits (of 0.05 only) and of seeds."""
    outcomes = []
    for trainee in task.trainees:
        rate = round(float(trainee.hyperparameters.learning_rate), 6)
        key = task.split_keys[trainee.split]
        score = SCORES[rate] + 0.02 * draw(trainee.run_id) + (0.2 * draw(key) if rate == 0.05 else 0.0)
        outcome = fake_outcome(trainee.run_id, 1, 3)
        outcomes.append({**outcome, "test_r2": score, "validation_r2": score})
    now = time.time()
    return TrainedTask(TrainedChunk(outcomes, 0.5, 1.0), now, now, "host", os.getpid(), 100.0)


KNOWN = Engine(fake_prepare, train_known)


def write_space(folder, text=THREE_CLAIMS, overrides=()):
    """A study's file in a folder, and its space."""
    path = folder / "three.toml"
    path.write_text(text)
    return expand(load_study(path, overrides))


class Trainer:
    """Trains into a home, and remembers how many runs it was asked for and how many it trained."""

    def __init__(self, home):
        self.home, self.asked, self.trained, self.sweeps = home, [], [], []

    def __call__(self, space):
        summary = run_sweep(space, self.home, "serial", engine=KNOWN)
        self.asked.append(len(space.runs))
        self.sweeps.append(sweep_id(space))
        self.trained.append(summary.trained)
        return summary.missing


def decide(space, home, train, budget=100.0):
    said = []
    return Decider(space, home, 1, train, said.append).decide(budget), said
