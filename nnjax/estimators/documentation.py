"""The parameters that both estimators have, in words, put into the docstring of each."""

from collections.abc import Iterable
from textwrap import fill
from typing import TypeVar

from nnjax.estimators.parameters import STOCHASTIC_SOLVERS
from nnjax.network.activations import ACTIVATIONS

SHARED = """
        hidden_layer_sizes: Units of each hidden layer; one number for one layer.
        activation: Function of the hidden units, or a list with one a hidden layer: "identity", "logistic", "tanh",
            "relu" as in scikit-learn, and
            {activations}.
        solver: "adam", "sgd" or "lbfgs" as in scikit-learn; {solvers}.
        alpha: Penalty alpha/2 ||W||² of the sum of the losses: it is divided by the rows of the mini-batch at hand, or
            by the sum of their weights. Ten times the weights is a tenth of the penalty.
        batch_size: Rows of a mini-batch; "auto" is min(200, rows). "lbfgs" takes all of them.
        learning_rate: Course of the learning rate: "constant"; "invscaling", "adaptive" (with "sgd" alone, else
            constant); "step", "cosine", "inverse_time" (with every solver but "lbfgs").
        learning_rate_init: Its beginning.
        power_t: Exponent of "invscaling".
        max_iter: Epochs, at most; iterations of "lbfgs".
        shuffle: Whether the rows are shuffled before every epoch.
        random_state: A number draws the same weights, split and orders in every fit. A RandomState object is copied by
            `clone`, so the folds of a cross-validation draw alike from it too.
        tol: What an epoch must gain to count as an improvement.
        verbose: Whether loss and score of every epoch are printed, after the training has ended.
        warm_start: Whether `fit` goes on with the weights that are there.
        momentum, nesterovs_momentum: Of "sgd".
        early_stopping: Whether `validation_fraction` of the rows are set aside, stratified where there are two
            classes, and their score decides when to stop and which epoch's weights are kept.
        validation_fraction: See `early_stopping`.
        beta_1, beta_2: Decays of "adam" and "adamw".
        epsilon: Guard against division by zero of the solvers that divide, all but "sgd" and "lbfgs".
        n_iter_no_change: Epochs in a row without improvement before training stops.
        max_fun: Calls of the loss that "lbfgs" may take.
        negative_slope: Slope of "leaky_relu" below zero; where the learned ones of "prelu" begin. "auto": 0.01, or
            0.25 with "prelu".
        elu_alpha: Minus what "elu" tends to below zero.
        maxout_pieces: Sets of weights of a "maxout" unit.
        prelu_sharing: What shares one learned slope: "unit" or "layer".
        rms_decay: Decay of the mean squared gradient of "rmsprop".
        decay_epochs, decay_rate: Unit of time, in epochs, of "step" and "inverse_time", and their strength.
        dropout: Share of hidden units dropped in a step.
        input_noise: Standard deviation of the noise added to the features in a step.
        normalization: "none", "batch" (predicting by running averages) or "layer".
        residual: Hidden layers that a skip connection spans; 0 for none.
        clipping: "none", "value" (into `clip_min` … `clip_max`), "global_norm" or "layer_norm" (to `clip_norm`).
        clip_norm, clip_min, clip_max: See `clipping`.
        initializer: "scikit_learn" (its own draws), or one of the engine's: "he", "glorot", "lecun", "orthogonal", ...
        initializer_gain: What the first hidden weights are multiplied with.
        weight_decay: Decoupled decay of the weights; "auto": 0.01 for "adamw", 0 for the others.
        l1: Penalty l1 Σ|w|, divided as `alpha` is.

    Attributes:
        coefs_, intercepts_: Weights and biases, one array a layer.
        scales_, negative_slopes_, running_means_, running_variances_: What normalised or "prelu" layers have besides.
        n_iter_: Epochs of the last call of `fit` or `partial_fit`.
        loss_, loss_curve_: Loss, penalty included, of the last epoch, and of every one since the first weights.
        best_loss_: The lowest; None where validation rows decide.
        validation_scores_, best_validation_score_: Scores of the validation rows; None without.
        t_: Rows seen since the first weights.
        history_: What was watched of every layer, as a data frame.
        n_layers_, n_outputs_, out_activation_: The network's.
        kernels_: What trained it: "xla", or the name of fused operations.
        n_features_in_, feature_names_in_: The features'.

    A training runs without stops: callbacks hear its beginning and its end. Sparse X is made dense. A model is stored
    by plain arrays; drop its callbacks (`set_callbacks()`) before, or they are stored with it.
""".strip("\n")
"""Lines of a docstring, indented as in a class."""

Estimator = TypeVar("Estimator", bound=type)


def with_shared_parameters(estimator: Estimator) -> Estimator:
    """Put the shared parameters' words into a class's docstring, where it says {shared}."""
    activations = _listed(set(ACTIVATIONS) - {"identity", "logistic", "tanh", "relu"})
    listed = fill(activations, 119, initial_indent=_IN, subsequent_indent=_IN)
    shared = SHARED.replace(f"{_IN}{{activations}}", listed).replace(
        "{solvers}", _listed(set(STOCHASTIC_SOLVERS) - {"adam", "sgd"})
    )
    estimator.__doc__ = (estimator.__doc__ or "").replace("        {shared}", shared)
    return estimator


_IN = " " * 12


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))
