"""A study: what is asked, what is varied in which role, what it is repeated over, what is claimed."""

import os.path
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from re import fullmatch
from typing import Any

from pydantic import ValidationError

from nnjax.data.splits import SplitPlan
from nnjax.data.tables import Table
from nnjax.judged import USUAL, Judged
from nnjax.redaction import masked_addresses
from nnjax.surroundings import check_name
from nnjax.sweep.identity import content_hash
from nnjax.sweep.study.checks import Draft, check_columns, check_kernels, check_levels, check_roles, check_source
from nnjax.sweep.study.claim_checks import check_claims
from nnjax.sweep.study.errors import Fault, StudyError, show_value
from nnjax.sweep.study.factors import FACTORS, KERNELS, Level
from nnjax.sweep.study.grid_checks import check_cells, check_exclude, check_size, check_zip
from nnjax.sweep.study.judged import check_metric, judged_by, name_metric
from nnjax.sweep.study.later_keys import without_later
from nnjax.sweep.study.messages import faults_of
from nnjax.sweep.study.reading import apply_overrides, parse_study, read_study_text
from nnjax.sweep.study.split_checks import check_folds, check_rows, check_scores, check_splitter
from nnjax.sweep.study.tables import Claim, DataSource, Grid, Logging, Replicates, StudyFile
from nnjax.sweep.study.training_checks import check_networks, check_steps
from nnjax.sweep.study.values import NAME_PATTERN, ON_VALIDATION_ROWS

__all__ = ["Claim", "Study", "StudyError", "load_study"]

STUDY_CHECKS = (
    *(check_splitter, check_roles, check_kernels, check_levels, check_source),
    *(check_folds, check_rows, check_columns),
    *(check_zip, check_exclude, check_size),
    *(check_scores, check_metric, check_networks, check_steps, check_cells, check_claims),
)
"""In this order: each may take for granted what those before it have found sound."""

QUOTES = "\"'"
"""Of text in TOML."""


@dataclass(frozen=True)
class Study:
    """A checked study.

    Attributes:
        expected: What the author expects, or how long it takes; empty if nothing is said.
        lecture: The sentence of the lecture that is put to the test; empty if the study is not about one.
        confirms: What would confirm it; and refutes, what would refute it.
        metric: The measure that it names to be judged by; empty for the task's usual one.
        decision_threshold: Of two classes, where the probability of the second is cut: ½, or chosen on validation rows.
        table: Its numbers, read once: a file that is changed meanwhile changes nothing.
        studied: Levels of the factors that the question is about.
        nuisance: Levels of the factors that are chosen on validation rows.
        fixed: The one level of every other factor, defaults filled in.
        text: The file as written, before any change.
    """

    name: str
    question: str
    expected: str
    lecture: str
    confirms: str
    refutes: str
    metric: str
    decision_threshold: float | str
    data: DataSource
    table: Table = field(compare=False, repr=False)
    replicates: Replicates
    studied: dict[str, tuple[Level, ...]]
    nuisance: dict[str, tuple[Level, ...]]
    fixed: dict[str, Level]
    grid: Grid
    logging: Logging
    claims: tuple[Claim, ...]
    overrides: tuple[str, ...]
    path: str
    text: str

    @property
    def factors(self) -> dict[str, tuple[Level, ...]]:
        """The levels of every factor that the study lists, the studied ones first."""
        return {**self.studied, **self.nuisance}

    @property
    def split_plan(self) -> SplitPlan:
        """How the rows are split."""
        return self.replicates.split_plan(self.data.validation_share)

    @cached_property
    def judged(self) -> Judged:
        """What its runs are judged by: the one place that choices, scores, claims and pictures take it from."""
        is_chosen = self.decision_threshold == ON_VALIDATION_ROWS
        return replace(judged_by(self.metric, self.table), has_chosen_threshold=is_chosen)

    @property
    def chosen_by(self) -> str:
        """The key by which choices need predictions of validation rows, as it is written; empty if none does."""
        if self.judged.has_chosen_threshold:
            return f'decision_threshold = "{ON_VALIDATION_ROWS}"'
        return f'metric = "{self.metric}"' if self.metric else ""

    @property
    def loss_quantile(self) -> float | None:
        """The quantile at which pinball losses are measured; None where it has several levels, each run's own."""
        levels = self.factors.get("loss_quantile", (self.fixed.get("loss_quantile"),))
        return float(str(levels[0])) if len(levels) == 1 and levels[0] is not None else None

    @property
    def kernels(self) -> str:
        """What it says of them: "auto", "xla" or "fused"; what that comes to is in its space, not in its digest."""
        return str(self.fixed[KERNELS])

    def role(self, factor: str) -> str:
        """The role of a factor: "studied", "nuisance" or "fixed".

        Depth and width have the role of `hidden_layer_sizes` where a study gives that instead, and the reverse.

        Raises:
            KeyError: If there is no such factor.
        """
        if factor not in FACTORS:
            raise KeyError(factor)
        shapes = ("depth", "width", "hidden_layer_sizes")
        given = [name for name in shapes if name in self.factors or name in self.fixed]
        names = given if factor in shapes and factor not in given else [factor]
        for role, table in (("studied", self.studied), ("nuisance", self.nuisance)):
            if any(name in table for name in names):
                return role
        return "fixed"

    def digest(self) -> str:
        """sha256 of the content, changes from the command line included; layout, comments and place are not part."""
        records = {name: getattr(self, name).model_dump() for name in ("grid", "logging")}
        plain = ("name", "question", "expected", "lecture", "confirms", "refutes", "metric", "decision_threshold")
        return content_hash(
            {
                "data": self.data.record(),
                "replicates": self.replicates.record(),
                **records,
                **without_later("", {name: getattr(self, name) for name in plain}),
                "fixed": without_later("fixed", {name: self.fixed[name] for name in self.fixed if name != KERNELS}),
                "overrides": tuple(_without_place(each) for each in self.overrides if not _is_of_kernels(each)),
                "studied": list(self.studied.items()),
                "nuisance": list(self.nuisance.items()),
                "claims": [claim.model_dump() for claim in self.claims],
            }
        )


def load_study(path: Path | str, overrides: Sequence[str] = ()) -> Study:
    """Read and check a study file, whole, before anything runs.

    Overrides are `key=value`, as `--set` takes them: "fixed.epochs=50", or "epochs=50" for a factor wherever it stands.
    The value is TOML; a bare word is text.

    Raises:
        StudyError: If anything is wrong with it; `others` lists what else is.
        NoTextError: If its path is no UTF-8.
    """
    check_name(path)
    file = str(path)
    # A study is written down word for word, and so are its changes.
    text = masked_addresses(read_study_text(Path(path)))
    overrides = [masked_addresses(each) for each in overrides]
    raw = parse_study(text, file)
    apply_overrides(raw, overrides, file)
    name_metric(raw)
    try:
        checked = StudyFile.model_validate(raw)
    except ValidationError as error:
        raise StudyError(file, *faults_of(error, raw)) from None
    draft = Draft(_located(checked, Path(path).parent), _all_fixed(checked))
    for check in STUDY_CHECKS:
        if faults := list(check(draft)):
            raise StudyError(file, *faults)
    return _complete(draft, Path(path), tuple(overrides), text)


def _complete(draft: Draft, path: Path, overrides: tuple[str, ...], text: str) -> Study:
    """The study of a sound draft, named after its file unless it names itself."""
    checked = draft.file
    if not checked.name and not fullmatch(NAME_PATTERN, path.stem):
        fault = Fault("name", "", f"missing, and {show_value(path.stem)} is not a name", 'write name = "my-study"')
        raise StudyError(str(path), fault)
    written: dict[str, Any] = {key: "" if value is None else value for key, value in checked}
    own: dict[str, Any] = {"name": checked.name or path.stem, "table": draft.table, "fixed": draft.fixed}
    own["replicates"] = draft.replicates
    own["metric"] = "" if checked.metric == USUAL[draft.table.task].measure.name else checked.metric or ""
    return Study(**written | own, overrides=overrides, path=str(path), text=text)


def _is_of_kernels(override: str) -> bool:
    return override.partition("=")[0].strip().removeprefix("fixed.") == KERNELS


def _without_place(override: str) -> str:
    """A change without the folder of a table of one's own."""
    key, mark, value = override.partition("=")
    is_a_path = key.strip() in ("file", "data.file")
    return f"{key}{mark}{Path(value.strip().strip(QUOTES)).name}" if is_a_path else override


def _located(checked: StudyFile, folder: Path) -> StudyFile:
    """The study with its table where it lies: beside the study file, or else as seen from here."""
    if checked.data.file is None or not os.path.isfile(folder / checked.data.file):
        return checked
    data = checked.data.model_copy(update={"file": str(folder / checked.data.file)})
    return checked.model_copy(update={"data": data})


def _all_fixed(checked: StudyFile) -> dict[str, Level]:
    """One level for every factor that is not varied; no depth and width where the layers are given one by one."""
    varied = {**checked.studied, **checked.nuisance}
    left_out = set(varied)
    if "hidden_layer_sizes" in varied or "hidden_layer_sizes" in checked.fixed:
        left_out |= {"depth", "width"}
    given = {name: checked.fixed.get(name, factor.default) for name, factor in FACTORS.items() if name not in left_out}
    return {name: level for name, level in given.items() if level is not None}
