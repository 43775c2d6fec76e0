"""What an earlier process compiled is read back whole, gives the same bits, and is not believed once it is damaged."""

import dataclasses
import functools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nnjax.kernels.names import KernelsError
from nnjax.surroundings import SurroundingsError
from nnjax.sweep import kept_programs
from nnjax.sweep.compilation_cache import cache_folder
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.kept_programs import KeptPrograms
from nnjax.sweep.plan import make_plan
from nnjax.sweep.rerun import COMPARED
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Space, expand
from nnjax.training import program


@pytest.fixture
def tiny(small_study: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Space:
    """One program of one layer, and caches that nobody else has."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setattr(program, "_compile", functools.cache(program._compile.__wrapped__))
    return expand(small_study('activation=["relu"]', "depth=[1]"))


def sweep_in(home: Path, space: Space) -> list[str]:
    """All measured numbers of the journal's runs, after a sweep in a process that has compiled nothing before."""
    program._compile.cache_clear()
    summary = run_sweep(space, home, "serial")
    assert not summary.errors
    return sorted(repr(row) for row in Journal(home).read(COMPARED).to_pylist())


@pytest.mark.usefixtures("engine_here")
def test_another_process_traces_nothing_and_has_the_same_bits(tiny: Space, tmp_path: Path, monkeypatch) -> None:
    first = sweep_in(tmp_path / "first", tiny)
    monkeypatch.setattr(program, "lower_program", lambda bucket: pytest.fail(f"traced again: {bucket}"))
    assert first and sweep_in(tmp_path / "second", tiny) == first


@pytest.mark.usefixtures("engine_here")
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-9],
        pytest.param(lambda content: b"", marks=pytest.mark.slow),
        pytest.param(lambda content: b"x" + content, marks=pytest.mark.slow),
    ],
)
def test_a_damaged_program_is_compiled_again(tiny: Space, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    first = sweep_in(tmp_path / "first", tiny)
    (kept,) = cache_folder(tmp_path).glob(f"*{kept_programs.SUFFIX}")
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert sweep_in(tmp_path / "second", tiny) == first
    assert len(kept.read_bytes()) > len(whole) // 2


@pytest.mark.usefixtures("engine_here")
def test_what_is_there_is_no_way_around_a_refusal(tiny: Space, tmp_path: Path, monkeypatch) -> None:
    sweep_in(tmp_path / "first", tiny)
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
    with pytest.raises(SurroundingsError):
        sweep_in(tmp_path / "second", tiny)


def test_a_program_is_known_by_all_that_its_code_depends_on(tiny: Space, tmp_path: Path, monkeypatch) -> None:
    bucket = make_plan(tiny, set()).chunks[0].bucket
    options = kept_programs.compiler_options("cpu", 32)
    kept = KeptPrograms(tmp_path)

    def names() -> set[str]:
        others = [(dataclasses.replace(bucket, n_train=bucket.n_train + 1), options), (bucket, {**options, "more": 1})]
        return {kept._path(*each).name for each in [(bucket, options), *others]}

    assert len(names()) == 3
    assert kept._path(dataclasses.replace(bucket, epochs=bucket.epochs + 1), options).name in names()
    before = names()
    monkeypatch.setattr(kept_programs, "makers", lambda: ("another source",))
    assert before.isdisjoint(names())


def test_a_fused_program_belongs_to_its_library(tiny: Space, tmp_path: Path, monkeypatch) -> None:
    bucket, options = make_plan(tiny, set()).chunks[0].bucket, kept_programs.compiler_options("cpu", 32)
    fused, kept = dataclasses.replace(bucket, kernels="fused_avx2_gcc"), KeptPrograms(tmp_path)

    def names(digest: str) -> list[str]:
        monkeypatch.setattr(
            kept_programs,
            "library_digest",
            lambda folder, name: digest if folder == tmp_path and name == fused.kernels else "",
        )
        return [kept._path(each, options).name for each in (bucket, fused)]

    (plain, by_one), (same, by_other) = names("one"), names("other")
    assert plain == same and len({plain, by_one, by_other}) == 3


@pytest.mark.usefixtures("engine_here")
def test_operations_are_known_before_a_program_that_calls_them_is_read(
    tiny: Space, tmp_path: Path, monkeypatch, fused: str
) -> None:
    """Else jax would refuse it; a machine that has none says so, and removes nothing."""
    bucket, loaded = dataclasses.replace(make_plan(tiny, set()).chunks[0].bucket, kernels=fused), []
    kept, options = KeptPrograms(tmp_path), kept_programs.compiler_options("cpu", bucket.widest, bucket.trains_by_stack)
    monkeypatch.setattr(kept_programs, "load", lambda folder, name: loaded.append((folder, name)))
    kept._path(bucket, options).write_bytes(b"half a program")
    assert kept.find(bucket, options) is None and loaded == [(tmp_path, fused)]

    def refuse(folder: Path, name: str) -> str:
        raise KernelsError("no compiler found")

    kept._path(bucket, options).write_bytes(b"a program")
    monkeypatch.setattr(kept_programs, "load", refuse)
    with pytest.raises(KernelsError):
        kept.find(bucket, options)
    assert kept.has(bucket)


@pytest.mark.usefixtures("engine_here")
def test_whether_a_program_is_there_is_known_before_it_is_asked_for(tiny: Space, tmp_path: Path) -> None:
    bucket = make_plan(tiny, set()).chunks[0].bucket
    kept = KeptPrograms(cache_folder(tmp_path))
    assert not kept.has(bucket)
    sweep_in(tmp_path / "home", tiny)
    assert kept.has(bucket)


@pytest.mark.usefixtures("engine_here")
def test_a_folder_that_others_may_write_to_is_not_believed(tiny: Space, tmp_path: Path, monkeypatch) -> None:
    first = sweep_in(tmp_path / "first", tiny)
    folder = cache_folder(tmp_path)
    folder.chmod(0o777)
    monkeypatch.setattr(kept_programs.pickle, "loads", lambda content: pytest.fail("read what others may have written"))
    assert sweep_in(tmp_path / "second", tiny) == first


def test_what_was_used_last_stays(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(kept_programs, "MOST_KEPT_BYTES", 250)
    for age, name in enumerate(("new", "middle", "old")):
        path = tmp_path / f"{name}{kept_programs.SUFFIX}"
        path.write_bytes(bytes(100))
        os.utime(path, (1000 - age, 1000 - age))
    (tmp_path / "other").write_bytes(bytes(1000))
    kept_programs._make_room(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["middle.program", "new.program", "other"]
