"""Every column of the results table and every curve: unit, meaning, formula. The one glossary of measured numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One measured number.

    Attributes:
        name: The name in the journal, the results table, MLflow and on axes.
        unit: Its unit; "" for a pure number.
        meaning: What it says, in a sentence.
        formula: How it is computed; "" where the meaning says it.
    """

    name: str
    unit: str
    meaning: str
    formula: str = ""


IDENTITY = (
    Column("run_id", "", "Content hash of the run: configuration, data, split, seed, engine version.", "SHA-256"),
    Column("cell_id", "", "Content hash of the cell: configuration and data.", "SHA-256"),
    Column("cell", "", "The cell's label: the factors that vary, in the study's order."),
    Column("split", "", "Number of the split of the data, from 0."),
    Column("seed_index", "", "Number of the seed within its split, from 0."),
    Column("seed", "", "The run's own seed, from which initial parameters and order of examples are drawn."),
    Column("status", "", "finished, diverged (a loss became NaN or infinite) or missing (not trained yet)."),
)

FACTORS = (
    Column("activation", "", "Activation function of the hidden units."),
    Column("depth", "layers", "Number of hidden layers.", "L"),
    Column("width", "units", "Units of the widest hidden layer."),
    Column("hidden_layer_sizes", "units", "Units of each hidden layer, joined by a hyphen."),
    Column("batch_size", "examples", "Examples a step; the full batch is the number of training rows."),
    Column("l2", "", "Coupled penalty on the weights, not the biases.", "loss + l2/2 · ‖W‖²"),
    Column("learning_rate", "", "Step size of the optimiser.", "η"),
    Column("optimizer", "", "sgd, momentum or adam."),
    Column("momentum", "", "Share of the last update that the momentum optimiser keeps."),
    Column("beta_1", "", "Adam's decay of the mean gradient.", "β₁"),
    Column("beta_2", "", "Adam's decay of the mean squared gradient.", "β₂"),
    Column("epsilon", "", "Adam's guard against division by zero.", "ε"),
    Column(
        "initializer", "", "Variance of the initial weights: lecun 1/fan_in, glorot 2/(fan_in + fan_out), he 2/fan_in."
    ),
    Column("loss", "", "Loss of one example.", "½‖y − v‖²"),
    Column("epochs", "epochs", "Passes over the training rows.", "E"),
)

FINALS = (
    Column(
        "best_epoch",
        "epochs",
        "Epoch with the lowest validation loss, that is the highest validation R²; first on ties.",
    ),
    Column("validation_r2", "", "R² on the validation rows at best_epoch.", "1 − Σ(y − v)² / Σ(y − ȳ)²"),
    Column("test_r2", "", "R² on the test rows at best_epoch.", "1 − Σ(y − v)² / Σ(y − ȳ)²"),
    Column("test_rmse", "target's unit", "Root mean squared error on the test rows at best_epoch.", "√mean (y − v)²"),
    Column("test_mae", "target's unit", "Mean absolute error on the test rows at best_epoch.", "mean |y − v|"),
    Column("last_validation_r2", "", "R² on the validation rows at the last epoch."),
    Column("last_test_r2", "", "R² on the test rows at the last epoch."),
    Column("last_test_rmse", "target's unit", "Root mean squared error on the test rows at the last epoch."),
    Column("last_test_mae", "target's unit", "Mean absolute error on the test rows at the last epoch."),
    Column(
        "epochs_to_target", "epochs", "First epoch with validation R² at or above target_r2; empty if never (censored)."
    ),
    Column("target_r2", "", "The study's target for epochs_to_target."),
    Column(
        "grad_slope_0",
        "decades a layer",
        "Slope of log₁₀ g_l against the hidden layer at initialisation; above 0: vanishing.",
        "slope of log₁₀ g_l on l = 1 … L",
    ),
    Column(
        "grad_ratio_0",
        "decades",
        "First against last hidden layer at initialisation; below −1: vanished.",
        "log₁₀(g_1 / g_L)",
    ),
    Column(
        "grad_slope",
        "decades a layer",
        "As grad_slope_0, median over the first tenth of the training.",
        "median over epochs 1 … ⌈E/10⌉",
    ),
    Column(
        "grad_ratio",
        "decades",
        "As grad_ratio_0, median over the first tenth of the training.",
        "median over epochs 1 … ⌈E/10⌉",
    ),
    Column("saturated", "share", "unit_saturated at the last epoch, mean over hidden layers."),
    Column("dead", "share", "unit_dead at the last epoch, mean over hidden layers."),
    Column("n_parameters", "", "Weights and biases of the network."),
    Column("diverged_epoch", "epochs", "First epoch at which a loss was NaN or infinite; −1 if none."),
    Column("train_seconds", "s", "The chunk's training time divided by its runs."),
    Column("started", "s", "Start of the run's chunk, seconds since 1970."),
    Column("ended", "s", "End of the run's chunk, seconds since 1970."),
)

CURVES = (
    Column(
        "fit_train_loss",
        "",
        "Mean loss of the training rows over the epoch, each taken before its own step; no penalty.",
        "1/(2N) Σ‖y − v‖²",
    ),
    Column(
        "fit_train_r2",
        "",
        "R² of the training rows over the epoch, each taken before its own step.",
        "1 − 2 · fit_train_loss / var(y)",
    ),
    Column("fit_validation_loss", "", "Mean loss of the validation rows at the end of the epoch.", "1/(2M) Σ‖y − v‖²"),
    Column("fit_validation_r2", "", "R² of the validation rows at the end of the epoch."),
    Column(
        "grad_norm",
        "",
        "Gradient of the weights, a layer (the last is the output): RMS over the epoch's steps; no penalty.",
        "‖∂loss/∂W_l‖_F / √size",
    ),
    Column(
        "preactivation_grad_norm",
        "",
        "g_l, a hidden layer: RMS over rows and units of the derivative by the pre-activation.",
        "√mean (∂lossᵢ/∂z_l)²",
    ),
    Column("weight_norm", "", "RMS weight, a layer, at the end of the epoch.", "‖W_l‖_F / √size"),
    Column(
        "update_ratio",
        "",
        "RMS change of the weights over the epoch against RMS weight, a layer.",
        "‖W_l(e) − W_l(e−1)‖ / ‖W_l(e)‖",
    ),
    Column("unit_mean", "", "Mean activation of a hidden layer over units and validation rows."),
    Column("unit_std", "", "Standard deviation of the activations of a hidden layer over units and validation rows."),
    Column(
        "unit_saturated",
        "share",
        "Share of (row, unit) pairs on the validation rows with a slope of at most 7 % of the steepest "
        "(|z| ≥ 4 for logistic, ≥ 2 for tanh).",
        "f′(z) ≤ 0.0707 · max f′",
    ),
    Column(
        "unit_dead", "share", "Share of a hidden layer's units whose slope was zero on every training row of the epoch."
    ),
)

RESULT_COLUMNS = (*IDENTITY, *FACTORS, *FINALS)
"""The columns of the results table, in its order."""

MAIN_FINALS = (
    "validation_r2",
    "test_r2",
    "test_rmse",
    "test_mae",
    "last_test_r2",
    "best_epoch",
    "grad_slope_0",
    "grad_slope",
)
"""Finals whose standard deviation over replicates the cells table carries beside their mean."""

NOT_AVERAGED = ("target_r2", "diverged_epoch", "started", "ended")
"""Finals of which a mean over replicates says nothing."""


def names(columns: tuple[Column, ...]) -> list[str]:
    """The columns' names.

    Example:
        >>> names(CURVES)[:2]
        ['fit_train_loss', 'fit_train_r2']
    """
    return [column.name for column in columns]


def describe(name: str) -> Column:
    """The entry of one name.

    Raises:
        KeyError: There is no such column.

    Example:
        >>> describe("test_rmse").unit
        "target's unit"
    """
    return {column.name: column for column in (*RESULT_COLUMNS, *CURVES)}[name]
