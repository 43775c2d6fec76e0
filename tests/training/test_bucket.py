import pytest

from nnjax.training.bucket import CHUNK_SIZES, chunk_size


@pytest.mark.parametrize(
    ("depth", "batch_size", "size"), [(1, 8, 20), (4, 8, 20), (4, 32, 10), (8, 8, 10), (8, 32, 5), (8, 265, 4)]
)
def test_chunk_size_is_a_function_of_the_bucket(bucket, depth, batch_size, size):
    assert chunk_size(bucket(depth, 64, batch_size)) in CHUNK_SIZES
    assert chunk_size(bucket(depth, 64, batch_size)) == size


def test_steps_count_the_partial_batch(bucket):
    assert [bucket(batch_size=size).steps for size in (8, 32, 265)] == [34, 9, 1]
