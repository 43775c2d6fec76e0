"""What the metrics of a claim have in common."""

from nnjax.claims.metric import choosing_score
from nnjax.metrics import METRICS


def test_every_metric_of_the_last_epoch_is_tuned_for_it_and_no_other():
    """The results table says of every metric which epoch it is of."""
    of_last = {name for name in METRICS if "at the last epoch" in METRICS[name].meaning}
    assert {name for name in METRICS if choosing_score(name) == "last_validation_score"} == of_last
    assert {"last_test_r2", "last_test_log_loss", "saturated", "dead"} <= of_last
