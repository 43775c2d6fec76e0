"""Streams are reproducible, and different purposes draw different numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnjax.data.streams import derive_seed, stream

PARTS = st.lists(st.integers(0, 2**63) | st.text(max_size=8), min_size=1, max_size=4)


@given(PARTS)
def test_seeds_have_32_bits(parts: list[int | str]) -> None:
    assert 0 <= derive_seed(*parts) < 2**32


@given(PARTS, PARTS)
def test_other_parts_give_another_seed(left: list[int | str], right: list[int | str]) -> None:
    assert (derive_seed(*left) == derive_seed(*right)) == (left == right)


def test_seeds_are_the_same_everywhere() -> None:
    assert [derive_seed(5, "split", repeat) for repeat in range(2)] == [2443035744, 2023189675]


def test_a_number_and_its_text_are_not_the_same_part() -> None:
    assert derive_seed(1) != derive_seed("1")


def test_no_seed_twice_in_a_large_study() -> None:
    seeds = {derive_seed(5, split, index) for split in range(100) for index in range(10)}
    assert len(seeds) == 1000


@pytest.mark.parametrize("name", ["split", "initialisation", "order"])
def test_a_stream_starts_anew_each_time(name: str) -> None:
    assert stream(7, name).random(5).tolist() == stream(7, name).random(5).tolist()


def test_streams_of_one_seed_are_unrelated() -> None:
    initialisation, order = stream(7, "initialisation").random(2000), stream(7, "order").random(2000)
    correlation = ((initialisation - 0.5) * (order - 0.5)).mean() * 12
    assert abs(correlation) < 4 / 2000**0.5
