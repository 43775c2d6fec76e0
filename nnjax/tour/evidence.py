"""What a study came to, as the index shows it: the report's own answers, an interval a claim, the gradients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from nnjax.claims.answer import ClaimAnswer, arm_runs
from nnjax.claims.choice import choose_on_validation
from nnjax.metrics import METRICS
from nnjax.report.drawing import CLAIM_STRIP, NARROW, draw_panels, look_key
from nnjax.report.figures.claim import claim_row, draw_claim
from nnjax.report.figures.gradients import draw_layers, layer_table
from nnjax.report.formats import bounded, confidence, decimals, duration, signed
from nnjax.report.histories import GRADIENT, Curves, Histories, first_tenth, read_histories
from nnjax.report.study_results import StudyResults, gather
from nnjax.report.theme import make_palette
from nnjax.report.views import Key, Panel
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space, cells_at, level_text
from nnjax.sweep.study.factors import Level
from nnjax.sweep.study.study import Claim

ABOUT_GRADIENTS = frozenset(name for name in METRICS if name.startswith("grad_"))
"""Metrics whose claims get a picture of the gradients as well."""

ARM = "activation"
"""Column of the arms' names; where they differ in the activation alone they are its names, in its colours."""

MOST_LINES = 10
"""Arms that one picture of gradients can show."""


@dataclass(frozen=True)
class ClaimLine:
    """One claim as the report answers it."""

    answer: ClaimAnswer
    numbers: str
    """What was compared, the estimate and the interval; empty where there is none."""
    picture: Panel | None
    """The interval; None where there is none."""
    remark: str = ""
    """That it was not declared before the training, where that is so."""


@dataclass(frozen=True)
class GradientPicture:
    """Gradient against layer, at first and over the first tenth of training, for the arms of claims about gradients."""

    panels: tuple[Panel, ...]
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Evidence:
    """One study of the lecture."""

    name: str
    """Its report lies in the folder of that name."""
    path: Path
    lecture: str = ""
    """The lecture's sentence."""
    question: str = ""
    claims: tuple[ClaimLine, ...] = ()
    gradients: GradientPicture | None = None
    """None where no claim is about gradients."""
    runs: int = 0
    """Planned ones."""
    finished: int = 0
    seconds: float = 0.0
    """Time on the clock that training took, over all executions."""
    has_report: bool = False
    problems: tuple[str, ...] = ()
    """What did not work, a sentence each."""

    @property
    def effort(self) -> str:
        """Runs and time in words."""
        lost = "" if self.finished == self.runs else f", {self.finished:,} of them finished"
        spent = f", trained in {duration(self.seconds)}" if self.seconds else ""
        return f"{self.runs:,} runs{lost}{spent}"


def gather_evidence(space: Space, home: Path, number: int) -> Evidence:
    """What the journal says about a study, judged as its report judges it.

    Its number in the index keeps the pictures of several studies apart.

    Raises:
        NothingToReportError: If no cell of the study is complete.
    """
    study_results = gather(space, home)
    study, results = space.study, study_results.results
    return Evidence(
        name=study.name,
        path=Path(study.path),
        lecture=study.lecture,
        question=study.question,
        claims=tuple(
            claim_line(answer, f"s{number}-c{index}", study_results.declared.claims[answer.claim.name].standing.label)
            for index, answer in enumerate(study_results.claims)
        ),
        gradients=_gradients(study_results, home, f"s{number}-gradient"),
        runs=len(results),
        finished=int((results["status"] == "finished").sum()),
        seconds=study_results.record.seconds.get("wall", 0.0) if study_results.record else 0.0,
        has_report=(home / "reports" / study.name / "index.html").exists(),
    )


def claim_line(answer: ClaimAnswer, name: str, remark: str = "") -> ClaimLine:
    """A claim's answer as the index prints it; the name of its picture is unique there: letters, digits, hyphens."""
    interval = answer.interval
    if interval is None:
        return ClaimLine(answer, "", None, remark)
    show = signed if answer.threshold is None else decimals
    numbers = (
        f"{answer.direction}. {bounded(show(interval.estimate), interval)}, {confidence(interval.level)} interval "
        f"{show(interval.low)} … {show(interval.high)}"
    )
    row = claim_row(interval, answer.margin, answer.threshold)
    picture = draw_panels(name, [("", partial(draw_claim, row))], CLAIM_STRIP)[0] if answer.is_judged else None
    return ClaimLine(answer, numbers, picture, remark)


def _gradients(study_results: StudyResults, home: Path, name: str) -> GradientPicture | None:
    claims = [claim for claim in study_results.space.study.claims if claim.metric in ABOUT_GRADIENTS]
    lines = labelled_arms(claims)
    runs = {label: _runs_of(study_results, levels) for label, levels in lines.items()}
    runs = {label: table for label, table in runs.items() if len(table)}
    if not runs:
        return None
    table = pd.concat([part.assign(**{ARM: label}) for label, part in runs.items()], ignore_index=True)
    return draw_gradients(table, read_histories(Curves(Journal(home)), set(table["run_id"]), ()), name)


def labelled_arms(claims: Sequence[Claim]) -> dict[str, dict[str, Level]]:
    """The arms of some claims of one study, at most `MOST_LINES`, by what they differ in: label -> levels."""
    distinct: list[dict[str, Level]] = []
    for levels in (dict(levels) for claim in claims for levels in claim.arms.values()):
        if levels not in distinct:
            distinct.append(levels)
    factors = {factor for levels in distinct for factor in levels}
    varied = {factor for factor in factors if len({str(levels.get(factor)) for levels in distinct}) > 1}
    named = {_label(levels, varied): levels for levels in distinct[:MOST_LINES]}
    return {label or "all": levels for label, levels in named.items()}


def _label(levels: Mapping[str, Level], varied: set[str]) -> str:
    if varied == {"activation"}:
        return level_text(levels["activation"])
    return ", ".join(f"{factor} = {level_text(level)}" for factor, level in levels.items() if factor in varied)


def _runs_of(study_results: StudyResults, levels: Mapping[str, Level]) -> pd.DataFrame:
    planned = arm_runs(study_results.results, cells_at(levels, study_results.space.cells))
    runs = choose_on_validation(planned, [])
    return runs[(runs["status"] == "finished") & (runs["depth"] > 1)]


def draw_gradients(runs: pd.DataFrame, histories: Histories, name: str) -> GradientPicture | None:
    """Gradient against layer at the start and early on, one line an arm of the runs; None if no run has such curves."""
    labels = runs[ARM].drop_duplicates().tolist()
    palette = make_palette({ARM: labels})
    early = first_tenth(int(runs["epochs"].min()))
    words = f"median of epochs 1 … {early[-1]}" if len(early) > 1 else "epoch 1"
    moments = {"at initialisation": [0], words: early}
    tables = {title: layer_table(runs, [ARM], histories, GRADIENT, epochs) for title, epochs in moments.items()}
    draw = partial(draw_layers, palette=palette, factor=ARM)
    parts = [(title, partial(draw, table)) for title, table in tables.items() if len(table)]
    if not parts:
        return None
    keys = tuple(look_key(label, palette[ARM, label]) for label in labels)
    return GradientPicture(draw_panels(name, parts, replace(NARROW, width=400, quantity=GRADIENT)), keys)
