"""The index of the lecture: one page, a line and a picture a claim, every study with the way to its report."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nnjax.report.formats import duration
from nnjax.report.page import template
from nnjax.statistics.verdict import Verdict
from nnjax.tour.errata import ERRATA, Erratum
from nnjax.tour.evidence import Evidence


@dataclass(frozen=True)
class IndexPage:
    """The page before it is printed: studies in its order, where the slides are wrong, and who made it, when."""

    studies: Sequence[Evidence]
    errata: Sequence[Erratum]
    footer: str

    @property
    def subtitle(self) -> str:
        """What was run, in a line."""
        runs, seconds = sum(study.runs for study in self.studies), sum(study.seconds for study in self.studies)
        claims = sum(len(study.claims) for study in self.studies)
        spent = f", trained in {duration(seconds)}" if seconds else ""
        studies = f"{len(self.studies)} {'study' if len(self.studies) == 1 else 'studies'}"
        return f"{studies}, {claims} claims, {runs:,} runs{spent}."

    @property
    def tally(self) -> list[tuple[str, str, int]]:
        """How often each verdict was reached: its word, its class in the style sheet, the number."""
        counts = Counter(claim.kind for study in self.studies for claim in study.claims)
        return [(verdict.word, verdict.name.lower(), counts[verdict.name.lower()]) for verdict in Verdict]


def render_index(studies: Sequence[Evidence], footer: str, errata: Sequence[Erratum] = ERRATA) -> str:
    """The index as HTML that loads nothing from elsewhere."""
    page = IndexPage(studies, errata, footer)
    return template("lecture.html.j2", "nnjax.tour").render(page=page)
