"""Which rows the splits use is told before anything is trained; a run on them is trained again without the file."""

import json

import pytest
from fakes.followed import FOLLOWED, visits_study

from nnjax.claims.rounds import grown_space
from nnjax.cli import main
from nnjax.statistics.power import Design
from nnjax.sweep.buckets import largest_sizes
from nnjax.sweep.declarations import cell_place
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.rerun import rerun
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.used_rows import describe_splits, used_rows


@pytest.mark.parametrize("method", FOLLOWED)
def test_rows_are_counted(tmp_path, method):
    space = expand(visits_study(tmp_path, method))
    used, rows = used_rows(space), len(space.table.target)
    for split in space.splits:
        parts = (len(split.train), len(split.validation), len(split.test), rows - split.used)
        told = ((used.train, used.train), used.validation, used.test, used.left_out)
        assert all(least <= number <= most for number, (least, most) in zip(parts, told, strict=True))


def test_the_plan_says_what_the_splits_follow_and_what_they_leave_out(tmp_path, capsys):
    visits_study(tmp_path, "group_k_fold")
    told = [f"--set=replicates.{each}" for each in ("method=group_k_fold", *FOLLOWED["group_k_fold"])]
    assert main(["plan", str(tmp_path / "visits.toml"), "--home", str(tmp_path), *told]) == 0
    said = capsys.readouterr().out
    assert "splits      k-fold of whole groups: " in said
    assert "(24 groups by column 'person', no input, 3 folds × 2)\n" in said
    assert " are used nowhere (thinned out of one training group, so that all splits train on equally many)\n" in said


def test_what_is_said_of_the_others(tmp_path):
    first, second = describe_splits(expand(visits_study(tmp_path, "time_series")))
    assert first.startswith("along time: ") and "instants by column 'day', no input)" in first
    assert "(older than the training window, later than the test rows, or in a gap)" in second
    first, second = describe_splits(expand(visits_study(tmp_path, "predefined")))
    assert "(3 folds by column 'part', no input)" in first and "nowhere" not in second
    both = ('data.features=["a", "part"]', "replicates.groups=part")
    named = expand(visits_study(tmp_path, "group_k_fold", *both))
    assert "by column 'part', an input too, 3 folds × 2)" in describe_splits(named)[0]
    assert describe_splits(expand(visits_study(tmp_path, "repeated_k_fold", "replicates.splits=4"))) == []


@pytest.mark.parametrize(
    "method",
    ["group_k_fold", *(pytest.param(each, marks=pytest.mark.slow) for each in FOLLOWED if each != "group_k_fold")],
)
def test_a_run_is_trained_again_though_the_file_is_gone(tmp_path, method):
    space = expand(visits_study(tmp_path, method))
    assert run_sweep(space, tmp_path, "serial").missing == 0
    (tmp_path / "visits.csv").unlink()
    for run in (space.runs[0], space.runs[-1]):
        comparison = rerun(tmp_path, run.run_id)
        assert comparison.agrees, comparison.describe()
    [row] = Journal(tmp_path).read(["replicate"], {space.runs[0].run_id}).to_pylist()
    assert "test_share" not in json.loads(row["replicate"])


def test_more_splits_have_the_same_runs_and_the_same_room(tmp_path):
    space = expand(visits_study(tmp_path, "group_k_fold"))
    grown = grown_space(space, {"deep": Design(60, 1)})
    assert {run.run_id for run in space.runs} < {run.run_id for run in grown.runs}
    assert largest_sizes(grown.splits) == largest_sizes(space.splits) == largest_sizes(space.splits[:3])


def test_a_cell_stands_elsewhere_where_rows_are_split_otherwise(tmp_path):
    ways = [
        ("group_k_fold",),
        ("group_k_fold", "replicates.folds=2"),
        ("time_series",),
        ("time_series", "replicates.gap=0"),
    ]
    spaces = [expand(visits_study(tmp_path, *way)) for way in ways]
    assert len({cell_place(space.cells[0], space) for space in spaces}) == 4
    more = expand(visits_study(tmp_path, "group_k_fold", "replicates.splits=12"))
    assert cell_place(more.cells[0], more) == cell_place(spaces[0].cells[0], spaces[0])
