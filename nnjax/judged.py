"""What a study is judged by: one measure of `nnjax.metrics`, which chooses and is told, and its scores.

A leaf beside `metrics`, for every room.
"""

from dataclasses import dataclass, replace

from nnjax.metrics import FINALS, JUDGED, Epoch, Measure, Metric

_EPOCHS: tuple[Epoch, ...] = ("best", "last")


THRESHOLDS = tuple(
    Metric(
        f"{prefix}decision_threshold",
        "",
        f"Probability of the second class from which on a row is put into it at {where}, as validation rows choose.",
        margin=0.0,
        task="classification",
        epoch=epoch,
        lowest=0.0,
        highest=1.0,
        shown="decimals",
        is_of_predictions=True,
    )
    for prefix, epoch, where in (("", _EPOCHS[0], "best_epoch"), ("last_", _EPOCHS[1], "the last epoch"))
)
"""Only in studies with `decision_threshold = "validation"`."""


@dataclass(frozen=True)
class Judged:
    """The measure by which a study's runs are judged: on validation rows it chooses, on test rows it is told.

    Whoever compares takes scores: higher is better, a diverged run has the lowest. Of a measure that is better lower
    the score is its negative, as scikit-learn has it.

    Attributes:
        worst: What a run that diverged counts as, and any that is worse, in the measure's own unit.
        has_chosen_threshold: Whether validation rows choose where the probability of the second of two classes is cut.
    """

    measure: Measure
    worst: float
    has_chosen_threshold: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether it is what the task's runs are judged by anyway."""
        return self.measure.is_judged

    @property
    def is_in_journal(self) -> bool:
        """Whether the engine has measured it on validation rows; else it comes from predictions."""
        return self.is_usual and not self.has_chosen_threshold

    @property
    def cut_by(self) -> str:
        """The measure that chooses a threshold: itself where it depends on one, else F1."""
        return self.measure.name if self.measure.has_threshold else "f1"

    @property
    def sign(self) -> int:
        """What makes a score of it: 1, or −1 where lower is better."""
        return -1 if self.measure.better == "lower" else 1

    @property
    def floor(self) -> float:
        """The lowest score."""
        return self.sign * self.worst

    @property
    def margin(self) -> float:
        """The smallest difference that matters, where nobody names one: a hundredth of the worst if none is usual."""
        return self.measure.margin or abs(self.worst) / 100

    @property
    def scores(self) -> dict[str, str]:
        """Metric of it -> column of its scores."""
        parts = [f"{epoch}{rows}" for epoch in ("", "last_") for rows in ("validation", "test")]
        return {f"{part}_{self.measure.name}": f"{part}_score" for part in parts}

    @property
    def beside(self) -> dict[str, str]:
        """Where it is what the task is usually judged by, and the study by another measure: metric -> its scores."""
        return {metric: f"usual_{score}" for metric, score in self.scores.items()}

    @property
    def of_validation(self) -> tuple[Metric, ...]:
        """Its metrics on validation rows, at the best epoch and the last."""
        found = (self.measure.metric("validation", epoch) for epoch in _EPOCHS)
        return tuple(each if self.is_in_journal else replace(each, is_of_predictions=True) for each in found)

    def metric(self, part: str) -> str:
        """The name of its metric on some rows: on "last_test", last_test_r2, for example."""
        return f"{part}_{self.measure.name}"

    def label(self, part: str) -> str:
        """What its score is called: the metric, with a minus where the score is its negative."""
        return f"{'−' if self.sign < 0 else ''}{self.metric(part)}"

    def column(self, metric: str) -> str:
        """The column that comparisons and means of any metric are taken from."""
        return self.scores.get(metric, metric)

    def finals(self) -> tuple[Metric, ...]:
        """`FINALS`, and of a measure that the task is not usually judged by what it is on validation rows."""
        before: dict[str, list[Metric]] = {}
        if not self.is_usual:
            before = {each.name.replace("validation", "test"): [each] for each in self.of_validation}
        if self.has_chosen_threshold:
            for each, first in zip(THRESHOLDS, ("test_accuracy", "last_test_accuracy"), strict=True):
                before[first] = [each, *before.get(first, [])]
        return tuple(each for final in FINALS for each in (*before.get(final.name, ()), final))


USUAL = {task: Judged(measure, measure.lowest) for task, measure in JUDGED.items()}
"""Task -> what its runs are judged by unless a study says otherwise."""


def compared_by(judged: Judged) -> list[Metric]:
    """The metrics that runs of a study are compared by.

    >>> [metric.name for metric in compared_by(USUAL["classification"])][:3]
    ['best_epoch', 'validation_accuracy', 'test_accuracy']
    """
    task = judged.measure.task
    return [metric for metric in judged.finals() if metric.margin is not None and metric.task in ("", task)]
