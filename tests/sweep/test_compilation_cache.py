"""Programs are kept where all homes find them; JAX's own cache survives a worker killed while writing to it."""

import functools
import zlib
from pathlib import Path

import jax
import pytest

from nnjax.sweep.compilation_cache import (
    cache_folder,
    cache_of_this_machine,
    enable_compilation_cache,
    remove_broken_entries,
)
from nnjax.sweep.kept_programs import SUFFIX
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.training import program


def test_half_entries_go_and_whole_ones_stay(tmp_path: Path) -> None:
    whole = zlib.compress(bytes(1000) + b"program")
    contents = {"whole": whole, "half": whole[:-5], "empty": b"", "other": b"\x28\xb5\x2f\xfd packed by something else"}
    for name, content in contents.items():
        (tmp_path / f"jit_{name}-cache").write_bytes(content)
    assert {path.name for path in remove_broken_entries(tmp_path)} == {"jit_half-cache", "jit_empty-cache"}
    assert {path.name for path in tmp_path.iterdir()} == {"jit_whole-cache", "jit_other-cache"}


def test_every_home_shares_the_users_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert cache_folder(tmp_path / "home") == cache_folder(tmp_path / "other") == cache_of_this_machine()
    assert cache_of_this_machine().stat().st_mode & 0o777 == 0o700


def test_who_has_no_place_for_caches_keeps_programs_in_the_home(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cache_folder(tmp_path) == tmp_path.resolve() / ".cache" / "jax"


@pytest.mark.usefixtures("engine_here")
def test_another_home_other_epochs_and_another_rate_compile_nothing_again(small_study, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    one = ('activation=["relu"]', "depth=[1]")

    def entries(home: str, *changes: str) -> set[str]:
        monkeypatch.setattr(program, "_compile", functools.cache(program._compile.__wrapped__))
        run_sweep(expand(small_study(*one, *changes)), tmp_path / home, "serial")
        return {path.name for path in cache_folder(tmp_path / home).glob(f"*{SUFFIX}")}

    first = entries("first")
    assert len(first) == 1
    assert entries("second", "epochs=5", "learning_rate=0.5", "l2=0.1") == first
    assert entries("second", "width=5") > first


def test_a_missing_cache_has_no_broken_entries(tmp_path: Path) -> None:
    assert remove_broken_entries(tmp_path / "missing") == []


@pytest.mark.usefixtures("engine_here")
def test_an_accelerators_programs_are_in_jaxs_own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    enable_compilation_cache(tmp_path)
    jax.jit(lambda x: x * 3.0)(2.0)
    assert list(tmp_path.glob("*-cache"))
    assert remove_broken_entries(tmp_path) == []
