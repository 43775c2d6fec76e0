"""A terminal that lacks letters shows the nearest ones; data that go through it are changed by no letter."""

import io

import pytest

from nnjax.terminal import HANDLER, NEAREST, carry_data, soften


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("errors", ["strict", "surrogateescape", "backslashreplace"])
def test_whatever_is_said_is_shown(encoding, errors):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors)
    soften(stream)
    stream.write("R² −0.3 … Grün 中")
    stream.flush()
    shown = {"ascii": "R2 -0.3 ... Grun ?", "latin-1": "R² -0.3 ... Grün ?", "utf-8": "R² −0.3 … Grün 中"}
    assert stream.buffer.getvalue().decode(encoding) == shown[encoding]


def test_a_file_name_that_is_no_text_keeps_its_bytes():
    assert "a\udcff.toml".encode("utf-8", HANDLER) == b"a\xff.toml"


def test_a_persons_own_wish_stays():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="xmlcharrefreplace")
    soften(stream)
    assert stream.errors == "xmlcharrefreplace"
    soften(None)
    soften(io.StringIO())


def test_data_are_utf_8_on_every_terminal():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    soften(stream)
    carry_data(stream)
    stream.write("Grün,中")
    stream.flush()
    assert stream.buffer.getvalue().decode("utf-8") == "Grün,中"


def test_every_likeness_can_be_shown_anywhere():
    assert all(likeness.isascii() and not sign.isascii() for sign, likeness in NEAREST.items())
