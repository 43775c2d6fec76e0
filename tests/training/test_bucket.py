import pytest

from nnjax.training.bucket import CHUNK_SIZES, chunk_size


@pytest.mark.parametrize(
    ("depth", "batch_size", "size"), [(1, 8, 20), (4, 8, 20), (4, 32, 10), (8, 8, 10), (8, 32, 5), (8, 265, 4)]
)
def test_chunk_size_is_a_function_of_the_bucket(bucket, depth, batch_size, size):
    assert chunk_size(bucket(depth, 64, batch_size)) in CHUNK_SIZES["cpu"]
    assert chunk_size(bucket(depth, 64, batch_size)) == size


def test_groups_of_twenty_need_no_padding():
    assert all(20 % size == 0 for size in CHUNK_SIZES["cpu"])


def test_a_gpu_trains_more_runs_at_once_up_to_its_memory(bucket):
    assert chunk_size(bucket(4, 64, 8, device="gpu")) == 160
    assert chunk_size(bucket(4, 8192, 8, device="gpu")) == 4


def test_pieces_of_maxout_count_in_the_working_set(bucket):
    assert chunk_size(bucket(4, 64, 32, activation="maxout", maxout_pieces=4)) < chunk_size(bucket(4, 64, 32))


def test_steps_count_the_partial_batch(bucket):
    assert [bucket(batch_size=size).steps for size in (8, 32, 265)] == [34, 9, 1]


def test_only_running_statistics_of_the_batch_are_carried_along(bucket):
    kept = [
        bucket(normalization=name, normalization_statistics=statistics).keeps_running_moments
        for name in ("none", "batch", "layer")
        for statistics in ("training_set", "running")
    ]
    assert kept == [False, False, False, True, False, False]
