"""The next studies: each finding written as a study file that validates, with what it would cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nnjax.report.findings.finding import Finding
from nnjax.report.findings.levels import find_edges, find_idle
from nnjax.report.findings.too_few import find_not_better, find_too_few
from nnjax.report.findings.training import find_diverged, find_over_fitting, find_unfinished
from nnjax.report.study_results import StudyResults
from nnjax.sweep.plan import default_workers, make_plan
from nnjax.sweep.space import expand
from nnjax.sweep.study.errors import StudyError
from nnjax.sweep.study.study import load_study
from nnjax.sweep.study.text import write_study_text
from nnjax.terminal import next_command

FINDING_FINDERS: tuple[Callable[[StudyResults], Iterator[Finding]], ...] = (
    find_too_few,
    find_not_better,
    find_edges,
    find_unfinished,
    find_over_fitting,
    find_diverged,
    find_idle,
)
"""What is looked for, the most urgent first."""


@dataclass(frozen=True)
class NextStudy:
    """A finding with the study that it is made into."""

    finding: Finding
    path: Path | None
    """The study file; None where none can be written, see `problem`."""
    runs: int = 0
    missing: int = 0
    """Those of the runs that are not among this study's."""
    minutes: float = 0.0
    """To train these on this machine, as predicted."""
    problem: str = ""

    @property
    def command(self) -> str:
        """What runs it."""
        return _command(self.path) if self.path else ""


def write_next_studies(study_results: StudyResults, folder: Path) -> tuple[NextStudy, ...]:
    """Look for all that is worth another study, the most urgent first, and write that study over an earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.toml"):
        stale.unlink()
    return tuple(_write(study_results, finding, folder) for find in FINDING_FINDERS for finding in find(study_results))


def _write(study_results: StudyResults, finding: Finding, folder: Path) -> NextStudy:
    path = folder / f"{finding.key}.toml"
    head = [
        finding.sentence,
        f"Written anew with every report of {study_results.space.study.name}: "
        "copy it to experiments/ before you change it.",
    ]
    if str(path).isprintable():  # a folder's name may have a line break, a comment none
        head.append(f"run it:  {_command(path)}")
    path.write_text(write_study_text(finding.tables, head), "utf-8")
    try:
        space = expand(load_study(path), kernels=study_results.space.kernels)
    except StudyError as error:
        path.unlink()
        return NextStudy(finding, None, problem=str(error))
    results = study_results.results
    plan = make_plan(space, set(results.loc[results["status"] != "missing", "run_id"]))
    return NextStudy(finding, path, plan.runs, plan.missing, plan.minutes(default_workers(space)))


def _command(path: Path) -> str:
    """What runs it, in the home below whose reports it lies."""
    return next_command(path.parents[3], "sweep", path)
