"""What regressor and classifier share: from parameters and rows to a problem, and from its result to attributes."""

import copy
import functools
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from nnjax.estimators import ledger
from nnjax.estimators.checked_rows import FEWEST_JUDGES, CheckedRows
from nnjax.estimators.engine import import_engine
from nnjax.estimators.features import as_dense, dense_blocks
from nnjax.estimators.fit_words import NON_FINITE, UNJUDGED, print_epochs, warn_clipped, warn_unconverged
from nnjax.estimators.fitted_weights import (
    OPTIONAL_WEIGHTS,
    RUNNING_MOMENTS,
    moments_of,
    parameters_of,
    weight_attributes,
)
from nnjax.estimators.history import continued, history_frame
from nnjax.estimators.parameters import (
    CONSTRAINTS,
    STOCHASTIC_SOLVERS,
    ParameterValues,
    check_goes_on,
    check_together,
    make_course,
    make_design,
    make_numbers,
    meant,
    negative_slope,
)
from nnjax.estimators.problem import Fitted, Improvement, Problem, Stopping, is_told_by_repr

if TYPE_CHECKING:
    import pandas as pd

LARGEST_AUTO_BATCH = 200
"""Rows of a mini-batch where `batch_size` is "auto", if there are as many."""


_FOUND_VALID: set[tuple[type, str]] = set()
"""Classes with parameters that scikit-learn has found valid: a search asks of each candidate twice a fold."""

_MOST_FOUND_VALID = 4096


class NetworkEstimator(ledger.TrainedTogether, CallbackSupportMixin, BaseEstimator, ABC):
    """A multilayer perceptron under scikit-learn's interface; regressor and classifier derive from it."""

    _parameter_constraints: ClassVar[dict[str, Any]] = CONSTRAINTS
    _task: str

    if TYPE_CHECKING:
        hidden_layer_sizes: int | Sequence[int]
        activation: str | Sequence[str]
        solver: str
        batch_size: str | int
        learning_rate: str
        max_iter: int
        max_fun: int
        shuffle: bool
        random_state: Any
        tol: float
        verbose: bool | int
        warm_start: bool
        early_stopping: bool
        validation_fraction: float
        n_iter_no_change: float
        initializer: str
        initializer_gain: float
        out_activation_: str
        coefs_: list[NDArray[Any]]

    @classmethod
    @functools.cache
    def _get_param_names(cls) -> list[str]:
        """Read from the signature once a class; a search asks thousands of times."""
        return list(super()._get_param_names())

    def _validate_params(self) -> None:
        values = self.get_params(deep=False)
        told = (type(self), repr(values)) if all(map(is_told_by_repr, values.values())) else None
        if told in _FOUND_VALID:
            return
        try:
            super()._validate_params()
        except InvalidParameterError as problem:
            name = str(problem).partition("'")[2].partition("'")[0]
            if question := meant(self._parameter_constraints.get(name, ()), getattr(self, name, None)):
                raise InvalidParameterError(f"{problem} {question[0].upper()}{question[1:]}") from None
            raise
        if told is not None:
            if len(_FOUND_VALID) >= _MOST_FOUND_VALID:
                _FOUND_VALID.clear()
            _FOUND_VALID.add(told)

    def _store(self, given: dict[str, Any]) -> None:
        """Keep the constructor's arguments under their names."""
        for name in self._get_param_names():
            setattr(self, name, given[name])

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, validation: tuple[Any, Any] = (None, None), incremental: bool = False
    ) -> None:
        settings = self.get_params(deep=False)
        check_together(settings)
        if incremental:
            self._check_incremental()
        is_first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        rows = self._checked(X, y, sample_weight, reset=is_first, incremental=incremental)
        held_out = self._held_out(*validation, rows)
        generator = ledger.seed_of(self.random_state)
        problem = self._problem(settings, rows, held_out, generator, is_first, incremental)
        context = self._init_callback_context()
        heard = {"X": X, "y": y, "metadata": None if sample_weight is None else {"sample_weight": sample_weight}}
        context.call_on_fit_task_begin(estimator=self, **heard)
        fitted = ledger.obtain(problem)
        if self.shuffle and self.solver in STOCHASTIC_SOLVERS and ledger.is_drawn_from_by_others(self.random_state):
            _draw_orders(generator, len(problem.train.x), fitted.n_iter)
        self._take(fitted, settings, rows, is_first)
        if self.verbose:
            print_epochs(fitted, settings)
        if not incremental:
            warn_unconverged(fitted, settings)
        context.call_on_fit_task_end(estimator=self, **heard, reconstruction_attributes={})

    def _checked(self, X: Any, y: Any, sample_weight: Any, reset: bool, incremental: bool) -> CheckedRows:
        """The training rows, checked as scikit-learn checks them; sets what a fit knows of its features and targets."""
        x, targets = self._checked_arrays(X, y, reset)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, x, dtype=x.dtype)
        encoded = self._encoded(targets, incremental)
        if not reset and encoded.shape[1] != len(self.coefs_[-1].T):
            raise ValueError(
                f"y has {encoded.shape[1]} outputs, the network that is to be gone on with {len(self.coefs_[-1].T)}; "
                "set warm_start=False, or give the same outputs"
            )
        return CheckedRows(as_dense(x), encoded, weights)

    def _checked_arrays(self, X: Any, y: Any, reset: bool) -> tuple[Any, NDArray[Any]]:
        x, targets = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=self._task == "regression",
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        return x, targets

    @abstractmethod
    def _encoded(self, y: NDArray[Any], incremental: bool) -> NDArray[Any]:
        """Targets [N, O] for the training."""

    @abstractmethod
    def _encoded_held_out(self, y: NDArray[Any]) -> NDArray[Any]:
        """Targets [N, O] of rows that are not trained on."""

    @abstractmethod
    def _loss_and_output(self) -> tuple[str, str]:
        """Key of `LOSSES` and scikit-learn's name of the output function, for the targets at hand."""

    def _training_weights(self, rows: CheckedRows) -> NDArray[Any] | None:
        """What rows count in the training loss."""
        return rows.weights

    def _held_out(self, X_val: Any, y_val: Any, rows: CheckedRows) -> CheckedRows | None:
        if X_val is None and y_val is None:
            return None
        if X_val is None or y_val is None:
            raise ValueError("X_val and y_val belong together, and one of them is None; give both, or neither")
        if self.solver not in STOCHASTIC_SOLVERS:
            raise ValueError(f"solver={self.solver!r} is not stopped by X_val; leave it away, or take solver='adam'")
        try:
            x, targets = self._checked_arrays(X_val, y_val, reset=False)
        except ValueError as problem:
            raise ValueError(_of_held_out(str(problem))) from problem
        held_out = CheckedRows(as_dense(x), self._encoded_held_out(targets))
        if held_out.y.shape[1] != rows.y.shape[1]:
            raise ValueError(f"y_val has {held_out.y.shape[1]} outputs and y {rows.y.shape[1]}; give both the same")
        if len(held_out.x) < FEWEST_JUDGES:
            raise ValueError(f"X_val has {len(held_out.x)} row, of which R² says nothing; give {FEWEST_JUDGES} or more")
        return held_out

    def _check_incremental(self) -> None:
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True; set it to False, or call fit")
        if self.learning_rate == "cosine":
            raise ValueError(
                "learning_rate='cosine' ends at max_iter, which partial_fit does not know; take 'inverse_time', or fit"
            )

    def _check_solver(self) -> bool:
        if self.solver not in STOCHASTIC_SOLVERS:
            raise AttributeError(
                f"partial_fit goes through the rows once, and solver={self.solver!r} does not; take 'adam' or 'sgd'"
            )
        return True

    def _problem(
        self,
        settings: ParameterValues,
        rows: CheckedRows,
        held_out: CheckedRows | None,
        generator: np.random.RandomState,
        is_first: bool,
        incremental: bool,
    ) -> Problem:
        """What is to be trained; draws in scikit-learn's order: weights, split, order of the rows."""
        import_engine()
        from nnjax.estimators.first_weights import draw_first_weights

        loss, self.out_activation_ = self._loss_and_output()
        design = make_design(settings, self._task, loss, _OUTPUTS[self.out_activation_], 1)
        sizes = (rows.x.shape[1], *design.hidden_layer_sizes, rows.y.shape[1])
        if is_first:
            parameters = draw_first_weights(
                generator, sizes, design, self.initializer, float(self.initializer_gain), negative_slope(settings)
            )
        else:
            parameters = parameters_of(self)
            _check_sizes(self.coefs_, sizes)
            check_goes_on(getattr(self, "_fitted_settings", settings), settings)  # weights may be a person's own
        is_stochastic = self.solver in STOCHASTIC_SOLVERS
        if held_out is None and self.early_stopping and is_stochastic:
            rows, held_out = rows.split(self.validation_fraction, generator)
        n_rows = len(rows.x)
        batch_size = self._rows_a_batch(n_rows, is_stochastic)
        if batch_size == 1 and self.normalization == "batch":
            raise ValueError(
                "normalization='batch' normalises a mini-batch, and batch_size is 1; raise it, or take 'layer'"
            )
        numbers = make_numbers(settings)
        is_noisy = bool(numbers.dropout or numbers.input_noise)
        noise_seed = int(generator.randint(2**31 - 1)) if is_noisy else 0
        return Problem(
            design=replace(design, batch_size=batch_size),
            numbers=numbers,
            stopping=self._stopping(1 if incremental else int(self.max_iter)),
            course=make_course(settings),
            train=rows._replace(weights=self._training_weights(rows)).weighing_examples(),
            validation=None if held_out is None else held_out.examples(),
            parameters=parameters,
            # The order of a full batch changes nothing but the rounding of a sum.
            random_state=self._kept(generator) if self.shuffle and batch_size < n_rows else None,
            improvement=None if is_first else self._improvement(held_out is not None, incremental),
            state=getattr(self, "_solver_state", {}).get(self.solver) if incremental else None,
            moments=() if is_first else moments_of(self),
            noise_seed=noise_seed,
        )

    def _kept(self, generator: np.random.RandomState) -> np.random.RandomState:
        """As it stands now, whoever draws from it later."""
        return copy.deepcopy(generator) if ledger.is_drawn_from_by_others(self.random_state) else generator

    def _stopping(self, max_iter: int) -> Stopping:
        return Stopping(max_iter, float(self.tol), float(self.n_iter_no_change), int(self.max_fun))

    def _rows_a_batch(self, n_rows: int, is_stochastic: bool) -> int:
        if not is_stochastic:
            return n_rows
        if self.batch_size == "auto":
            return min(LARGEST_AUTO_BATCH, n_rows)
        wanted = int(self.batch_size)
        if wanted > n_rows:
            warn_clipped(wanted, n_rows)
        return min(wanted, n_rows)

    def _improvement(self, by_score: bool, incremental: bool) -> Improvement:
        """What the fits before have come to; by another measure than theirs nothing was reached yet."""
        name, worst = ("best_validation_score_", -np.inf) if by_score else ("best_loss_", np.inf)
        best = getattr(self, name, None)
        return Improvement(
            best=float(worst if best is None else best),
            n_without_improvement=int(getattr(self, "_no_improvement_count", 0)),
            rate_share=float(getattr(self, "_rate_share", 1.0)) if incremental else 1.0,
            rows_seen=int(getattr(self, "t_", 0)),
        )

    def _take(self, fitted: Fitted, settings: ParameterValues, rows: CheckedRows, is_first: bool) -> None:
        """Set the attributes of a fitted estimator; none of them, where the weights are not finite."""
        attributes = weight_attributes(fitted.parameters, fitted.moments, rows.x.dtype)
        if not all(np.isfinite(each).all() for name in ("coefs_", "intercepts_") for each in attributes[name]):
            raise ValueError(NON_FINITE.format(**settings))
        if not np.isfinite(fitted.improvement.best):
            raise ValueError(UNJUDGED.format(what="loss" if fitted.validation_scores is None else "validation score"))
        for name in (*OPTIONAL_WEIGHTS.values(), *RUNNING_MOMENTS):
            self.__dict__.pop(name, None)
        scores, improvement = fitted.validation_scores, fitted.improvement
        before = {} if is_first else self.__dict__
        curve = fitted.loss_curve.tolist()
        attributes |= {
            "n_iter_": int(fitted.n_iter),
            "n_layers_": len(fitted.parameters) + 1,
            "n_outputs_": rows.y.shape[1],
            "loss_": curve[-1],
            "loss_curve_": [*(before.get("loss_curve_") or ()), *curve],
            "t_": int(improvement.rows_seen),
            "validation_scores_": None,
            "best_validation_score_": None,
            "best_loss_": None,
            "kernels_": fitted.kernels,
            "_no_improvement_count": int(improvement.n_without_improvement),
            "_rate_share": float(improvement.rate_share),
            "_solver_state": {self.solver: fitted.state},
            "_fitted_settings": {name: value for name, value in settings.items() if name in CONSTRAINTS},
            "_history": continued(before.get("_history") or {}, fitted.history),
        }
        if scores is None:
            attributes["best_loss_"] = float(improvement.best)
        else:
            attributes["validation_scores_"] = [*(before.get("validation_scores_") or ()), *scores.tolist()]
            attributes["best_validation_score_"] = float(improvement.best)
        self.__dict__.update(attributes)

    def _outputs(self, X: Any) -> NDArray[Any]:
        """The network's outputs [N, O] in the dtype of X."""
        from nnjax.estimators.forward import network_outputs

        check_is_fitted(self)
        x = validate_data(self, X, accept_sparse=["csr", "csc"], dtype=(np.float64, np.float32), reset=False)
        # By what was fitted, whatever has been set since.
        settings = self._fitted_settings
        design = make_design(settings, self._task, self._loss_and_output()[0], _OUTPUTS[self.out_activation_], 1)
        network = parameters_of(self), moments_of(self), design, make_numbers(settings)
        with np.errstate(over="ignore"):
            return np.concatenate(
                [np.asarray(network_outputs(*network, block), dtype=x.dtype) for block in dense_blocks(x)]
            )

    @property
    def history_(self) -> "pd.DataFrame":
        """What was watched of every layer after every epoch of all fits that went on with one another.

        One row an epoch and layer, both counted from 1, the last layer being the output's: `grad_norm`,
        `preactivation_grad_norm`, `weight_norm`, `update_ratio`, `unit_dead`, as the glossary explains them.
        """
        check_is_fitted(self)
        return history_frame(self._history, len(self.coefs_))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


_OUTPUTS = {"identity": "identity", "exp": "exponential", "logistic": "logistic", "softmax": "softmax"}
"""scikit-learn's name of an output function -> a key of `OUTPUTS`."""


def _of_held_out(words: str) -> str:
    """What is said of X or y, said of X_val or y_val.

    >>> _of_held_out("X has 3 features"), _of_held_out("Input y contains NaN."), _of_held_out("inconsistent numbers")
    ('X_val has 3 features', 'Input y_val contains NaN.', 'X_val and y_val: inconsistent numbers')
    """
    told, n_named = re.subn(r"^(Input )?([Xy])\b", r"\1\2_val", words)
    return told if n_named else f"X_val and y_val: {words}"


def _check_sizes(coefs: Sequence[NDArray[Any]], sizes: Sequence[int]) -> None:
    """Whether the weights that are to be gone on with are those of a network of these sizes."""
    known = (*(each.shape[-2] for each in coefs), coefs[-1].shape[-1])
    if known != tuple(sizes):
        raise ValueError(
            f"the network that is to be gone on with has layers of {known}, hidden_layer_sizes ask for {tuple(sizes)}; "
            "set warm_start=False, or leave hidden_layer_sizes as they were"
        )


def _draw_orders(generator: np.random.RandomState, n_rows: int, epochs: int) -> None:
    """Move a person's own generator on, as drawing the orders of so many epochs would."""
    order = np.arange(n_rows)
    for _ in range(epochs):
        generator.shuffle(order)
