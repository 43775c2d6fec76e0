"""What is said of a cluster that is lost."""

from nnjax.execution.dask_roster import describe_loss


def test_a_loss_names_the_address_and_the_reason_in_a_line():
    said = describe_loss("tcp://head:8786", OSError("gone\nfor good"))
    assert "tcp://head:8786" in said and "\n" not in said
