"""Own tables, kept beside the runs."""

import numpy as np
import pytest

from nnjax.data.tables import load_table
from nnjax.refusal import RefusedError
from nnjax.sweep.journal.tables import keep_table, kept_table


@pytest.mark.parametrize("name", ["iris", "linnerud", "diabetes(polynomial_degree=2)"])
def test_a_kept_table_is_the_table(tmp_path, name):
    known = load_table(name)
    keep_table(tmp_path, known)
    kept = kept_table(tmp_path, known.digest)
    assert kept is not None
    assert (kept.name, kept.digest, kept.feature_names) == (name, known.digest, known.feature_names)
    assert (kept.class_names, kept.target_names) == (known.class_names, known.target_names)
    assert np.array_equal(kept.target, known.target)
    assert kept_table(tmp_path, "0" * 64) is None


def test_a_damaged_kept_table_is_named(tmp_path):
    known = load_table("iris")
    path = keep_table(tmp_path, known)
    sound = path.read_bytes()
    changed = [sound[:at] + bytes([sound[at] ^ 1 << at % 8]) + sound[at + 1 :] for at in range(0, len(sound), 7)]
    found = 0
    for broken in (b"", sound[: len(sound) // 2], b"no zip", *changed):
        path.write_bytes(broken)
        try:
            kept = kept_table(tmp_path, known.digest)
        except RefusedError as error:
            assert "npz: damaged (" in str(error)
            found += 1
        else:  # a byte that says nothing, such as a date
            assert kept is not None and kept.digest == known.digest
    assert found > len(changed) / 2
    path.write_bytes(sound)
    path.rename(path.with_name(f"{'1' * 64}.npz"))
    with pytest.raises(RefusedError, match="other numbers than when it was written"):
        kept_table(tmp_path, "1" * 64)
