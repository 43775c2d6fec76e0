"""Claims of two sweeps, side by side."""

import math
from dataclasses import replace

import pytest
from fakes.known import THREE_CLAIMS, TWO_CLAIMS

from nnjax.comparison.claims import Relation, compare_claims, only_in, relate
from nnjax.comparison.page import describe_conclusions, write_comparison
from nnjax.comparison.tables import describe_largest
from nnjax.statistics.verdict import Verdict


def opposite(answer):
    """The same answer with another verdict."""
    verdict = Verdict.REFUTED if answer.judgement.verdict is Verdict.SUPPORTED else Verdict.SUPPORTED
    return replace(answer, judgement=replace(answer.judgement, verdict=verdict))


def test_a_larger_sweep_of_the_same_splits_is_paired_and_shares_runs(make):
    small, large = make(), make(TWO_CLAIMS, "replicates.splits=16", "replicates.seeds_per_split=4")
    assert relate(small.space, large.space) is Relation.SAME_SPLITS
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


def test_other_data_are_independent(make):
    one, other = make(), make(TWO_CLAIMS, "data.name=linnerud")
    assert relate(one.space, other.space) is Relation.OTHER_ROWS
    difference = compare_claims(one, other, Relation.OTHER_ROWS)[0].difference
    assert difference.low < 0 < difference.high and difference.freedom > 7


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


def test_runs_of_the_same_seed_on_other_rows_are_not_the_same_runs(make):
    one, other = make(), make(TWO_CLAIMS, "replicates.test_share=0.2", "replicates.splits=10", name="smaller-test")
    assert relate(one.space, other.space) is Relation.SAME_ROWS
    assert describe_largest(one, other) == ""
