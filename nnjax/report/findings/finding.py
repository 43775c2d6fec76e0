"""A finding, and the study that it is made into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nnjax.judged import Judged
from nnjax.report.study_results import StudyResults
from nnjax.report.views import first_sentence
from nnjax.sweep.space import level_text
from nnjax.sweep.study.claim_checks import DECIDES_CLAIMS, DECIDES_DECOUPLED
from nnjax.sweep.study.factors import FACTORS, Level
from nnjax.sweep.study.study import Study

LONGEST_NAME = 64
"""Of a study or a claim, as the reader has it."""

SENTENCES = {"beats": "{} beats {}.", "same": "{} and {} give the same score."}
"""Kind of a claim about two levels -> what it says of them."""


@dataclass(frozen=True)
class Finding:
    """Something that the study leaves open or overlooks, and the raw content of the study that asks further."""

    key: str
    sentence: str
    """The first sentence says it; what follows explains."""
    tables: Mapping[str, Any]

    @property
    def says(self) -> str:
        """Its first sentence."""
        return first_sentence(self.sentence)

    @property
    def why(self) -> str:
        """The sentences that explain it; empty where the first says all."""
        return self.sentence[len(self.says) :].strip()


def tables_of(study: Study) -> dict[str, Any]:
    """A study as the tables of its file, the changes from the command line made; most defaults are left out."""
    decisive = {**DECIDES_CLAIMS, **DECIDES_DECOUPLED}
    return {
        "question": study.question,
        "name": study.name,
        **({"metric": study.metric} if study.metric else {}),
        **({"decision_threshold": study.decision_threshold} if study.judged.has_chosen_threshold else {}),
        "data": study.data.located(),
        "replicates": study.replicates.written(),
        "studied": study.studied,
        "nuisance": study.nuisance,
        "fixed": {
            factor: level
            for factor, level in study.fixed.items()
            if level != FACTORS[factor].default or factor in decisive
        },
        "grid": study.grid.model_dump(exclude_defaults=True),
        "logging": study.logging.model_dump(exclude_unset=True),
    }


def next_study(
    study_results: StudyResults,
    key: str,
    question: str,
    pinned: Mapping[str, Level],
    studied: Mapping[str, Sequence[Level]],
    claims: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """A small study, the raw content of its file, of a few levels where all else is pinned to what it was in one cell.

    Data and replicates stay those of the study, so that the journal's runs are used again.
    """
    tables = tables_of(study_results.space.study)
    fixed = {**tables["fixed"], **pinned}
    return {
        **tables,
        "question": question,
        "name": next_name(study_results.space.study.name, key),
        "studied": studied,
        "nuisance": {},
        "fixed": {factor: level for factor, level in fixed.items() if factor not in studied},
        "grid": {},
        "claims": claims,
    }


def next_name(study: str, key: str) -> str:
    """The name of the study that a finding is made into.

    >>> next_name("diabetes", "edge-l2")
    'diabetes-edge-l2'
    """
    return f"{study[: LONGEST_NAME - 1 - len(key)]}-{key}"


def compared(kind: str, judged: Judged, factor: str, a: Level, b: Level, part: str = "test") -> dict[str, Any]:
    """The claim that one level of a factor beats another, or that both give the same score, on some rows.

    Of a measure without a usual margin it names one.

    >>> from nnjax.judged import USUAL
    >>> compared("same", USUAL["regression"], "l2", 0.1, 0.01)["name"]
    'l2-0-1-same-0-01'
    """
    levels = [level_text(level) for level in (a, b)]
    name = "".join(letter if letter.isalnum() else "-" for letter in f"{factor}-{levels[0]}-{kind}-{levels[1]}".lower())
    return {
        "name": name[:LONGEST_NAME],
        "sentence": f"{factor} = {SENTENCES[kind].format(*levels)}",
        "kind": kind,
        "a": {factor: a},
        "b": {factor: b},
        "metric": judged.metric(part),
        **({} if judged.measure.margin else {"margin": float(f"{judged.margin:.2g}")}),
    }


def favourite_levels(study_results: StudyResults) -> dict[str, Level]:
    """Levels of the cell that the validation rows choose in most splits, as the study writes them."""
    chosen = chosen_cells(study_results)
    return max(chosen, key=chosen.count)


def chosen_cells(study_results: StudyResults) -> list[dict[str, Level]]:
    """Levels of the cell that the validation rows choose in each split."""
    return [
        levels_of(study_results, study_results.best.cell_ids[index]) for index in study_results.best.selection.chosen
    ]


def levels_of(study_results: StudyResults, cell_id: str) -> dict[str, Level]:
    """Levels of a cell, as the study writes them."""
    return next(cell.levels for cell in study_results.space.cells if cell.cell_id == cell_id)
