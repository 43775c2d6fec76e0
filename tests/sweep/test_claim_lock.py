"""The file that locks a study's claims."""

import pytest

from nnjax.sweep.claim_lock import ClaimLockError, damaged_locks, lock_path, read_lock


def test_no_lock_is_none_and_a_damaged_one_is_named(tmp_path):
    path = lock_path(tmp_path, "some-study")
    assert read_lock(path) is None and damaged_locks(tmp_path) == {}
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(ClaimLockError, match="some-study"):
        read_lock(path)
    assert [*damaged_locks(tmp_path)] == ["some-study.json"]
