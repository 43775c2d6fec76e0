"""What a report says in a line, kept beside it, and the index of all reports of a home folder."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from nnjax.report.answers import headline
from nnjax.report.page import template
from nnjax.report.study_results import StudyResults
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.claim_lock import Standing
from nnjax.sweep.durable import write_durably
from nnjax.sweep.space import Space

SUMMARY = "summary.json"

OTHER_PAGES = {"lecture": "The lecture’s sentences, put to the test", "quiz": "The take-home quiz, answered"}
"""Folders of pages that are no study's report -> their titles."""


@dataclass(frozen=True)
class Summary:
    """A report in a line."""

    study: str
    question: str
    headline: str
    verdicts: Mapping[str, int]
    """Verdict -> number of declared claims."""
    runs: int
    """Runs that the study plans."""
    finished: int
    data: str
    made: str
    """When the report was written, in UTC."""
    declared: Mapping[str, int] = field(default_factory=dict)
    """Standing to the training -> number of declared claims; empty in a line from an older nnjax."""
    withdrawn: int = 0
    """Claims that were taken out after training."""

    @property
    def tally(self) -> list[tuple[str, str, int]]:
        """Word, CSS class and number of each verdict that a claim got."""
        return [
            (verdict.word, verdict.name.lower(), self.verdicts[verdict.word])
            for verdict in Verdict
            if self.verdicts.get(verdict.word)
        ]

    @property
    def remarks(self) -> list[str]:
        """What must stand beside the verdicts: claims that were not there before the training, or are no more."""
        late = [
            f"{self.declared[standing.value]} {standing.label}"
            for standing in Standing
            if standing.label and self.declared.get(standing.value)
        ]
        return [*late, *([f"{self.withdrawn} withdrawn"] if self.withdrawn else [])]


def summarise(study_results: StudyResults) -> Summary:
    """The line of a report."""
    return replace(
        summarise_unfinished(study_results.space, headline(study_results).words),
        verdicts=dict(Counter(answer.judgement.verdict.word for answer in study_results.claims)),
        finished=int((study_results.results["status"] == "finished").sum()),
        declared=dict(Counter(claim.standing.value for claim in study_results.declared.claims.values())),
        withdrawn=len(study_results.declared.withdrawn),
    )


def summarise_unfinished(space: Space, words: str) -> Summary:
    """The line of a study without a finished run, whose headline is in these words."""
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return Summary(space.study.name, space.study.question, words, {}, len(space.runs), 0, space.table.name, made)


def write_summary(summary: Summary, folder: Path) -> None:
    """Keep the line beside the report, in its folder."""
    write_durably(folder / SUMMARY, (json.dumps(asdict(summary), indent=1, ensure_ascii=False) + "\n").encode())


def read_summaries(reports: Path) -> list[Summary]:
    """The lines of all reports whose page is there, the newest first; what cannot be read is left out."""
    found = [_read(path) for path in sorted(reports.glob(f"*/{SUMMARY}")) if (path.parent / "index.html").is_file()]
    return sorted((line for line in found if line is not None), key=lambda line: line.made, reverse=True)


def _read(path: Path) -> Summary | None:
    try:
        summary = Summary(**json.loads(path.read_text("utf-8")))
        are_counts = isinstance(summary.verdicts, dict) and isinstance(summary.declared, dict)
        is_sound = summary.study == path.parent.name and are_counts
    except (OSError, ValueError, TypeError):
        return None
    return summary if is_sound else None


def write_index(reports: Path) -> Path:
    """Write reports/index.html anew from what lies there."""
    others = [(folder, title) for folder, title in OTHER_PAGES.items() if (reports / folder / "index.html").is_file()]
    page = reports / "index.html"
    text = template("index.html.j2").render(summaries=read_summaries(reports), others=others)
    write_durably(page, text.encode())
    return page
