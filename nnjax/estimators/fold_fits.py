"""The fits of a search: each is asked what it wants trained, and all of it is trained together."""

import time
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.callback import CallbackSupportMixin
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_method_params

from nnjax.estimators.ledger import Collected, FitLedger, TrainedTogether

MOST_BYTES_NOTED = 512 * 2**20
"""Of rows of noted trainings: then these are trained before more are noted."""

FoldRows = tuple[Int[NDArray[np.int64], " train"], Int[NDArray[np.int64], " test"]]


@dataclass
class FoldFit:
    """One candidate on the training rows of one split.

    Attributes:
        parameters: The candidate.
        rows: Indices of the training rows.
        asks_once: Whether it is known to train one network.
        asked: Names of the trainings that it asked for, in order.
        seconds: What asking took, the preparation of its rows included.
    """

    parameters: Mapping[str, Any]
    rows: Int[NDArray[np.int64], " train"]
    asks_once: bool
    asked: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class FoldData:
    """What all fits of a search are given.

    Attributes:
        estimator: Cloned for each of them.
        x: All rows.
        y: All targets; None without.
        fit_params: What else `fit` takes, for all rows.
        raises: Whether a fit that fails ends the search.
    """

    estimator: BaseEstimator
    x: Any
    y: Any
    fit_params: Mapping[str, Any]
    raises: bool


def train_together(
    data: FoldData, candidates: Sequence[Mapping[str, Any]], splits: Sequence[FoldRows], ledger: FitLedger
) -> list[FoldFit]:
    """Train the networks of all candidates on all splits, and return one record a fit, a candidate's in a row.

    A fit that trains several networks, one after the other, is asked again until it wants no more: its first ones are
    trained together with everybody's, then its second ones. It must ask for the same trainings every time; where it
    does not, because something inside it draws without a seed, its networks are left to be trained one by one.
    """
    silent = clone(data.estimator)
    _silence(silent)
    fits, waiting = [], []
    for parameters in candidates:
        estimator = _candidate(silent, parameters)
        of_candidate = [FoldFit(parameters, train, asks_once(estimator)) for train, _ in splits]
        fits += of_candidate
        waiting += of_candidate if holds_network(estimator) else []
    ledger.collects = True
    while waiting:
        waiting = _ask_all(waiting, silent, data, ledger)
    ledger.collects = False
    return fits


def seconds_of(fits: Sequence[FoldFit], ledger: FitLedger) -> list[float]:
    """What each fit has taken so far: to ask, and its share of its trainings, which others may have asked for too."""
    n_asked = Counter(name for each in fits for name in each.asked)
    return [each.seconds + sum(ledger.seconds(name) / n_asked[name] for name in each.asked) for each in fits]


def holds_network(estimator: BaseEstimator) -> bool:
    """Whether one of the estimators in it is trained by the ledger."""
    inside = estimator.get_params(deep=True).values() if hasattr(estimator, "get_params") else ()
    return any(isinstance(each, TrainedTogether) for each in (estimator, *inside))


def asks_once(estimator: BaseEstimator) -> bool:
    """Whether it is known to train one network, and nothing after it: a network, or what ends in one.

    >>> from sklearn.compose import TransformedTargetRegressor
    >>> from sklearn.preprocessing import StandardScaler
    >>> network = type("Network", (TrainedTogether, BaseEstimator), {})()
    >>> asks_once(TransformedTargetRegressor(Pipeline([("scaler", StandardScaler()), ("network", network)])))
    True
    >>> asks_once(StandardScaler())
    False
    """
    if isinstance(estimator, Pipeline):
        *before, (_, last) = estimator.steps
        return asks_once(last) and not any(holds_network(each) for _, each in before)
    if isinstance(estimator, TrainedTogether):
        return True
    from sklearn.compose import TransformedTargetRegressor  # here: with it all linear models are imported

    return isinstance(estimator, TransformedTargetRegressor) and asks_once(estimator.regressor)


def _ask_all(waiting: Sequence[FoldFit], silent: BaseEstimator, data: FoldData, ledger: FitLedger) -> list[FoldFit]:
    """Note what the fits want, train it, and return those that may want more."""
    wanting = []
    for each in waiting:
        if _wants_more(each, _candidate(silent, each.parameters), data, ledger) and not each.asks_once:
            wanting.append(each)
        if ledger.n_bytes_noted > MOST_BYTES_NOTED:
            _train_noted(data, ledger)
    _train_noted(data, ledger)
    return wanting


def _wants_more(fit: FoldFit, estimator: BaseEstimator, data: FoldData, ledger: FitLedger) -> bool:
    """Fit until it asks for what is not known, which is noted; False if it asks for no more than the last time."""
    began, n_before = time.perf_counter(), len(fit.asked)
    ledger.asked.clear()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they come again when the fit is served
            _fit(estimator, fit.rows, data)
    except Collected:
        return len(ledger.asked) > n_before
    except Exception:  # comes again too, and counts as scikit-learn counts it
        if data.raises:
            raise
    finally:
        fit.asked = list(ledger.asked)
        fit.seconds += time.perf_counter() - began
    return False


def _fit(estimator: BaseEstimator, rows: Int[NDArray[np.int64], " train"], data: FoldData) -> None:
    x, y = _safe_split(estimator, data.x, data.y, rows)
    fit_params = _check_method_params(data.x, params=data.fit_params, indices=rows)
    estimator.fit(x, **fit_params) if y is None else estimator.fit(x, y, **fit_params)


def _train_noted(data: FoldData, ledger: FitLedger) -> None:
    try:
        ledger.train_noted()
    except Exception as problem:
        if data.raises:
            raise
        told = f"networks could not be trained together, so each is by itself: {type(problem).__name__}: {problem}"
        warnings.warn(told, RuntimeWarning, stacklevel=2)


def _candidate(estimator: BaseEstimator, parameters: Mapping[str, Any]) -> BaseEstimator:
    return clone(estimator).set_params(**clone(parameters, safe=False))


def _silence(estimator: BaseEstimator) -> None:
    """Take from an estimator, and all in it, the callbacks that would hear of each fit twice."""
    for each in (estimator, *estimator.get_params(deep=True).values()):
        if isinstance(each, CallbackSupportMixin):
            each.set_callbacks()
