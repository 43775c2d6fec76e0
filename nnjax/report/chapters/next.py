"""What to run next: the findings, each with a study file that asks further."""

import pandas as pd

from nnjax.report.findings.next_studies import NextStudy
from nnjax.report.formats import duration
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, view_table


def next_chapter(study_results: StudyResults, studies: tuple[NextStudy, ...]) -> Chapter:
    """The findings in the order of their urgency."""
    facts = {
        "studies": [
            {
                "sentence": each.finding.sentence,
                "question": str(each.finding.tables["question"]),
                "file": f"next/{each.path.name}" if each.path else "",
                "cost": _cost(each),
                "command": each.command,
                "problem": each.problem,
            }
            for each in studies
        ]
    }
    tables = {"findings": view_table("findings", findings_table(studies))} if studies else {}
    return Chapter("next", "What to run next", tables=tables, facts=facts)


def _cost(study: NextStudy) -> str:
    known = f", {study.runs - study.missing:,} of them known already" if study.missing < study.runs else ""
    return f"{study.runs:,} runs{known}; about {duration(60 * study.minutes)} of training"


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
