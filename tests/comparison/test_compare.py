"""Which two sweeps can be compared."""

from dataclasses import replace

import pytest

from nnjax.comparison.compare import ComparisonError, Side, compare
from nnjax.report.task import CLASSIFICATION

CLASSES = """
question = "Which?"
[data]
name = "iris"
[replicates]
splits = 4
[studied]
depth = [1, 2]
[fixed]
width = 4
epochs = 3
"""


def test_what_cannot_be_compared_is_refused_in_a_line(make, tmp_path):
    make()
    (tmp_path / "classes.toml").write_text(CLASSES)
    three, classes = Side(tmp_path / "three.toml", tmp_path), Side(tmp_path / "classes.toml", tmp_path)
    with pytest.raises(ComparisonError, match="the same sweep"):
        compare(three, three)
    with pytest.raises(ComparisonError, match=r"classes: none of its 2 cells .* sweep it first"):
        compare(three, classes)
    with pytest.raises(ComparisonError, match="none of its 5 cells"):
        compare(three, Side(three.study, tmp_path, "another engine"))


def test_a_classification_is_not_compared_with_a_regression(make, tmp_path, monkeypatch):
    one = make()
    other = replace(one, terms=CLASSIFICATION)
    monkeypatch.setattr("nnjax.comparison.compare.gather", lambda space, home: other if home == tmp_path / "b" else one)
    sides = Side(tmp_path / "three.toml", tmp_path), Side(tmp_path / "three.toml", tmp_path / "b")
    with pytest.raises(ComparisonError, match="three is a classification"):
        compare(*sides)
