"""A study: what is asked, what is varied in which role, what it is repeated over, what is claimed."""

import os.path
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from re import fullmatch
from typing import Any

from pydantic import ValidationError

from nnjax.data.splits import SplitPlan
from nnjax.data.tables import Table
from nnjax.redaction import masked_addresses
from nnjax.surroundings import check_name
from nnjax.sweep.identity import content_hash
from nnjax.sweep.study.checks import FIRST_CHECKS, Draft, check_cells
from nnjax.sweep.study.claim_checks import check_claims
from nnjax.sweep.study.errors import Fault, StudyError, show_value
from nnjax.sweep.study.factors import FACTORS, Level
from nnjax.sweep.study.later_keys import without_later
from nnjax.sweep.study.messages import faults_of
from nnjax.sweep.study.reading import apply_overrides, parse_study, read_study_text
from nnjax.sweep.study.split_checks import check_scores, check_splitter
from nnjax.sweep.study.tables import NAME_PATTERN, Claim, DataSource, Grid, Logging, Replicates, StudyFile
from nnjax.sweep.study.training_checks import check_networks, check_steps

__all__ = ["Claim", "Study", "StudyError", "load_study"]

STUDY_CHECKS = (check_splitter, *FIRST_CHECKS, check_scores, check_networks, check_steps, check_cells, check_claims)


QUOTES = "\"'"
"""Of text in TOML."""


@dataclass(frozen=True)
class Study:
    """A checked study.

    Attributes:
        expected: What the author expects, or how long it takes; empty if nothing is said.
        lecture: The sentence of the lecture that is put to the test; empty if the study is not about one.
        confirms: What would confirm it; and refutes, what would refute it.
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
        plain = ("name", "question", "expected", "lecture", "confirms", "refutes")
        return content_hash(
            {
                "data": self.data.record(),
                "replicates": self.replicates.record(),
                **records,
                **{name: getattr(self, name) for name in plain},
                "fixed": without_later("fixed", self.fixed),
                "overrides": tuple(map(_without_place, self.overrides)),
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
    return Study(**written | own, overrides=overrides, path=str(path), text=text)


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
