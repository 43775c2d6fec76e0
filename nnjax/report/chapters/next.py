"""What to run next: the findings, each with a study file that asks further."""

import pandas as pd

from nnjax.report.findings.next_studies import NextStudy
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, view_table


def next_chapter(study_results: StudyResults, studies: tuple[NextStudy, ...]) -> Chapter:
    """The findings in the order of their urgency."""
    tables = {"findings": view_table("findings", findings_table(studies))} if studies else {}
    return Chapter("next", "What to run next", tables=tables, facts={"studies": studies})


def findings_table(studies: tuple[NextStudy, ...]) -> pd.DataFrame:
    """Every finding with the cost of the study that it is made into."""
    return pd.DataFrame(
        {
            "finding": each.finding.key,
            "sentence": each.finding.sentence,
            "runs": each.runs,
            "runs_missing": each.missing,
            "minutes": each.minutes,
            "command": each.command,
        }
        for each in studies
    )
