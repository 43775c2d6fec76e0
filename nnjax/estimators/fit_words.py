"""What a fit says: its epochs to those who ask for them, and what may help where it has not converged."""

import warnings

from sklearn.exceptions import ConvergenceWarning

from nnjax.estimators.parameters import ParameterValues
from nnjax.estimators.problem import Fitted

NON_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
    "preprocessed, as StandardScaler does; or lower learning_rate_init={learning_rate_init}."
)
"""Begins as scikit-learn's refusal does, which people match."""

UNJUDGED = (
    "no epoch had a finite {what} in float32, so none can be kept; scale y and the features, as StandardScaler does, "
    "or lower the learning rate"
)
"""Of a training whose weights may be finite, and nothing else is."""

LAST_LINES = {
    "tol": "No improvement of more than tol={tol} in {n_iter_no_change} consecutive epochs: the training is over.",
    "max_iter": "The training has gone through max_iter={max_iter} iterations.",
    "max_fun": "The training has called the loss max_fun={max_fun} times.",
    "line_search": "The training found no lower loss along its line.",
    "diverged": "A weight is not finite: the training is over.",
}
"""Why a training ended -> what is printed of it."""

UNCONVERGED = {
    "max_iter": "within max_iter={max_iter} {epochs}; set max_iter higher, or tol higher than {tol}",
    "max_fun": "within max_fun={max_fun} calls of the loss; set max_fun higher, or tol higher than {tol}",
    "line_search": "after {n_iter} {epochs}: no step lowers the loss; scale the features, or set tol higher than {tol}",
    "diverged": "after {n_iter} {epochs}: it diverged, and the weights of its best epoch are kept; set "
    "learning_rate_init lower than {learning_rate_init}, or scale the features",
}
"""Why a training ended without having converged -> after what, and what may help."""

_CALLER = 5
"""Which frame called `fit`: before it stand its decorator, `fit`, `_fit` and the function that warns."""


def print_epochs(fitted: Fitted, settings: ParameterValues) -> None:
    """Print loss and score of every epoch, and why the last one was the last."""
    for number, loss in enumerate(fitted.loss_curve, start=1):
        print(f"Iteration {number}, loss = {loss:.8f}")
        if fitted.validation_scores is not None:
            print(f"Validation score: {fitted.validation_scores[number - 1]:f}")
    print(LAST_LINES[fitted.why].format(**settings))


def warn_unconverged(fitted: Fitted, settings: ParameterValues) -> None:
    """Warn where a training ended before it converged."""
    if fitted.why in UNCONVERGED:
        epochs = "iterations" if settings["solver"] == "lbfgs" else "epochs"
        ending = UNCONVERGED[fitted.why].format(n_iter=fitted.n_iter, epochs=epochs, **settings)
        words = f"{settings['solver']} has not converged {ending}"
        warnings.warn(words, ConvergenceWarning, stacklevel=_CALLER)


def warn_clipped(batch_size: int, n_rows: int) -> None:
    """Warn of a mini-batch that would have more rows than there are."""
    words = f"batch_size={batch_size} is more than the {n_rows} rows; all of them are taken"
    warnings.warn(words, stacklevel=_CALLER + 2)
