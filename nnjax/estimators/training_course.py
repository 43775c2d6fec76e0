"""How the trainings of a search went: epochs, ends for want of them, and the loss curves of the best candidate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from nnjax.estimators.fold_fits import FoldFit
from nnjax.estimators.ledger import FitLedger


@dataclass(frozen=True)
class TrainingCourse:
    """How the trainings of a search went, as far as it kept that.

    Attributes:
        losses: Loss curves, of every epoch.
        whose: What they are the curves of.
        epochs: Epochs of every candidate in every split [C, J], NaN where nobody knows; None where that is all.
        is_cut: Whether a training ended for want of epochs [C, J]; None where nobody knows.
    """

    losses: tuple[Float[NDArray[np.float64], " E"], ...] = ()
    whose: str = ""
    epochs: Float[NDArray[np.float64], "C J"] | None = None
    is_cut: Bool[NDArray[np.bool_], "C J"] | None = None


def course_of_search(fits: Sequence[FoldFit], ledger: FitLedger, n_splits: int, best: int) -> TrainingCourse | None:
    """The course of a search's trainings; None where no fit was of one network.

    Args:
        fits: Of all candidates on all splits, a candidate's in a row.
        ledger: Their results.
        n_splits: Number of splits.
        best: Index of the best candidate.
    """
    found = [ledger.result(each.asked[0]) if len(each.asked) == 1 else None for each in fits]
    if not any(found):
        return None
    epochs = np.array([np.nan if each is None else each.n_iter for each in found]).reshape(-1, n_splits)
    is_cut = np.array([each is not None and each.why == "max_iter" for each in found]).reshape(-1, n_splits)
    of_best = found[best * n_splits : (best + 1) * n_splits]
    losses = tuple(each.loss_curve for each in of_best if each is not None and len(each.loss_curve))
    return TrainingCourse(losses, "the best candidate in each split", epochs, is_cut)


def course_of_best(search: Any) -> TrainingCourse:
    """What is known where the search kept nothing: the loss curve of the refitted best, if it has one."""
    best = _last_step(getattr(search, "best_estimator_", None))
    curve = np.asarray(getattr(best, "loss_curve_", ()), dtype=np.float64)
    return TrainingCourse((curve,), "the best candidate, refitted on all rows") if curve.size else TrainingCourse()


def _last_step(estimator: Any) -> Any:
    return _last_step(estimator.steps[-1][1]) if isinstance(estimator, Pipeline) else estimator
