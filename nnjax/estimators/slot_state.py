"""What a training in a slot is given, where it stands, and what an epoch of it leaves behind: records of arrays."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Array, Bool, Float, Int, Scalar

from nnjax.estimators.solvers import Update
from nnjax.network.mlp import Parameters, initial_moments
from nnjax.network.normalization import Moments
from nnjax.training.bucket import Bucket
from nnjax.training.noise import Keys
from nnjax.training.optimizers import Hyperparameters


@dataclass(frozen=True)
class TrainingShape:
    """What is compiled in.

    Attributes:
        bucket: The network, the largest numbers of rows, what is on; without validation rows these are 0.
        update: How the weights are updated.
        runs: Trainings at a time.
        lines: Epochs that one call trains at most.
        watches: Whether every layer's gradients are recorded.
    """

    bucket: Bucket
    update: Update
    runs: int
    lines: int
    watches: bool

    @property
    def program(self) -> "TrainingShape":
        """What is compiled: all of it."""
        return self

    @property
    def device(self) -> str:
        """The processor: networks of a search are small, and rows go to and fro."""
        return "cpu"

    @property
    def kernels(self) -> str:
        """As `Bucket.kernels`."""
        return self.bucket.kernels

    @property
    def is_judged_by_score(self) -> bool:
        """Whether the score of validation rows decides, and not the training loss."""
        return self.bucket.n_validation > 0


class SlotData(NamedTuple):
    """What stays with a training; N and M are the program's, rows beyond the training's own are padding.

    Attributes:
        numbers: Hyperparameters.
        max_iter, tol, n_iter_no_change: See `Stopping`.
        is_adaptive: Whether the rate falls where there is no improvement.
        n_train: Rows that are trained on.
        batch_size: Rows of a mini-batch, at most the program's.
        x: Their features [N, D].
        y: Their targets [N, O].
        weights: What each counts [N]; None where all count alike.
        x_validation: [M, D]; None without such rows.
        y_validation: [M, O]; likewise.
        validation_weights: Together one, zero for padding [M]; likewise.
        validation_variance: Of each output [O], in the same weights; likewise.
        keys: Where dropout and noise come from.
    """

    numbers: Hyperparameters
    max_iter: Int[Scalar, ""]
    tol: Float[Scalar, ""]
    n_iter_no_change: Float[Scalar, ""]
    is_adaptive: Bool[Scalar, ""]
    n_train: Int[Scalar, ""]
    batch_size: Int[Scalar, ""]
    x: Float[Array, "N D"]
    y: Float[Array, "N O"]
    weights: Float[Array, " N"] | None = None
    x_validation: Float[Array, "M D"] | None = None
    y_validation: Float[Array, "M O"] | None = None
    validation_weights: Float[Array, " M"] | None = None
    validation_variance: Float[Array, " O"] | None = None
    keys: Keys = Keys()


class BestSoFar(NamedTuple):
    """See `Improvement`, whose rows are counted on the host."""

    best: Float[Scalar, ""]
    n_without_improvement: Int[Scalar, ""]
    rate_share: Float[Scalar, ""]


class Going(NamedTuple):
    """Where a training stands between two epochs.

    Attributes:
        parameters: The weights.
        solver: The optimiser's state.
        moments: Running averages for batch normalisation; empty without.
        reached: How far the search for an improvement has come.
        epoch: Epochs of this fit.
        is_over: Whether it has ended: nothing changes any more.
        is_finite: Whether every weight still is.
        best: Weights and averages of the best validation score; None where the loss decides.
    """

    parameters: Parameters
    solver: Any
    moments: tuple[Moments, ...]
    reached: BestSoFar
    epoch: Int[Scalar, ""]
    is_over: Bool[Scalar, ""]
    is_finite: Bool[Scalar, ""]
    best: tuple[Parameters, tuple[Moments, ...]] | None = None


class EpochSeen(NamedTuple):
    """What an epoch leaves behind; what is watched is None where nobody asks.

    Attributes:
        loss: As scikit-learn counts it.
        score: R² or accuracy of the validation rows; None without.
        grad_norm, weight_norm, update_ratio: A layer [L + 1]; see `EpochRecord`.
        preactivation_grad_norm, unit_dead: A hidden layer [L].
    """

    loss: Float[Scalar, ""]
    score: Float[Scalar, ""] | None = None
    grad_norm: Float[Array, " layers"] | None = None
    preactivation_grad_norm: Float[Array, " hidden"] | None = None
    weight_norm: Float[Array, " layers"] | None = None
    update_ratio: Float[Array, " layers"] | None = None
    unit_dead: Float[Array, " hidden"] | None = None


def first_going(shape: TrainingShape, parameters: Parameters) -> Going:
    """Before the first epoch of a fresh training; numpy's numbers, for jax compiles a program for each of its own."""
    moments = initial_moments(shape.bucket.architecture, parameters)
    best = (parameters, moments) if shape.is_judged_by_score else None
    worst = -np.inf if shape.is_judged_by_score else np.inf
    reached: Any = np.float32(worst), np.int32(0), np.float32(1)
    begun: Any = {"epoch": np.int32(0), "is_over": np.bool_(False), "is_finite": np.bool_(True)}
    return Going(
        parameters=parameters,
        solver=shape.update.first_state(parameters),
        moments=moments,
        reached=BestSoFar(*reached),
        **begun,
        best=best,
    )
