"""A multilayer perceptron for numbers, in place of scikit-learn's."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils._param_validation import Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import column_or_1d

from nnjax.estimators.documentation import with_shared_parameters
from nnjax.estimators.network_estimator import NetworkEstimator
from nnjax.estimators.parameters import CONSTRAINTS, POSITIVE_NUMBER, SortedNames

LOSSES_AND_OUTPUTS = {
    "squared_error": ("half_mean_squared_error", "identity"),
    "poisson": ("poisson", "exp"),
    "huber": ("huber", "identity"),
    "quantile": ("quantile", "identity"),
}
"""`loss` -> a key of `LOSSES`, and scikit-learn's name of the output function."""


@with_shared_parameters
class MLPRegressor(RegressorMixin, NetworkEstimator):
    """A multilayer perceptron for numbers: scikit-learn's `MLPRegressor`, and what only nnjax has.

    Change the import, and a script runs as before. X and y are trained in float32, whatever their dtype; weights and
    predictions are given in the dtype of X, so of float64 about 7 digits are meant. y with several columns trains one
    network with as many outputs.

    Args:
        loss: "squared_error" (half of it), "poisson" (half the deviance, behind an exponential; y >= 0), "huber" or
            "quantile" (the pinball loss: the prediction is the quantile `loss_quantile`).
        huber_delta: Error at which "huber" turns from squared to absolute, in units of y.
        loss_quantile: Share of targets below the prediction, for "quantile"; 0.5 is the median.
        {shared}

    >>> from sklearn.datasets import make_regression
    >>> X, y = make_regression(n_samples=80, n_features=3, random_state=0)
    >>> model = MLPRegressor(hidden_layer_sizes=8, solver="lbfgs", random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9, model.predict(X[:2]).dtype
    (True, dtype('float64'))
    """

    _task = "regression"
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CONSTRAINTS,
        "loss": [SortedNames(set(LOSSES_AND_OUTPUTS))],
        "huber_delta": [POSITIVE_NUMBER],
        "loss_quantile": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(  # noqa: PLR0913 - scikit-learn reads the parameters' names from the signature
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: str | int = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        huber_delta: float = 1.0,
        loss_quantile: float = 0.5,
        negative_slope: str | float = "auto",
        elu_alpha: float = 1.0,
        maxout_pieces: int = 2,
        prelu_sharing: str = "unit",
        rms_decay: float = 0.9,
        decay_epochs: float = 50.0,
        decay_rate: float = 0.5,
        dropout: float = 0.0,
        input_noise: float = 0.0,
        normalization: str = "none",
        residual: int = 0,
        clipping: str = "none",
        clip_norm: float = 1.0,
        clip_min: float = -1.0,
        clip_max: float = 1.0,
        initializer: str = "scikit_learn",
        initializer_gain: float = 1.0,
        weight_decay: str | float = "auto",
        l1: float = 0.0,
    ) -> None:
        self._store(locals())

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, X_val: Any = None, y_val: Any = None) -> "MLPRegressor":
        """Train a network; goes on with the one that is there under `warm_start`.

        Args:
            X: Features [N, D]: numbers, a data frame of them, or a sparse matrix that has up to 10 million when dense.
            y: Targets [N], or [N, O].
            sample_weight: How many rows each row counts as [N]; the penalty is divided by their sum as by rows.
            X_val: Rows that decide by their R² when to stop, and which epoch's weights are kept, whatever
                `early_stopping` says; none of X is set aside then.
            y_val: Their targets.

        Returns:
            The estimator itself.
        """
        self._fit(X, y, sample_weight, (X_val, y_val))
        return self

    @available_if(NetworkEstimator._check_solver)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPRegressor":
        """Go on by one epoch over these rows; `n_iter_` is 1, `loss_curve_` and `t_` count all calls.

        Args:
            X: Features [N, D].
            y: Targets [N], or [N, O].
            sample_weight: How many rows each row counts as [N].

        Returns:
            The estimator itself.
        """
        self._fit(X, y, sample_weight, incremental=True)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The predictions of rows [N], or [N, O] for several outputs, in the dtype of X."""
        outputs = self._outputs(X)
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def _encoded(self, y: NDArray[Any], incremental: bool) -> NDArray[Any]:
        return self._columns(y, "y")

    def _encoded_held_out(self, y: NDArray[Any]) -> NDArray[Any]:
        return self._columns(y, "y_val")

    def _columns(self, y: NDArray[Any], name: str) -> NDArray[Any]:
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if self.loss == "poisson" and (y < 0).any():
            raise ValueError(
                f"loss='poisson' is for counts, and {name} has {int((y < 0).sum())} negative values, the least "
                f"{y.min():g}; take loss='squared_error', or shift {name}"
            )
        return y.reshape(len(y), -1)

    def _loss_and_output(self) -> tuple[str, str]:
        return LOSSES_AND_OUTPUTS[self.loss]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
