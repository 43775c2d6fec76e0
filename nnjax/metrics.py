"""Every measured number, declared once: what lists, explains, compares or shows numbers elsewhere derives from here.

A leaf: it imports nothing that measures, so that every room may ask it for names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import KW_ONLY, dataclass
from math import inf, log2
from typing import Literal

QUARTER_MORE = log2(1.25)
"""Usual margin of what is compared by ratios: a quarter more."""


Better = Literal["higher", "lower", ""]
Epoch = Literal["best", "last", ""]
Shown = Literal["decimals", "share", "count", ""]


@dataclass(frozen=True)
class Described:
    """What a glossary says of a number.

    Attributes:
        name: Its name in the journal, the results table, MLflow and on axes.
        unit: Its unit; "" for a pure number.
        meaning: What it says, in a sentence.
        formula: How it is computed; "" where the meaning says it.
    """

    name: str
    unit: str
    meaning: str
    formula: str = ""


@dataclass(frozen=True)
class Metric(Described):
    """One number a run.

    Attributes:
        margin: Usual margin of a claim, on the scale it is compared on; 0 where a study must name one. None for what
            only describes a run: no claim is about it, it has no mean over replicates, and MLflow is not told.
        better: Which way is better; "" where neither is.
        task: "regression" or "classification"; "" for both.
        epoch: The epoch that it is about, "best" or "last"; "" for none.
        is_on_test_rows: Whether test rows measure it.
        is_of_study: Whether it depends on the study, and is therefore not in the journal.
        is_of_predictions: Whether it is computed from the predictions in the journal when results are read: it is there
            for runs of earlier versions, too, and no column of the journal.
        counts: What it counts, where ratios of it matter and it is compared as log₂; else "".
        lowest: What it is at least, whatever is trained.
        highest: What it is at most.
        shown: How it is printed: "decimals" (three), "share" (in percent), "count"; "" for four significant digits.
        is_main: Whether tables of cells have its standard deviation beside its mean.
        loss: The loss that it belongs to: only studies that train a cell by that have it; "" for any.
    """

    _: KW_ONLY
    margin: float | None = None
    better: Better = ""
    task: str = ""
    epoch: Epoch = ""
    is_on_test_rows: bool = False
    is_of_study: bool = False
    is_of_predictions: bool = False
    counts: str = ""
    lowest: float = -inf
    highest: float = inf
    shown: Shown = ""
    is_main: bool = False
    loss: str = ""


@dataclass(frozen=True)
class Measure:
    """How well predictions meet targets: a metric on the test rows at the best epoch, and one at the last.

    Attributes:
        name: What `training.class_measures` or `training.number_measures` calls it; metrics are called test_… and
            last_test_….
        task: "regression" or "classification".
        unit: As of a metric, and so are formula, better, margin, lowest, highest, shown and is_main.
        meaning: Of its metrics, {rows} and {epoch} left open, without the full stop.
        remark: What is said besides, once.
        is_judged: Whether the task's runs are chosen by it unless a study names another one; curves are of it.
        label: What headings call it; "" for its name.
        has_threshold: Whether it depends on where the probability of the second of two classes is cut.
        on_leaderboard: Whether MLflow's first view has a column of it, beside the judged one's.
        is_of_predictions: As of a metric; the others the engine computes, in `training.finals` or
            `training.class_scores`.
        loss: The loss that it belongs to: it is measured only where a cell of the study is trained by that; "" for any.
        needs_every_class: Whether it does not exist for rows that lack a class.
    """

    name: str
    task: str
    unit: str
    meaning: str
    formula: str = ""
    remark: str = ""
    _: KW_ONLY
    better: Better
    margin: float
    lowest: float = 0.0
    highest: float = inf
    shown: Shown = ""
    is_judged: bool = False
    is_main: bool = False
    on_leaderboard: bool = True
    is_of_predictions: bool = False
    loss: str = ""
    label: str = ""
    has_threshold: bool = False
    needs_every_class: bool = False

    @property
    def words(self) -> str:
        """What sentences call it.

        >>> MEASURE_OF["r2"].words, MEASURE_OF["log_loss"].words
        ('R²', 'log loss')
        """
        return self.label or self.name.replace("_", " ")

    def metric(self, rows: str, epoch: Epoch) -> Metric:
        """Its metric on validation or test rows at an epoch, the best on validation rows or the last."""
        is_best, prefix = epoch == "best", "" if epoch == "best" else "last_"
        sentence = self.meaning.format(rows=rows, epoch="best_epoch" if is_best else "the last epoch")
        alike = ("unit", "margin", "better", "task", "is_of_predictions", "lowest", "highest", "shown", "loss")
        return Metric(
            name=f"{prefix}{rows}_{self.name}",
            meaning=f"{sentence}{self.remark if is_best else ''}.",
            formula=self.formula if is_best else "",
            epoch=epoch,
            is_on_test_rows=rows == "test",
            is_main=self.is_main and (is_best or (self.is_judged and rows == "test")),
            **{name: getattr(self, name) for name in alike},
        )


@dataclass(frozen=True)
class Curve(Described):
    """One number an epoch, or one a layer and epoch; MLflow shows fit_… as fit/….

    Attributes:
        task: "regression" or "classification"; "" for both.
        is_of_layers: Whether it has a row a layer.
        is_main: Of a curve of layers: whether MLflow is told with the main curves.
    """

    _: KW_ONLY
    task: str = ""
    is_of_layers: bool = False
    is_main: bool = False

    @property
    def is_optional(self) -> bool:
        """Whether a run may lack it: those of the other task, and of test rows that are not scored every epoch."""
        return bool(self.task) or "_test_" in self.name


MEASURES = (
    Measure("r2", "regression", "", "R² on the {rows} rows at {epoch}", "1 − Σ(y − v)² / Σ(y − ȳ)²", better="higher",
            margin=0.02, lowest=-1.0, highest=1.0, shown="decimals", is_judged=True, is_main=True, label="R²"),
    Measure("rmse", "regression", "target's unit", "Root mean squared error on the {rows} rows at {epoch}",
            "√mean (y − v)²", better="lower", margin=0.0, is_main=True, label="RMSE"),
    Measure("mae", "regression", "target's unit", "Mean absolute error on the {rows} rows at {epoch}", "mean |y − v|",
            better="lower", margin=0.0, is_main=True, on_leaderboard=False, label="MAE"),
    Measure("pinball_loss", "regression", "target's unit",
            "Pinball loss at loss_quantile on the {rows} rows at {epoch}",
            "mean q (y − v) if y ≥ v, else (1 − q) (v − y)", "; only in studies with the loss quantile", better="lower",
            margin=0.0, on_leaderboard=False, is_of_predictions=True, loss="quantile"),
    Measure("poisson_deviance", "regression", "target's unit", "Mean Poisson deviance on the {rows} rows at {epoch}",
            "mean 2 (y ln(y / v) − y + v)", "; only in studies with the loss poisson, where all v are above 0",
            better="lower", margin=0.0, on_leaderboard=False, is_of_predictions=True, loss="poisson"),
    Measure("accuracy", "classification", "share", "Share of {rows} rows put into the right class at {epoch}",
            better="higher", margin=0.02, highest=1.0, shown="decimals", is_judged=True, is_main=True,
            has_threshold=True),
    Measure("balanced_accuracy", "classification", "share",
            "Mean of the classes' recalls on the {rows} rows at {epoch}", "1/K Σ recall of class k", better="higher",
            margin=0.02, highest=1.0, shown="decimals", has_threshold=True),
    Measure("log_loss", "classification", "nats", "Mean surprise at the true class of the {rows} rows at {epoch}",
            "mean −ln p", better="lower", margin=0.0, shown="decimals", is_main=True),
    Measure("brier", "classification", "", "Mean squared error of the probabilities on the {rows} rows at {epoch}",
            "mean (p − y)², for K > 2 classes summed over them", better="lower", margin=0.0, highest=2.0,
            shown="decimals", label="Brier score"),
    Measure("roc_auc", "classification", "", "Area under the ROC curve on the {rows} rows at {epoch}",
            "P(p of a member > p of another), mean over classes", "; for K > 2 one against the rest", better="higher",
            margin=0.02, highest=1.0, shown="decimals", label="ROC AUC", needs_every_class=True),
    Measure("average_precision", "classification", "", "Average precision on the {rows} rows at {epoch}",
            "Σ (gain in recall) · precision, over all thresholds", "; of two classes for the second, for K > 2 the "
            "mean over classes, one against the rest; a constant gets the share of the class", better="higher",
            margin=0.02, highest=1.0, shown="decimals", on_leaderboard=False, is_of_predictions=True,
            needs_every_class=True),
    Measure("f1", "classification", "", "F1 on the {rows} rows at {epoch}",
            "2 · precision · recall / (precision + recall)", "; of two classes for the second, for K > 2 the mean over "
            "classes", better="higher", margin=0.02, highest=1.0, shown="decimals", on_leaderboard=False,
            is_of_predictions=True, has_threshold=True),
    Measure("matthews", "classification", "", "Matthews’ correlation of true and predicted classes on the {rows} rows "
            "at {epoch}", "(TP·TN − FP·FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN)), for K > 2 Gorodkin’s", better="higher",
            margin=0.02, lowest=-1.0, highest=1.0, shown="decimals", on_leaderboard=False, is_of_predictions=True,
            label="Matthews’ correlation", has_threshold=True),
    Measure("calibration_error", "classification", "share",
            "Expected calibration error on the {rows} rows at {epoch}",
            "Σ over 15 bins of the largest p: share of rows · |accuracy − mean p|", better="lower", margin=0.0,
            highest=1.0, shown="decimals", on_leaderboard=False, is_of_predictions=True),
)  # fmt: skip
"""Task by task, the judged one first. Of two classes the second is the second of the table's class_names.
Of the judged one, the lowest is the score of a diverged run, and of any below."""

JUDGED = {measure.task: measure for measure in MEASURES if measure.is_judged}
"""Task -> the measure that curves and targets are about, and choices unless a study names another; higher is better."""

MEASURE_OF = {measure.name: measure for measure in MEASURES}
"""Name -> measure."""

MEASURE_NAMES = tuple(MEASURE_OF)
"""What a study's key `metric` may say."""

TASKS = tuple(JUDGED)

EPOCHS_TO_TARGET = "epochs_to_target"
"""Empty both where a run never reached the target and where it is missing: only its status tells which."""


def _on_rows(task: str) -> Iterator[Metric]:
    """A task's metrics on validation and test rows, in the order of the results table."""
    epochs: tuple[Epoch, ...] = ("best", "last")
    for epoch in epochs:
        yield JUDGED[task].metric("validation", epoch)
        yield from (measure.metric("test", epoch) for measure in MEASURES if measure.task == task)


FINALS = (
    Metric("best_epoch", "epochs",
           "Epoch with the lowest validation loss, on the scale that is trained (the highest R² where one output's "
           "error is squared and target_scale is as_is); first on ties.",
           margin=0.0, better="lower", shown="count", is_main=True),
    *(metric for task in TASKS for metric in _on_rows(task)),
    Metric("function_evaluations", "passes",
           "Times that loss and gradient of all training rows were computed: epochs, and lbfgs's line searches.",
           margin=QUARTER_MORE, better="lower", counts="passes"),
    Metric(EPOCHS_TO_TARGET, "epochs",
           "First epoch with fit_validation_r2 at or above target_r2 (accuracy: target_accuracy); empty if never "
           "(censored).", margin=QUARTER_MORE, better="lower", counts="epochs", is_of_study=True),
    Metric("target_r2", "", "The study's target for epochs_to_target; empty for classification.", task="regression",
           is_of_study=True),
    Metric("target_accuracy", "share", "The study's target for epochs_to_target; empty for regression.",
           task="classification", is_of_study=True),
    Metric("grad_slope_0", "decades a layer",
           "Slope of log₁₀ g_l against the hidden layer at initialisation; above 0: vanishing.",
           "slope of log₁₀ g_l on l = 1 … L", margin=0.05, better="lower", shown="decimals", is_main=True),
    Metric("grad_ratio_0", "decades", "First against last hidden layer at initialisation; below −1: vanished.",
           "log₁₀(g_1 / g_L)", margin=0.0, shown="decimals"),
    Metric("grad_slope", "decades a layer", "As grad_slope_0, median over the first tenth of the training.",
           "median over epochs 1 … ⌈E/10⌉", margin=0.05, better="lower", shown="decimals", is_main=True),
    Metric("grad_ratio", "decades", "As grad_ratio_0, median over the first tenth of the training.",
           "median over epochs 1 … ⌈E/10⌉", margin=0.0, shown="decimals"),
    Metric("saturated", "share", "unit_saturated at the last epoch, mean over hidden layers.", margin=0.0,
           better="lower", epoch="last", lowest=0.0, highest=1.0, shown="share"),
    Metric("dead", "share", "unit_dead at the last epoch, mean over hidden layers.", margin=0.0, better="lower",
           epoch="last", lowest=0.0, highest=1.0, shown="share"),
    Metric("n_parameters", "", "Weights and biases of the network.", margin=0.0, better="lower", lowest=0.0),
    Metric("diverged_epoch", "epochs", "First epoch at which a loss was NaN or infinite; −1 if none."),
    Metric("train_seconds", "s", "The chunk's training time divided by the runs that it has room for.", margin=0.0,
           better="lower", lowest=0.0),
    Metric("started", "s", "Start of the run's chunk, seconds since 1970."),
    Metric("ended", "s", "End of the run's chunk, seconds since 1970."),
)  # fmt: skip
"""One number a run, in the order of the results table."""

METRICS = {metric.name: metric for metric in FINALS if metric.margin is not None}
"""Those that runs are compared by: by name."""

CURVES = (
    Curve("fit_train_loss", "",
          "Mean loss of the training rows over the epoch, each taken before its own step; no penalty.",
          "1/(2N) Σ‖y − v‖²"),
    Curve("fit_train_r2", "",
          "R² of the training rows over the epoch, each taken before its own step, and of the target as it is trained.",
          "1 − mean (y − v)² / var(y)", task="regression"),
    Curve("fit_train_accuracy", "share",
          "Share of training rows put into the right class over the epoch, each before its own step.",
          task="classification"),
    Curve("fit_validation_loss", "", "Mean loss of the validation rows at the end of the epoch.", "1/(2M) Σ‖y − v‖²"),
    Curve("fit_validation_r2", "",
          "R² of the validation rows at the end of the epoch, of the target as it is trained (see target_scale).",
          task="regression"),
    Curve("fit_validation_accuracy", "share",
          "Share of validation rows put into the right class at the end of the epoch.", task="classification"),
    Curve("fit_test_loss", "", "Mean loss of the test rows at the end of the epoch; only where scored_rows says so."),
    Curve("fit_test_r2", "",
          "R² of the test rows at the end of the epoch, of the target as it is trained; only where scored_rows "
          "says so.", task="regression"),
    Curve("fit_test_accuracy", "share", "Share of test rows put into the right class; only where scored_rows says so.",
          task="classification"),
    Curve("fit_evaluations", "passes", "function_evaluations up to the end of the epoch: what the curves cost."),
    Curve("grad_norm", "",
          "Gradient of the weights, a layer (the last is the output): RMS over the epoch's steps; no penalty.",
          "‖∂loss/∂W_l‖_F / √size", is_of_layers=True, is_main=True),
    Curve("preactivation_grad_norm", "",
          "g_l, a hidden layer: RMS over rows and units of the derivative by the pre-activation; where rows count "
          "differently, of the weighted loss.",
          "√mean (∂lossᵢ/∂z_l)²", is_of_layers=True),
    Curve("weight_norm", "", "RMS weight, a layer, at the end of the epoch.", "‖W_l‖_F / √size", is_of_layers=True),
    Curve("update_ratio", "", "RMS change of the weights over the epoch against RMS weight, a layer.",
          "‖W_l(e) − W_l(e−1)‖ / ‖W_l(e)‖", is_of_layers=True),
    Curve("unit_mean", "", "Mean activation of a hidden layer over units and validation rows.", is_of_layers=True),
    Curve("unit_std", "", "Standard deviation of the activations of a hidden layer over units and validation rows.",
          is_of_layers=True),
    Curve("unit_saturated", "share",
          "Share of (row, unit) pairs on the validation rows with a slope of at most 7 % of the steepest "
          "(|z| ≥ 4 for logistic, ≥ 2 for tanh).", "f′(z) ≤ 0.0707 · max f′", is_of_layers=True, is_main=True),
    Curve("unit_dead", "share",
          "Share of a hidden layer's units whose slope was zero on every training row of the epoch.",
          is_of_layers=True),
)  # fmt: skip
"""One value an epoch, index = epoch, 0 = at initialisation; of layers a row each, counted from the input."""

FIT_CURVES = tuple(curve.name for curve in CURVES if not curve.is_of_layers)
LAYER_CURVES = tuple(curve.name for curve in CURVES if curve.is_of_layers)


def names(entries: Iterable[Described]) -> list[str]:
    """Their names.

    >>> names(CURVES)[:2]
    ['fit_train_loss', 'fit_train_r2']
    """
    return [entry.name for entry in entries]


def judged(part: str, task: str) -> str:
    """The name of a task's judged measure in some part: a metric, a target or a curve.

    >>> judged("test", "regression"), judged("fit_validation", "classification")
    ('test_r2', 'fit_validation_accuracy')
    """
    return f"{part}_{JUDGED[task].name}"
