"""What two sweeps have in common."""

from fakes.known import TWO_CLAIMS

from nnjax.comparison.relation import Relation, relate
from nnjax.comparison.tables import describe_largest


def test_runs_of_the_same_seed_on_other_rows_are_not_the_same_runs(make):
    one, other = make(), make(TWO_CLAIMS, "replicates.test_share=0.2", "replicates.splits=10", name="smaller-test")
    assert relate(one.space, other.space) is Relation.SAME_ROWS
    assert describe_largest(one, other) == ""
