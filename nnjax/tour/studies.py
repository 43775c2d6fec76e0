"""All studies of the lecture in one go: each trained, tracked, reported; then the index of what they found."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from nnjax.refusal import RefusedError
from nnjax.report.formats import duration
from nnjax.report.nothing_to_report import NothingToReportError
from nnjax.report.page import made_now, template
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.chosen_kernels import expand_at
from nnjax.sweep.claim_lock import ClaimLockError
from nnjax.sweep.declarations import lock_claims
from nnjax.sweep.durable import write_durably
from nnjax.sweep.progress import Progress
from nnjax.sweep.space import Space
from nnjax.sweep.study.study import load_study
from nnjax.terminal import Say
from nnjax.tour.errata import ERRATA
from nnjax.tour.evidence import Evidence, gather_evidence


class Swept(Protocol):
    """What the index must know of an executed study."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What did not work, a sentence each."""
        ...


Sweep = Callable[[Space, Path], Swept]
"""Executes a study in a home folder: `nnjax.pipeline.sweep_study` with its options bound."""


@dataclass(frozen=True)
class LectureOutcome:
    """The index, and what each study came to, in the order of the page."""

    page: Path
    studies: tuple[Evidence, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What did not work, a sentence each, the study before it."""
        return tuple(f"{study.name}: {problem}" for study in self.studies for problem in study.problems)


def run_lecture(
    home: Path | str, studies: Path | str, sweep: Sweep, say: Say = print, progress: Progress | None = None
) -> LectureOutcome:
    """Run every study of a folder, in the order of file names, and write the index to reports/lecture/.

    What is in the journal is not trained again. A study that fails leaves a sentence and the others go on. The index is
    written again after each study, so that an interrupted lecture has one, too. Who is told hears a sentence at a time.

    Raises:
        RefusedError: If the folder has no study.
    """
    home, files = Path(home), sorted(Path(studies).glob("*.toml"))
    if not files:
        raise RefusedError(f"{studies}: no study (*.toml) in this folder; name another folder")
    with (progress or Progress()).stage("Reading the studies"):
        _lock_all(home, files)
    page = home / "reports" / "lecture" / "index.html"
    found: list[Evidence] = []
    for number, file in enumerate(files, start=1):
        say(f"\n[{number} of {len(files)}] {file.stem}")
        found.append(_run(file, home, number, sweep))
        for problem in found[-1].problems:
            say(problem)
        write_durably(page, render_index(found, made_now()).encode())
    return LectureOutcome(page, tuple(found))


def _lock_all(home: Path, files: Sequence[Path]) -> None:
    """Lock the claims of all studies before the first of them is trained: some need the same runs.

    What ails a study or its lock is told when its turn comes.
    """
    spaces = []
    for file in files:
        with suppress(Exception):
            spaces.append(expand_at(load_study(file), home))
    with suppress(ClaimLockError):
        lock_claims(home, *spaces)


def _run(file: Path, home: Path, number: int, sweep: Sweep) -> Evidence:
    problems: tuple[str, ...] = ()
    evidence = Evidence(file.stem, file)
    try:
        space = expand_at(load_study(file), home)
        evidence = replace(evidence, name=space.study.name, question=space.study.question, lecture=space.study.lecture)
        problems = sweep(space, home).problems
        evidence = gather_evidence(space, home, number)
    except NothingToReportError as error:
        reason = str(error).removeprefix(f"{evidence.name}: ")  # the index names the study before each problem
        problems = tuple(dict.fromkeys((*problems, reason)))
    except Exception as error:  # whatever ails one study, the others are worth their run
        problems = (*problems, str(error) or type(error).__name__)
    return replace(evidence, problems=problems)


def render_index(studies: Sequence[Evidence], footer: str) -> str:
    """The index as HTML that loads nothing from elsewhere: studies in its order, where the slides are wrong."""
    runs, seconds = sum(study.runs for study in studies), sum(study.seconds for study in studies)
    claims = [claim for study in studies for claim in study.claims]
    spent = f", trained in {duration(seconds)}" if seconds else ""
    number = f"{len(studies)} {'study' if len(studies) == 1 else 'studies'}"
    counts = Counter(claim.answer.judgement.verdict for claim in claims)
    page = {
        "studies": studies,
        "errata": ERRATA,
        "footer": footer,
        "subtitle": f"{number}, {len(claims)} claims, {runs:,} runs{spent}.",
        "tally": [
            (verdict.word, verdict.name.lower(), counts[verdict])
            for verdict in Verdict
            if counts[verdict] or verdict is not Verdict.EXPLORATORY
        ],
    }
    return template("lecture.html.j2", "nnjax.tour").render(page=page)
