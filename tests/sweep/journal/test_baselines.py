"""The file of the baselines: one for each set of splits and data, wherever it is asked for."""

from dataclasses import replace
from pathlib import Path

from nnjax.report.kept_baselines import kept_baselines
from nnjax.sweep.journal.baselines import baselines_file
from nnjax.sweep.space import Space


def test_it_is_the_one_that_a_report_keeps(small_space: Space, tmp_path: Path) -> None:
    file = baselines_file(small_space.table, small_space.splits, tmp_path)
    assert not file.exists()
    kept_baselines(small_space.table, small_space.splits, tmp_path)
    assert list((tmp_path / "journal" / "baselines").iterdir()) == [file]


def test_other_splits_and_other_data_have_another(small_space: Space, tmp_path: Path) -> None:
    table, splits = small_space.table, small_space.splits
    other = replace(table, digest="another")
    files = {baselines_file(table, splits, tmp_path), baselines_file(table, splits[:-1], tmp_path)}
    assert len(files | {baselines_file(other, splits, tmp_path)}) == 3
