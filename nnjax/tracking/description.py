"""What tracking needs to know about a sweep besides its tables: plain records, filled by `sync`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from nnjax.judged import USUAL, Judged
from nnjax.sweep.study.tables import CurveChoice

DATA_CONTEXT = ("mlflow.data.context", "train, validation and test")
"""Tag that says what a run's data are for it."""


@dataclass(frozen=True)
class DataDescription:
    """The data set, for MLflow's dataset input."""

    name: str
    digest: str
    features: tuple[str, ...]
    targets: tuple[str, ...]
    """Names of the outputs; one for classification."""
    rows: int
    classes: tuple[str, ...] = ()
    """Names of the classes, whose numbers are the target; empty for regression."""
    raw: tuple[tuple[str, bool], ...] = ()
    """Of features that only preparation makes numbers of, each one's kind and whether all rows have it."""


class ToldData(NamedTuple):
    """The same as MLflow keeps it, its fields named and ordered as there."""

    name: str
    digest: str
    source_type: str
    source: str
    """JSON, as are all that follow."""
    schema: str
    profile: str


@dataclass(frozen=True)
class SweepDescription:
    """One execution of a study, as MLflow is told about it."""

    sweep_id: str
    """Its identity, see `names.plan_id`; once the store has been read, what it is called there."""
    study: str
    question: str
    factors: Mapping[str, tuple[str, ...]]
    """Factor -> its levels as `names.level_text` writes the results table's values, studied ones first."""
    setting: Mapping[str, str]
    """Factor -> its level at the reference setting; without those factors that only follow another one."""
    studied: tuple[str, ...] = ()
    """Those factors whose effect is asked for; the rest is nuisance."""
    expected: str = ""
    """What was said and expected before, for the experiment's note: Markdown."""
    declared: str = ""
    """Whether its claims were declared before the training, in a sentence or two; empty without claims."""
    curves: CurveChoice = "none"
    task: str = "regression"
    measure: Judged | None = None
    """What the study is judged by; None for what the task usually is."""
    target: float | None = None
    """Validation R² or accuracy that `epochs_to_target` waits for."""
    fixed: tuple[str, ...] = ()
    """Factors that the study fixes at another level than their default: told as params beside the usual ones."""
    overrides: tuple[str, ...] = ()
    command: str = "nnjax sweep"
    commit: str = ""
    """Git commit of the checkout, followed by "+" if tracked files were changed; empty if there is none."""
    user: str = "unknown"
    study_text: str = ""
    environment: Mapping[str, object] = field(default_factory=dict)
    """Versions, machine, seconds: whatever the sweep's record holds."""
    data: DataDescription | None = None
    plan_id: str = ""
    """Its identity, where the store calls it by another name."""
    former_id: str = ""
    """What earlier builds called it: a hash of all that its study says."""

    @property
    def judged(self) -> Judged:
        """What the study is judged by."""
        return self.measure or USUAL[self.task]
