"""Every column and curve by name, with unit, meaning and formula."""

from collections.abc import Sequence

import pandas as pd

from nnjax.metrics import CURVES, Described
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, view_table
from nnjax.results.columns import RESULT_COLUMNS


def glossary_chapter(study_results: StudyResults) -> Chapter:
    """The glossary of the results table and of the curves, the same for every study."""
    tables = {
        "columns": view_table("glossary_columns", glossary_table(RESULT_COLUMNS)),
        "curves": view_table("glossary_curves", glossary_table(CURVES)),
    }
    return Chapter("glossary", "Glossary", tables=tables)


def glossary_table(columns: Sequence[Described]) -> pd.DataFrame:
    """One row a column: name, unit, meaning, formula."""
    names = ["name", "unit", "meaning", "formula"]
    return pd.DataFrame([[getattr(each, name) for name in names] for each in columns], columns=names)
