"""L-BFGS on all rows at once: SciPy's, as in scikit-learn, over the engine's loss and gradient."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import scipy.optimize
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float
from numpy.typing import NDArray

from nnjax.estimators.epoch import loss_share
from nnjax.estimators.problem import Fitted, Improvement, Problem
from nnjax.estimators.programs import shape_of, with_slots
from nnjax.estimators.solvers import divided
from nnjax.network.architecture import branch_indices
from nnjax.network.mlp import Parameters
from nnjax.training.model import Batch, Model
from nnjax.training.update import penalty

_Vector = Float[NDArray[np.float64], " parameters"]

_ENDINGS = {0: "tol", 1: "max_iter", 2: "line_search"}
"""SciPy's status -> why it ended; that it ran out of losses is told by its count."""


def train_full_batch(problem: Problem) -> Fitted:
    """Train one network by L-BFGS-B, in float64 whatever the rows are.

    In float32 the line search runs out of digits before the gradient falls below `tol`. Of several outputs their sum is
    made small; scikit-learn searches along the sum's gradient by the mean's value, which is another path.
    """
    with jax.enable_x64(True):
        first = jax.tree.map(lambda leaf: np.asarray(leaf, dtype=np.float64), problem.parameters)
        packed, unpack = ravel_pytree(first)
        objective = jax.jit(jax.value_and_grad(lambda vector: sum(_parts(problem, unpack(vector)))))

        def evaluate(vector: _Vector) -> tuple[float, _Vector]:
            value, gradient = objective(vector)
            return float(value), np.asarray(gradient)

        stopping = problem.stopping
        options: Any = {"maxfun": stopping.max_fun, "maxiter": stopping.max_iter, "gtol": stopping.tol}
        start: Any = np.asarray(packed)
        found: Any = scipy.optimize.minimize(evaluate, start, method="L-BFGS-B", jac=True, options=options)
        parameters: Any = jax.tree.map(lambda leaf: np.asarray(leaf, dtype=np.float32), unpack(found.x))
        value = _value(problem, unpack(found.x))
    rows_before = problem.improvement.rows_seen if problem.improvement else 0
    is_finite = all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(parameters))
    why = "max_fun" if found.nfev > stopping.max_fun and found.status == 1 else _ENDINGS[found.status]
    return Fitted(
        parameters=parameters,
        moments=(),
        loss_curve=np.asarray([value], dtype=np.float64),
        validation_scores=None,
        n_iter=int(min(found.nit, stopping.max_iter)),
        improvement=Improvement(value, rows_seen=rows_before + found.nit * len(problem.train.x)),
        why=why if is_finite else "diverged",
    )


def _parts(problem: Problem, parameters: Parameters) -> tuple[Array, Array]:
    """The rows' loss, summed over outputs, and the penalty."""
    model, train = _model(problem), problem.train
    weights = np.ones(len(train.x)) if train.weights is None else train.weights.astype(np.float64)
    total = weights.sum()
    numbers = divided(problem.numbers, jnp.asarray(total))
    batch = Batch(*(jnp.asarray(part, dtype=jnp.float64) for part in (train.x, train.y, weights / total)))
    loss, _ = model.loss(parameters, model.inference_inputs(len(train.x), ()), batch)
    return loss, penalty(parameters, model.bucket.update_rule, numbers)


def _value(problem: Problem, parameters: Parameters) -> float:
    """What scikit-learn calls the loss."""
    loss, penalised = _parts(problem, parameters)
    share = loss_share(problem.design.loss, problem.design.task, problem.train.y.shape[1])
    return float(share * loss + penalised)


def _model(problem: Problem) -> Model:
    bucket = with_slots(shape_of(problem, watches=False), problem.design.activation, runs=1).bucket
    index = jnp.asarray(branch_indices(problem.design.activation, bucket.branches), jnp.int32)
    return Model.of_run(bucket, problem.numbers, index)
