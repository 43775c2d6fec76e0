"""The glossary."""

from nnjax.report.chapters.glossary import glossary_chapter
from nnjax.sweep.journal import schema


def explained(material, name):
    return set(glossary_chapter(material).tables[name].frame["name"])


def test_every_column_that_a_run_has_is_explained(material, classes):
    for columns in (material.results.columns, classes.results.columns):
        measured = {name for name in columns if not name.endswith("_score")}
        assert measured <= explained(material, "columns")


def test_every_final_and_curve_of_the_journal_is_explained(material):
    assert set(schema.FINALS) <= explained(material, "columns")
    assert set(schema.CURVES) <= explained(material, "curves")


def test_every_name_has_its_meaning(material):
    for table in glossary_chapter(material).tables.values():
        assert table.frame["meaning"].str.len().gt(10).all() and table.frame["name"].is_unique
