"""What a report on a regression and one on a classification differ in: names, words, floors, and nothing else."""

from dataclasses import dataclass, replace

from nnjax.data.reader import Task
from nnjax.judged import USUAL, Judged
from nnjax.metrics import JUDGED, MEASURES, Measure, judged


class _Curve:
    """The curve or the target, on some rows, of the measure that the task is usually judged by."""

    def __set_name__(self, terms: type, rows: str) -> None:
        self._rows = rows

    def __get__(self, terms: "TaskTerms", _: type) -> str:
        return judged(self._rows, terms.task)


class _Score:
    """What the score that the study is judged by is called on some rows: "test" is test_r2, for example."""

    def __set_name__(self, terms: type, rows: str) -> None:
        self._rows = rows

    def __get__(self, terms: "TaskTerms", _: type) -> str:
        return terms.judged.label(self._rows)


@dataclass(frozen=True)
class TaskTerms:
    """The terms in which a task is reported; chapters and figures take every name and word that differs from here."""

    task: Task
    judged: Judged
    """What the study is judged by."""
    label: str
    """The measure in words, as the start of a heading."""
    lowest_shown: float
    """Axes of curves do not reach below this, unless nothing lies above it."""
    learned_nothing: str
    """Where the curve of a network stays that learns nothing."""
    diverged: str
    """What a diverged run counts as, in words."""
    scaled: str
    """What is scaled with training rows only."""
    reference: str
    """The baseline that headlines compare with: it sees exactly what the networks see."""
    reference_long: str
    """The same at first mention."""
    naive: str
    """The baseline that looks at no feature."""
    constant: str
    """What it does, in words."""
    refitted: str
    """The baseline of the reference's kind that is fitted on the validation rows, too."""
    boosted: str
    """scikit-learn's gradient boosting, on the table's columns as they were read."""
    other_network: str
    """scikit-learn's network."""
    baselines: str
    """How the baselines were fitted, in words."""

    test = _Score()
    """On test rows at the best epoch."""
    validation = _Score()
    """On validation rows at the best epoch."""
    last_test = _Score()
    """On test rows at the last epoch."""
    target = _Curve()
    """The study's target for epochs_to_target."""
    fit_train = _Curve()
    fit_validation = _Curve()
    fit_test = _Curve()
    """The curve on test rows, where the study asked for it."""

    @property
    def floor(self) -> float:
        """Score of a diverged run, and lowest score of any other."""
        return self.judged.floor

    @property
    def curve_floor(self) -> float:
        """Lowest value of a curve."""
        return JUDGED[self.task].lowest

    @property
    def lowest_score(self) -> float:
        """Tints and axes of scores do not reach below this, unless nothing lies above it."""
        return self.lowest_shown if self.judged.is_usual else self.floor

    @property
    def targeted(self) -> str:
        """What the target for epochs_to_target is about."""
        return judged("validation", self.task)

    @property
    def margin(self) -> float:
        """Difference in the measure that matters in practice."""
        return self.judged.margin

    @property
    def test_metrics(self) -> tuple[str, ...]:
        """Every measure on test rows at the best epoch, the judged one first."""
        first = self.judged.measure
        others = (each for each in MEASURES if each.task == self.task and each != first)
        return tuple(f"test_{each.name}" for each in (first, *others))

    @property
    def baseline_names(self) -> tuple[str, ...]:
        """All its baselines."""
        return (self.naive, self.reference, self.refitted, self.boosted, self.other_network)

    @property
    def page_names(self) -> dict[str, str]:
        """Column of scores -> its head on the page: the measure, whose clipping the page tells of once."""
        parts = ("validation", "test", "last_validation", "last_test")
        scored = {f"{part}_score": self.judged.label(part) for part in parts}
        return scored | {f"{score}_sd": f"{name}_sd" for score, name in scored.items()}

    @property
    def shown_curves(self) -> tuple[str, ...]:
        """Curves of the whole network that figures and tables of the report use."""
        return (self.fit_validation, self.fit_train, self.fit_test, "fit_validation_loss", "fit_evaluations")

    @property
    def cut_off(self) -> str:
        """The sentence on what an axis of curves leaves out; empty where nothing is."""
        if self.lowest_shown <= self.curve_floor:
            return ""
        return f" Values below {self.lowest_shown:g} are cut off where others lie above.".replace("-", "−")


REGRESSION = TaskTerms(
    task="regression",
    judged=USUAL["regression"],
    label="R²",
    lowest_shown=-0.25,
    learned_nothing="at 0",
    diverged="it counts with R² = −1, the floor to which every other R² is clipped too",
    scaled="Features and target are scaled",
    reference="ridge",
    reference_long="ridge regression",
    naive="mean",
    constant="a constant prediction, the mean of the training rows",
    refitted="ridge, all rows",
    boosted="gradient boosting",
    other_network="MLPRegressor",
    baselines=(
        "Ridge sees what the networks see: it is fitted on the training rows, its penalty chosen on the validation "
        "rows. “Ridge, all rows” is fitted on both together. Gradient boosting is scikit-learn’s "
        "HistGradientBoostingRegressor: it sees a table’s columns as they were read, words as categories and gaps as "
        "gaps, and the validation rows choose the number of its trees. MLPRegressor is scikit-learn’s own network "
        "(64-64, ReLU, Adam) with early stopping on its own share of the same rows."
    ),
)

CLASSIFICATION = TaskTerms(
    task="classification",
    judged=USUAL["classification"],
    label="Accuracy",
    lowest_shown=0.0,
    learned_nothing="at the share of the largest class",
    diverged="it counts with accuracy 0, the lowest there is",
    scaled="Features are scaled",
    reference="logistic regression",
    reference_long="logistic regression",
    naive="majority class",
    constant="a constant prediction, the majority class",
    refitted="logistic regression, all rows",
    boosted="gradient boosting",
    other_network="MLPClassifier",
    baselines=(
        "Logistic regression sees what the networks see: it is fitted on the training rows, its penalty chosen by log "
        "loss on the validation rows. “Logistic regression, all rows” has the same penalty and is fitted on both "
        "together. Gradient boosting is scikit-learn’s HistGradientBoostingClassifier: it sees a table’s columns as "
        "they were read, words as categories and gaps as gaps, and the validation rows choose the number of its trees. "
        "MLPClassifier is scikit-learn’s own network (64-64, ReLU, Adam) with early stopping on its own share of the "
        "same rows. “Majority class” gives every row the shares of the classes in the training rows."
    ),
)

TERMS: dict[Task, TaskTerms] = {terms.task: terms for terms in (REGRESSION, CLASSIFICATION)}
"""Task -> its terms."""


def terms_of(chosen: Judged) -> TaskTerms:
    """The terms of a study that is judged by some measure."""
    usual = CLASSIFICATION if chosen.measure.task == "classification" else REGRESSION
    if chosen.is_usual:
        return replace(usual, judged=chosen)
    name, minus = chosen.measure.name, "−" if chosen.sign < 0 else ""
    label = chosen.measure.label or name.replace("_", " ").capitalize()
    worst = f"{chosen.worst:.3g}".replace("-", "−")
    diverged = f"it counts with {name} {worst}, and so does whatever is worse"
    if minus:
        diverged += f"; scores are {minus}{name}, so that higher is better"
    return replace(usual, judged=chosen, label=f"{minus}{label}", diverged=diverged)


def baseline_measures(task: Task) -> tuple[Measure, ...]:
    """What baselines are measured by: all that the task has but the pinball loss, for no loss_quantile is theirs."""
    return tuple(each for each in MEASURES if each.task == task and each.loss != "quantile")


def cut_column(measure: str, chooses: str) -> str:
    """A baseline's measure on test rows where another one, on validation rows, chooses the threshold."""
    return f"test_{measure}_cut_by_{chooses}"
