"""What was understood of a table is told before anything is trained, and a prepared run can be trained again."""

import pytest
from fakes.mixed import mixed_rows, mixed_table

from nnjax.report.kept_baselines import kept_baselines
from nnjax.sweep import space as space_module
from nnjax.sweep.columns import MOST_COLUMNS_SHOWN, ColumnReading, describe_columns, read_as
from nnjax.sweep.journal.tables import keep_table, kept_table
from nnjax.sweep.notices import find_notices
from nnjax.sweep.plan import make_plan
from nnjax.sweep.plan_words import describe_plan
from nnjax.sweep.rerun import rerun
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import StudyError, load_study

GAPS = {name: column.count("") for name, column in mixed_rows().items()}

STUDY = """
question = "Which way of filling gaps?"
[data]
file = "mixed.csv"
target = "y"
[replicates]
splits = 4
[studied]
missing_values = ["median", "most_frequent"]
[fixed]
word_columns = "target"
date_columns = "parts"
skewed_columns = "log"
depth = 1
width = 4
epochs = 3
batch_size = "full"
"""


@pytest.fixture
def space(tmp_path) -> Space:
    mixed_table(tmp_path)
    (tmp_path / "study.toml").write_text(STUDY)
    return expand(load_study(tmp_path / "study.toml"))


def test_every_column_is_told(space):
    assert [(each.column, each.kind, each.gaps, each.filled, each.becomes) for each in read_as(space)] == [
        ("money", "numbers", GAPS["money"], "median or most frequent number", "logarithm"),
        ("size", "numbers", 0, "", "as it is"),
        ("city", "words", GAPS["city"], "a word of its own or most frequent word", "mean y of the word"),
        ("sold", "dates", 0, "", "year, month, weekday"),
        ("new", "true or false", GAPS["new"], "a word of its own or most frequent word", "mean y of the word"),
    ]
    told = describe_plan(space, make_plan(space, set()), 2)
    assert "sold    dates" in told and "logarithm + where it was missing" in told


def test_words_of_which_all_are_rare_are_told(space, tmp_path):
    assert not any("rare one" in notice for notice in find_notices(space))
    space = expand(
        load_study(tmp_path / "study.toml", ["word_columns=one_hot", "rare_words=0.5", "data.validation_share=0.05"])
    )
    (city,) = (each for each in read_as(space) if each.column == "city")
    assert city.becomes == "1 column of zeros and ones, one for rare words"
    (told,) = (notice for notice in find_notices(space) if "every word is a rare one" in notice)
    assert told.startswith("With rare_words = 0.5 ") and "column" in told and "'city'" in told


def test_of_many_columns_the_plain_ones_are_counted():
    plain = ColumnReading("x", "numbers", 0, 9, "", "as it is")
    told = describe_columns([plain] * 50 + [ColumnReading("last", "words", 3, 4, "most frequent word", "code")])
    assert told[1].startswith("last") and told[-1] == f"and {51 - MOST_COLUMNS_SHOWN} more"
    assert describe_columns([]) == []


def test_a_study_that_cannot_be_prepared_is_refused_with_all_its_columns(space, tmp_path):
    with pytest.raises(StudyError) as error:
        load_study(tmp_path / "study.toml", ["missing_values=refuse", "date_columns=refuse"])
    told = [str(each) for each in (error.value, *error.value.others)]
    assert len(told) == 4 and all("data.features: column" in each for each in told)


def test_the_identity_knows_what_has_learnt(space, tmp_path, monkeypatch):
    before = {run.run_id for run in space.runs}
    monkeypatch.setattr(space_module, "version", lambda name: "0.0")
    other = {run.run_id for run in expand(load_study(tmp_path / "study.toml")).runs}
    assert not before & other
    plain = load_study("experiments/own-table.toml")
    runs = {run.run_id for run in expand(plain).runs}
    monkeypatch.undo()
    assert {run.run_id for run in expand(plain).runs} == runs


def test_a_prepared_run_is_trained_again_from_what_was_kept(space, tmp_path, engine_here):
    run_sweep(space, tmp_path, "serial")
    (tmp_path / "mixed.csv").unlink()
    for run in (space.runs[0], space.runs[-1]):
        comparison = rerun(tmp_path, run.run_id)
        assert comparison.agrees, comparison.describe()


def test_a_raw_table_is_kept_whole(space, tmp_path):
    keep_table(tmp_path, space.table)
    kept = kept_table(tmp_path, space.table.digest)
    assert kept is not None and kept.is_raw and kept.digest == space.table.digest
    assert [each.words for each in kept.columns] == [each.words for each in space.table.columns]


def test_baselines_see_what_the_networks_see(space, tmp_path):
    ways = [cell.configuration.preparation for cell in space.cells]
    first, second = (kept_baselines(space.table, space.splits, tmp_path, preparation=way) for way in ways)
    assert len(first) == len(second) and not first["test_r2"].equals(second["test_r2"])
    assert len(list((tmp_path / "journal" / "baselines").glob("*.csv"))) == 2
