"""The glossary."""

from nnjax.metrics import CURVES, names
from nnjax.report.chapters.glossary import glossary_chapter


def explained(study_results, name):
    return set(glossary_chapter(study_results).tables[name].frame["name"])


def test_every_column_that_a_run_has_is_explained(study_results, classes):
    for columns in (study_results.results.columns, classes.results.columns):
        measured = {name for name in columns if not name.endswith("_score")}
        assert measured <= explained(study_results, "columns")


def test_every_curve_is_explained(study_results):
    assert explained(study_results, "curves") == set(names(CURVES))


def test_every_name_has_its_meaning(study_results):
    for table in glossary_chapter(study_results).tables.values():
        assert table.frame["meaning"].str.len().gt(10).all() and table.frame["name"].is_unique
