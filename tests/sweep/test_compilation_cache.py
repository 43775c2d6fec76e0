"""The cache of compiled programs survives a worker killed while writing to it."""

import zlib
from pathlib import Path

import jax
import pytest

from nnjax.sweep.compilation_cache import enable_compilation_cache, remove_broken_entries


def test_half_entries_go_and_whole_ones_stay(tmp_path: Path) -> None:
    whole = zlib.compress(bytes(1000) + b"program")
    contents = {"whole": whole, "half": whole[:-5], "empty": b"", "other": b"\x28\xb5\x2f\xfd packed by something else"}
    for name, content in contents.items():
        (tmp_path / f"jit_{name}-cache").write_bytes(content)
    assert {path.name for path in remove_broken_entries(tmp_path)} == {"jit_half-cache", "jit_empty-cache"}
    assert {path.name for path in tmp_path.iterdir()} == {"jit_whole-cache", "jit_other-cache"}


def test_a_missing_cache_has_no_broken_entries(tmp_path: Path) -> None:
    assert remove_broken_entries(tmp_path / "missing") == []


@pytest.mark.usefixtures("engine_here")
def test_compiled_programs_are_kept(tmp_path: Path) -> None:
    enable_compilation_cache(tmp_path)
    jax.jit(lambda x: x * 3.0)(2.0)
    assert list(tmp_path.glob("*-cache"))
    assert remove_broken_entries(tmp_path) == []
