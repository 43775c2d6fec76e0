"""Two sweeps side by side, trained by an engine that knows the truth."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fakes.known import KNOWN, THREE_CLAIMS

from nnjax.comparison.claims import compare_claims, only_in
from nnjax.comparison.compare import ComparisonError, Side, compare
from nnjax.comparison.page import describe_conclusions, write_comparison
from nnjax.comparison.relation import Relation, relate, shared_runs
from nnjax.comparison.tables import compared_cells_table, compared_shares_table, describe_largest, study_table
from nnjax.report import study_results as study_results_module
from nnjax.report.study_results import gather
from nnjax.report.task import CLASSIFICATION
from nnjax.statistics.verdict import Verdict
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study

TWO_CLAIMS = THREE_CLAIMS[: THREE_CLAIMS.index('[[claims]]\nname = "hopeless"')]


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Study text and overrides -> the results of its sweep, all in one home; baselines take no time."""

    def baselines(table, splits, home):
        rows = [
            {"model": "ridge", "split": split, "detail": "", "test_r2": 0.25 + 0.01 * split}
            for split in range(len(splits))
        ]
        return pd.DataFrame(rows)

    monkeypatch.setattr(study_results_module, "kept_baselines", baselines)

    def run(text=TWO_CLAIMS, *overrides, name="three"):
        path = tmp_path / f"{name}.toml"
        path.write_text(text)
        space = expand(load_study(path, overrides))
        run_sweep(space, tmp_path, "serial", engine=KNOWN)
        return gather(space, tmp_path)

    return run


def opposite(answer):
    """The same answer with another verdict."""
    verdict = Verdict.REFUTED if answer.judgement.verdict is Verdict.SUPPORTED else Verdict.SUPPORTED
    return replace(answer, judgement=replace(answer.judgement, verdict=verdict))


def test_a_larger_sweep_of_the_same_splits_is_paired_and_shares_runs(make):
    small, large = make(), make(TWO_CLAIMS, "replicates.splits=16", "replicates.seeds_per_split=4")
    assert relate(small.space, large.space) is Relation.SAME_SPLITS
    assert shared_runs(small.space, large.space) == len(small.space.runs)
    assert "bitwise the same score" in describe_largest(small, large)
    compared = compare_claims(small, large, Relation.SAME_SPLITS)
    assert [each.first.claim.name for each in compared] == ["true-effect", "no-effect"]
    true = compared[0]
    expected = sum(b - a for a, b in zip(true.first.by_split, true.second.by_split[:8], strict=True)) / 8
    assert true.difference.estimate == pytest.approx(expected)
    assert true.difference.freedom == 7 and not true.is_real
    assert true.words.startswith("the same verdict: supported")


def test_other_splits_of_the_same_rows_have_no_interval(make):
    one, other = make(), make(TWO_CLAIMS, "replicates.base_seed=6")
    assert relate(one.space, other.space) is Relation.SAME_ROWS
    assert all(each.difference is None for each in compare_claims(one, other, Relation.SAME_ROWS))
    assert describe_largest(one, other) == ""
    compared = compare_claims(one, other, Relation.SAME_ROWS)[0]
    changed = replace(compared, second=opposite(compared.first))
    assert "whether by more than luck cannot be told here" in describe_conclusions((changed,))


def test_runs_of_the_same_seed_on_other_rows_are_not_the_same_runs(make):
    one, other = make(), make(TWO_CLAIMS, "replicates.test_share=0.2", "replicates.splits=10", name="smaller-test")
    assert relate(one.space, other.space) is Relation.SAME_ROWS
    assert describe_largest(one, other) == ""


def test_other_data_are_independent(make):
    one, other = make(), make(TWO_CLAIMS, "data.name=linnerud")
    assert relate(one.space, other.space) is Relation.OTHER_ROWS
    difference = compare_claims(one, other, Relation.OTHER_ROWS)[0].difference
    assert difference.low < 0 < difference.high and difference.freedom > 7


def test_a_cell_that_lacks_a_run_is_not_compared(make):
    one, other = make(), make(TWO_CLAIMS, "replicates.splits=16")
    lost = one.results.assign(status=one.results["status"].mask(one.results.index == 0, "missing"))
    lost.loc[0, "test_score"] = np.nan
    whole, lacking = (compared_cells_table(each, other) for each in (one, replace(one, results=lost)))
    assert set(whole["cell"]) - set(lacking["cell"]) == {one.results["cell"][0]}


@pytest.mark.parametrize("relation", [Relation.SAME_SPLITS, Relation.OTHER_ROWS])
def test_of_two_bounds_no_difference_is_known(make, tmp_path, relation):
    one, other = make(), make(TWO_CLAIMS, "replicates.splits=16")
    opened = replace(one.claims[0], interval=replace(one.claims[0].interval, high=math.inf), by_split=())
    censored = replace(one, claims=(opened, *one.claims[1:]))
    compared = compare_claims(censored, other, relation)
    assert compared[0].difference is None and compared[1].difference is not None
    page = write_comparison(censored, other, tmp_path / "reports").read_text()
    assert "inf" not in page.split("<h2")[1]


def test_another_margin_is_another_claim(make, tmp_path):
    one, other = make(), make(TWO_CLAIMS.replace('sentence = "0.01 beats', 'margin = 0.5\nsentence = "0.01 beats'))
    compared = compare_claims(one, other, Relation.SAME_SPLITS)
    assert not compared[0].is_same_claim and compared[0].difference is None
    assert compared[0].words.startswith("declared differently")
    assert compared[1].is_same_claim
    page = write_comparison(one, other, tmp_path / "reports").read_text()
    assert "both-1-0" in page and "both-0-0" not in page, "two margins have no common picture"


def test_claims_of_one_side_only(make):
    one, other = make(), make(THREE_CLAIMS)
    assert only_in(one, other) == ()
    assert [answer.claim.name for answer in only_in(other, one)] == ["hopeless", "both"]


def test_tables_say_what_differs_and_who_moved(make):
    one, other = make(), make(TWO_CLAIMS, "epochs=4", name="longer")
    differing = study_table(one, other).set_index("what")
    assert differing.loc["epochs"].tolist() == ["3", "4"] and "data" not in differing.index
    cells = compared_cells_table(one, other)
    assert len(cells) == 5
    assert cells["difference"].abs().is_monotonic_decreasing
    assert (cells["B"] - cells["A"]).tolist() == pytest.approx(cells["difference"].tolist())
    assert compared_shares_table(one, other).empty, "one factor alone has no shares"


def test_the_page_and_its_sentence(make, tmp_path):
    one, other = make(), make(TWO_CLAIMS, "epochs=4", name="longer")
    page = write_comparison(one, other, tmp_path / "reports")
    assert page == tmp_path / "reports" / "three-against-longer" / "index.html"
    text = page.read_text()
    assert text.count("<section") == 4 and "0.01 beats 0.001." in text and "<svg" in text
    claims = pd.read_csv(page.parent / "tables" / "claims.csv")
    assert claims["claim"].tolist() == ["true-effect", "no-effect"]
    assert describe_conclusions(()) == "The two studies declare no claim in common."


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
