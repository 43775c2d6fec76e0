"""The glossary."""

from nnjax.report.chapters.glossary import glossary_chapter
from nnjax.results.columns import CURVES, RESULT_COLUMNS


def test_every_column_and_curve_is_explained(material):
    tables = glossary_chapter(material).tables
    assert tables["columns"].frame["name"].tolist() == [column.name for column in RESULT_COLUMNS]
    assert tables["curves"].frame["name"].tolist() == [column.name for column in CURVES]
