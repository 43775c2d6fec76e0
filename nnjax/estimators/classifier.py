"""A multilayer perceptron for classes, in place of scikit-learn's."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import column_or_1d

from nnjax.estimators.checked_rows import CheckedRows
from nnjax.estimators.documentation import with_shared_parameters
from nnjax.estimators.network_estimator import NetworkEstimator
from nnjax.estimators.parameters import CONSTRAINTS


@with_shared_parameters
class MLPClassifier(ClassifierMixin, NetworkEstimator):
    """A multilayer perceptron for classes: scikit-learn's `MLPClassifier`, and what only nnjax has.

    Change the import, and a script runs as before. X is trained in float32, whatever its dtype; weights and
    probabilities are given in the dtype of X, so of float64 about 7 digits are meant. Two classes have one logistic
    output, more a softmax; y of zeros and ones in several columns are labels, each with a logistic output of its own.

    Args:
        class_weight: What the rows of a class count in the training loss beside their own weight: a dict, or "balanced"
            for the same of all classes. The scores of validation rows know nothing of it, as `score` does not.
        {shared}

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier(hidden_layer_sizes=8, solver="lbfgs", random_state=0).fit(X, y)
    >>> model.score(X, y) > 0.9, model.predict_proba(X[:2]).shape
    (True, (2, 3))
    """

    _task = "classification"
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CONSTRAINTS,
        "class_weight": [StrOptions({"balanced"}), dict, None],
    }
    _label_binarizer: Any

    def __init__(  # noqa: PLR0913 - scikit-learn reads the parameters' names from the signature
        self,
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
        class_weight: Mapping[Any, float] | str | None = None,
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
    def fit(self, X: Any, y: Any, sample_weight: Any = None, X_val: Any = None, y_val: Any = None) -> "MLPClassifier":
        """Train a network; goes on with the one that is there under `warm_start`.

        Args:
            X: Features [N, D]: numbers, a data frame of them, or a sparse matrix that has up to 10 million when dense.
            y: Classes [N], or zeros and ones for labels [N, O].
            sample_weight: How many rows each row counts as [N]; the penalty is divided by their sum as by rows.
            X_val: Rows that decide by their accuracy when to stop, and which epoch's weights are kept, whatever
                `early_stopping` says; none of X is set aside then.
            y_val: Their classes, each of which y has too.

        Returns:
            The estimator itself.
        """
        self._fit(X, y, sample_weight, (X_val, y_val))
        return self

    @available_if(NetworkEstimator._check_solver)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> "MLPClassifier":
        """Go on by one epoch over these rows; `n_iter_` is 1, `loss_curve_` and `t_` count all calls.

        Args:
            X: Features [N, D].
            y: Classes [N], or labels [N, O].
            sample_weight: How many rows each row counts as [N].
            classes: All classes there will ever be; asked for by the first call.

        Returns:
            The estimator itself.
        """
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' needs all rows at once, and partial_fit has these only; give a dict of weights"
            )
        if _check_partial_fit_first_call(self, classes):
            is_multilabel = type_of_target(y).startswith("multilabel")
            self._label_binarizer = LabelBinarizer().fit(y if is_multilabel else classes)
        self._fit(X, y, sample_weight, incremental=True)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The classes of rows [N], or their labels [N, O]."""
        outputs = self._outputs(X)
        classes: NDArray[Any] = self._label_binarizer.inverse_transform(
            outputs.ravel() if outputs.shape[1] == 1 else outputs
        )
        return classes

    def predict_proba(self, X: Any) -> NDArray[Any]:
        """The probability of each class [N, K], or of each label, in the dtype of X."""
        outputs = self._outputs(X)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def predict_log_proba(self, X: Any) -> NDArray[Any]:
        """The natural logarithm of `predict_proba`."""
        logarithms: NDArray[Any] = np.log(self.predict_proba(X))
        return logarithms

    def _encoded(self, y: NDArray[Any], incremental: bool) -> NDArray[Any]:
        y = _one_column(y)
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
            return self._binary(y)
        classes = unique_labels(y)
        if self.warm_start and set(classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {classes}; set warm_start=False"
            )
        self._check_known(classes, "y", "name all classes in the first call")
        return self._binary(y)

    def _encoded_held_out(self, y: NDArray[Any]) -> NDArray[Any]:
        y = _one_column(y)
        self._check_known(unique_labels(y), "y_val", "y has those alone; leave such rows out of X_val")
        return self._binary(y)

    def _binary(self, y: NDArray[Any]) -> NDArray[Any]:
        truths: NDArray[Any] = self._label_binarizer.transform(y).astype(bool)
        return truths

    def _check_known(self, classes: NDArray[Any], where: str, remedy: str) -> None:
        unknown = np.setdiff1d(classes, self.classes_)
        if len(unknown):
            known = self.classes_.tolist()
            raise ValueError(f"{where} has the classes {unknown.tolist()}, which are not among {known}; {remedy}")

    def _training_weights(self, rows: CheckedRows) -> NDArray[Any] | None:
        if self.class_weight is None:
            return rows.weights
        binarizer = self._label_binarizer
        if isinstance(self.class_weight, Mapping) and binarizer.y_type_.startswith("multilabel"):
            raise ValueError("a class_weight by class is not for labels: y has labels; take 'balanced'")
        of_classes = compute_sample_weight(self.class_weight, binarizer.inverse_transform(rows.y.astype(int)))
        return np.asarray(of_classes if rows.weights is None else rows.weights * of_classes)

    def _loss_and_output(self) -> tuple[str, str]:
        if self._label_binarizer.y_type_ == "multiclass":
            return "cross_entropy", "softmax"
        return "binary_cross_entropy", "logistic"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _one_column(y: NDArray[Any]) -> NDArray[Any]:
    if y.ndim == 2 and y.shape[1] == 1:
        column: NDArray[Any] = column_or_1d(y, warn=True)
        return column
    return y
