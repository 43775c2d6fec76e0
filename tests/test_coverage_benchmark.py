"""The sources of benchmarks/coverage.py: rows that are held out are no rows of the sweep, and every study is sound."""

import importlib.util
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nnjax.model.calibration import no_intervals_why
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

PATH = Path(__file__).parents[1] / "benchmarks" / "coverage.py"
SPEC = importlib.util.spec_from_file_location("coverage_benchmark", PATH)
assert SPEC is not None and SPEC.loader is not None
coverage = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = coverage
SPEC.loader.exec_module(coverage)


@pytest.mark.parametrize("name", coverage.SOURCES)
def test_a_source_has_a_sound_study_and_holds_out_rows_that_are_not_swept(name: str, tmp_path: Path) -> None:
    source = coverage.SOURCES[name]
    swept, held = source.draw(np.random.default_rng(0))
    swept.to_parquet(tmp_path / "rows.parquet", index=False)
    task = "regression" if swept["y"].dtype.kind == "f" else "classification"
    (tmp_path / "study.toml").write_text(coverage.study_text(source, task, 3))
    space = expand(load_study(tmp_path / "study.toml"))
    level = Fraction(coverage.LEVELS[-1])
    assert no_intervals_why(space, level, range(len(space.splits))) == "" and space.study.replicates.base_seed == 3
    assert list(swept.columns) == list(held.columns) and len(swept) >= 20 and len(held) >= 50
    assert not set(swept.index) & set(held.index)
    if "person" in swept:
        assert not set(swept["person"]) & set(held["person"]) and held["person"].nunique() == 100
    assert ("person" in swept) == (space.study.replicates.groups == "person")


def test_quick_sources_are_sources_and_ten_are_of_rows() -> None:
    assert set(coverage.QUICK) <= set(coverage.SOURCES)
    assert sum("person" not in source.splits for source in coverage.SOURCES.values()) >= 10
    assert sum(source.cells == coverage.MANY for source in coverage.SOURCES.values()) >= 3


def test_rows_are_inside_intervals_with_their_ends_and_classes_in_sets() -> None:
    ends = {"prediction": np.zeros(3), "lower": np.array([0.0, 1.0, 1.0]), "upper": np.array([1.0, 2.0, 1.5])}
    is_inside, widths = coverage.judge(ends, np.array([0.0, 3.0, 1.5]))
    assert (is_inside.tolist(), widths.tolist()) == ([True, False, True], [1.0, 1.0, 0.5])
    sets = {"prediction": ["a", "b"], "in_set_a": np.array([True, False]), "in_set_b": np.array([True, True])}
    is_inside, widths = coverage.judge(sets, np.array(["a", "a"]))
    assert (is_inside.tolist(), widths.tolist()) == ([True, False], [2.0, 1.0])


def test_a_level_is_missed_below_three_standard_errors() -> None:
    def found(mean: float) -> list[object]:
        shares = [[mean - 0.01 + 0.02 * (number % 2)] * 3 for number in range(20)]
        return [coverage.HoldOut(each, [1.0] * 3, [0.5] * 3, [0.9] * 3) for each in shares]

    source = coverage.SOURCES["iris"]
    told = [[is_below for _, is_below in coverage.lines("x", source, found(mean))] for mean in (0.88, 0.8935, 0.894)]
    assert told == [[False, True, True], [False, False, True], [False, False, True]]
    assert pd.Series([line for line, _ in coverage.lines("x", source, found(0.88))]).str.endswith("BELOW").sum() == 2
