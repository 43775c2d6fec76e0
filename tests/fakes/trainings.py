"""Small trainings that tests of `estimators/` share, so that they share programs."""

import numpy as np

from nnjax.estimators.first_weights import draw_first_weights
from nnjax.estimators.problem import Examples, NetworkDesign, Problem, RateCourse, Stopping
from nnjax.training.optimizers import Hyperparameters

N_ROWS, N_FEATURES = 52, 3


def table(seed=0, rows=N_ROWS):
    """Features [N, D] and a target [N] that depends on them, standardised, float32."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((rows, N_FEATURES)).astype(np.float32)
    y = np.sin(x[:, 0]) + x[:, 1] * x[:, 2] + 0.1 * generator.standard_normal(rows)
    return x, ((y - y.mean()) / y.std()).astype(np.float32)


def make_problem(
    seed=0, *, activation="tanh", solver="adam", course="constant", weights=None, validation=None, **given
):
    """A regression of `table` by eight hidden units in mini-batches of 16; `given` are numbers by name."""
    x, y = table()
    random_state = np.random.RandomState(seed)
    design = NetworkDesign(
        "regression", "half_mean_squared_error", "identity", (8,), (activation,), solver, batch_size=16
    )
    first = draw_first_weights(random_state, (N_FEATURES, 8, 1), design)
    stopping = {name: given.pop(name) for name in Stopping._fields if name in given}
    numbers = {"learning_rate": 0.01, "l2": 1e-4} | given
    return Problem(
        design,
        Hyperparameters(**numbers),
        Stopping(**{"max_iter": 5} | stopping),
        RateCourse(course),
        Examples(x, y[:, None], weights),
        validation,
        first,
        random_state,
    )
