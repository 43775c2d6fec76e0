"""The learning rate of every step as a share of the first: made on the host, so that no schedule shapes a program."""

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from nnjax.estimators.problem import Problem
from nnjax.training.schedules import SCHEDULES

Shares = Float[NDArray[np.float32], "epochs steps"]


def rate_shares(problem: Problem, first: int, count: int, steps: int) -> Shares:
    """Of `count` epochs from epoch `first` of this fit, counted from 0.

    "adaptive" is 1 here: what it has left of the rate is decided while the training runs. "invscaling" counts rows
    over all fits, as scikit-learn's `t_` does; a fresh optimiser begins at the full rate all the same. The others begin
    anew with a fresh optimiser: a cosine that went on would rise again.
    """
    course, seen = problem.course, problem.improvement.rows_seen if problem.improvement else 0
    epochs = np.arange(first, first + count)
    if course.name == "invscaling":
        rows = seen + epochs * len(problem.train.x)
        shares = (rows + 1.0) ** -course.power_t
        if problem.state is None:
            shares[epochs == 0] = 1.0
        return np.repeat(shares[:, None], steps, axis=1).astype(np.float32)
    if course.name not in SCHEDULES:
        return np.ones((count, steps), np.float32)
    before = 0.0 if problem.state is None else seen / len(problem.train.x)
    times = before + epochs[:, None] + np.arange(steps) / steps
    schedule = SCHEDULES[course.name]
    shares = schedule.function(times, problem.stopping.max_iter, course.decay_epochs, course.decay_rate)
    return np.asarray(shares, dtype=np.float32)
