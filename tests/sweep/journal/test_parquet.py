"""Files of the journal carry a checksum of their own."""

import pytest
from fakes.rows import fake_row
from hypothesis import given, settings
from hypothesis import strategies as st

from nnjax.sweep.journal.journal import Journal, JournalWarning


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_found(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
    journal = Journal(tmp_path_factory.mktemp("home"))
    path = journal.append([fake_row("a", depth=1, epochs=2)])
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    with pytest.warns(JournalWarning, match="damaged"):
        assert journal.run_ids() == set()
