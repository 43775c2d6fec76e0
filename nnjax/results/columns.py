"""Every column of the results table and every curve: unit, meaning, formula. The one glossary of measured numbers."""

from dataclasses import dataclass

from nnjax.sweep.study.factors import FACTORS as REGISTRY


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

FACTORS = tuple(Column(each.name, each.unit, each.meaning, each.formula) for each in REGISTRY.values())
"""A factor's column says what the factor says."""

FINALS = (
    Column(
        "best_epoch",
        "epochs",
        "Epoch with the lowest validation loss (for one output, the highest validation R²); first on ties.",
    ),
    Column("validation_r2", "", "R² on the validation rows at best_epoch.", "1 − Σ(y − v)² / Σ(y − ȳ)²"),
    Column("test_r2", "", "R² on the test rows at best_epoch.", "1 − Σ(y − v)² / Σ(y − ȳ)²"),
    Column("test_rmse", "target's unit", "Root mean squared error on the test rows at best_epoch.", "√mean (y − v)²"),
    Column("test_mae", "target's unit", "Mean absolute error on the test rows at best_epoch.", "mean |y − v|"),
    Column("last_validation_r2", "", "R² on the validation rows at the last epoch."),
    Column("last_test_r2", "", "R² on the test rows at the last epoch."),
    Column("last_test_rmse", "target's unit", "Root mean squared error on the test rows at the last epoch."),
    Column("last_test_mae", "target's unit", "Mean absolute error on the test rows at the last epoch."),
    Column("validation_accuracy", "share", "Share of validation rows put into the right class at best_epoch."),
    Column("test_accuracy", "share", "Share of test rows put into the right class at best_epoch."),
    Column(
        "test_balanced_accuracy",
        "share",
        "Mean of the classes' recalls on the test rows at best_epoch.",
        "1/K Σ recall of class k",
    ),
    Column("test_log_loss", "nats", "Mean surprise at the true class of the test rows at best_epoch.", "mean −ln p"),
    Column(
        "test_brier",
        "",
        "Mean squared error of the probabilities on the test rows at best_epoch.",
        "mean (p − y)², for K > 2 classes summed over them",
    ),
    Column(
        "test_roc_auc",
        "",
        "Area under the ROC curve on the test rows at best_epoch; for K > 2 one against the rest.",
        "P(p of a member > p of another), mean over classes",
    ),
    Column("last_validation_accuracy", "share", "Share of validation rows put into the right class at the last epoch."),
    Column("last_test_accuracy", "share", "Share of test rows put into the right class at the last epoch."),
    Column("last_test_balanced_accuracy", "share", "Mean of the classes' recalls on the test rows at the last epoch."),
    Column("last_test_log_loss", "nats", "Mean surprise at the true class of the test rows at the last epoch."),
    Column("last_test_brier", "", "Mean squared error of the probabilities on the test rows at the last epoch."),
    Column("last_test_roc_auc", "", "Area under the ROC curve on the test rows at the last epoch."),
    Column(
        "function_evaluations",
        "passes",
        "Times that loss and gradient of all training rows were computed: epochs, and lbfgs's line searches.",
    ),
    Column(
        "epochs_to_target",
        "epochs",
        "First epoch with validation R² at or above target_r2 (accuracy: target_accuracy); empty if never (censored).",
    ),
    Column("target_r2", "", "The study's target for epochs_to_target; empty for classification."),
    Column("target_accuracy", "share", "The study's target for epochs_to_target; empty for regression."),
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
    Column("train_seconds", "s", "The chunk's training time divided by the runs that it has room for."),
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
    Column(
        "fit_train_accuracy",
        "share",
        "Share of training rows put into the right class over the epoch, each before its own step.",
    ),
    Column("fit_validation_loss", "", "Mean loss of the validation rows at the end of the epoch.", "1/(2M) Σ‖y − v‖²"),
    Column("fit_validation_r2", "", "R² of the validation rows at the end of the epoch."),
    Column(
        "fit_validation_accuracy", "share", "Share of validation rows put into the right class at the end of the epoch."
    ),
    Column("fit_test_loss", "", "Mean loss of the test rows at the end of the epoch; only where scored_rows says so."),
    Column("fit_test_r2", "", "R² of the test rows at the end of the epoch; only where scored_rows says so."),
    Column(
        "fit_test_accuracy", "share", "Share of test rows put into the right class; only where scored_rows says so."
    ),
    Column("fit_evaluations", "passes", "function_evaluations up to the end of the epoch: what the curves cost."),
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
    "validation_accuracy",
    "test_accuracy",
    "test_log_loss",
    "last_test_accuracy",
    "best_epoch",
    "grad_slope_0",
    "grad_slope",
)
"""Finals whose standard deviation over replicates the cells table carries beside their mean."""

NOT_AVERAGED = ("target_r2", "target_accuracy", "diverged_epoch", "started", "ended")
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
