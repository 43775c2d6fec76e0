"""What a run costs."""

import pytest

from nnjax.sweep.cost import run_seconds
from nnjax.training.bucket import Bucket


def bucket_of(depth: int, batch_size: int, epochs: int = 200) -> Bucket:
    return Bucket(10, (64,) * depth, 1, batch_size, 265, 67, 111, epochs, "adam", "half_mean_squared_error")


@pytest.mark.parametrize(("cheap", "dear"), [((1, 8), (2, 8)), ((4, 32), (4, 8)), ((4, 265), (8, 265))])
def test_depth_and_small_batches_cost_more(cheap: tuple[int, int], dear: tuple[int, int]) -> None:
    assert run_seconds(bucket_of(*cheap)) < run_seconds(bucket_of(*dear))
