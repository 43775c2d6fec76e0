"""Built once, whole or not there, tested before it is believed, and no reason why not that is not said in words."""

import ctypes
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import jax.ffi
import pytest

from nnjax.kernels import library
from nnjax.kernels.compiler import Compiler, find_compiler
from nnjax.kernels.library import (
    TARGETS,
    Trial,
    build,
    digest_of,
    keep_trial,
    kept_trial,
    library_path,
    load_library,
)
from nnjax.kernels.names import KernelsError


@pytest.fixture
def compiler():
    try:
        return find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))


@pytest.fixture(autouse=True)
def source(tmp_path, monkeypatch):
    """A library of one function, in two files and a header."""
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / "answer.h").write_text('__attribute__((visibility("default"))) int answer(void), more(void);\n')
    (folder / "answer.c").write_text(
        '#include "answer.h"\n#include "xla/ffi/api/c_api.h"\nint answer(void) { return 42; }\n'
    )
    (folder / "more.c").write_text('#include "answer.h"\nint more(void) { return answer() + 1; }\n')
    monkeypatch.setattr(library, "SOURCE", folder)
    return folder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


def failing(tmp_path, script):
    """A compiler that does what the script does."""
    command = tmp_path / "cc"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    return Compiler(str(command), "gcc", "13.1.0", "13.1.0", "avx2")


def nothing_but(path):
    """What else lies in a library's folder."""
    return [each.name for each in path.parent.iterdir() if each != path] if path.parent.exists() else []


def test_it_is_built_in_a_folder_of_ones_own_and_again_the_same(compiler, folder):
    path = library_path(folder, compiler)
    build(path, compiler)
    first = digest_of(path)
    path.write_bytes(b"half")
    build(path, compiler)
    assert digest_of(path) == first and folder.stat().st_mode & 0o777 == 0o700 and nothing_but(path) == []


@pytest.mark.parametrize("file", ["answer.h", "more.c"])
def test_another_source_is_another_library(compiler, source, folder, file):
    before = library_path(folder, compiler)
    (source / file).write_text((source / file).read_text() + "\n")
    library._key.cache_clear()
    assert library_path(folder, compiler) != before


def test_another_compiler_flag_or_processor_is_another_library(compiler, folder, monkeypatch):
    def here(by=compiler):
        library._key.cache_clear()
        return library_path(folder, by)

    other = Compiler(compiler.command, compiler.family, compiler.version, compiler.build + " (other)", compiler.vectors)
    paths = [here(), here(other)]
    for name, value in {
        "FLAGS": (*library.FLAGS, "-g"),
        "processor": lambda: iter(("x86_64", "model name: another")),
        "version": lambda package: "0.0.1",
    }.items():
        with monkeypatch.context() as patch:
            patch.setattr(library, name, value)
            paths.append(here())
    assert len(set(paths)) == 5 and here() == paths[0]


def test_what_does_not_compile_is_said_in_the_compilers_words(compiler, source, folder):
    (source / "more.c").write_text("int more(void) { return nothing; }\n")
    path = library_path(folder, compiler)
    with pytest.raises(KernelsError, match=r"fails: .*more\.c.*error.*nothing"):
        build(path, compiler)
    assert nothing_but(path) == [] and not path.exists()


def test_a_compiler_that_is_killed_or_writes_nothing_leaves_nothing(folder, tmp_path):
    for script in ("kill -9 $$", "exit 0"):
        by = failing(tmp_path, script)
        path = library_path(folder, by)
        with pytest.raises(KernelsError, match="fails"):
            build(path, by)
        assert nothing_but(path) == [] and not path.exists()


def test_a_disk_that_is_full_for_the_compiler_is_one_for_us(folder, tmp_path):
    by = failing(tmp_path, "echo 'x.c:1:1: fatal error: error writing to x.s: No space left on device' >&2; exit 1")
    with pytest.raises(KernelsError, match=r"nothing can be kept in .*\(No space left on device\); free some room"):
        build(library_path(folder, by), by)


BUILDING = """
import sys, threading
from pathlib import Path
from nnjax.kernels.compiler import Compiler
from nnjax.kernels.library import build
by = Compiler(sys.argv[1], "gcc", "13.1.0", "13.1.0", "avx2")
threading.Thread(target=build, args=(Path(sys.argv[2], "kernels.so"), by), daemon=True).start()
sys.stdin.read()
"""


def test_who_ends_takes_the_compiler_along(folder, tmp_path):
    """And what that calls itself: `told` is at its end when nobody is left who could write to it."""
    told = tmp_path / "told"
    os.mkfifo(told)
    by = failing(tmp_path, f"exec 3> {told}; echo begun >&3; sh -c 'sleep 20; echo went on >&3'")
    command = [sys.executable, "-c", BUILDING, by.command, folder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as head, told.open() as heard:
        assert heard.readline() == "begun\n"
        head.stdin.close()
        assert "went on" not in heard.read()


def test_half_a_library_of_a_killed_build_is_not_seen_and_is_removed_in_the_end(compiler, folder):
    left, verdict = folder / ".kernels-abc", folder / ".kernels-def"
    left.mkdir(parents=True)
    folder.chmod(0o700)
    path = library_path(folder, compiler)
    (left / path.name).write_bytes(b"half")
    verdict.write_text("half")
    build(path, compiler)
    assert left.exists() and verdict.exists(), "their maker may be at work"
    for each in (left, verdict):
        os.utime(each, (time.time() - 100_000,) * 2)
    build(path, compiler)
    assert nothing_but(path) == [] and path.read_bytes() != b"half"


def test_a_library_that_nobody_loads_any_more_makes_room(compiler, folder, monkeypatch):
    folder.mkdir(mode=0o700)
    for name in ("kernels-old.so", "kernels-old.json", "kernels-used.so", "other.program"):
        (folder / name).touch()
        os.utime(folder / name, (0, 0) if "used" not in name else None)
    path = library_path(folder, compiler)
    build(path, compiler)
    assert sorted(nothing_but(path)) == ["kernels-used.so", "other.program"]
    monkeypatch.setattr(library, "_LOADED", {})
    os.utime(path, (0, 0))
    load_library(path, digest_of(path), ())
    assert time.time() - path.stat().st_mtime < 1_000


def test_a_folder_that_others_may_write_to_is_not_used(compiler, folder):
    folder.mkdir()
    folder.chmod(0o777)
    path = library_path(folder, compiler)
    with pytest.raises(KernelsError, match="others may write there; chmod go-w"):
        build(path, compiler)
    folder.chmod(0o700)
    build(path, compiler)
    keep_trial(path, Trial(digest_of(path)))
    assert kept_trial(path)
    folder.chmod(0o770)
    assert kept_trial(path) is None


def test_where_nothing_can_be_written_the_reason_is_said(compiler, tmp_path):
    (tmp_path / "file").write_text("")
    path = library_path(tmp_path / "file" / "cache", compiler)
    with pytest.raises(
        KernelsError, match=r"nothing can be kept in .*file/cache \(Not a directory\); .*XDG_CACHE_HOME"
    ):
        build(path, compiler)


def test_a_full_disk_is_a_reason(compiler, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    path = library_path(folder, compiler)
    with monkeypatch.context() as patch:
        patch.setattr(library.os, "replace", full)
        with pytest.raises(KernelsError, match="No space left on device"):
            build(path, compiler)
        assert nothing_but(path) == [] and not path.exists()
    build(path, compiler)
    monkeypatch.setattr(library.os, "replace", full)
    with pytest.raises(KernelsError, match="No space left on device"):
        keep_trial(path, Trial(digest_of(path)))
    assert nothing_but(path) == []


def test_who_builds_at_once_ends_with_one_whole_library(compiler, folder, monkeypatch):
    """Neither is done before both have compiled: nothing but the folder connects them, as it does two processes."""
    path, both, compile_it = library_path(folder, compiler), threading.Barrier(2), library._compile

    def compile_with_the_other(*arguments):
        compile_it(*arguments)
        both.wait(timeout=60)

    monkeypatch.setattr(library, "_compile", compile_with_the_other)
    with ThreadPoolExecutor() as pool:
        for building in [pool.submit(build, path, compiler) for _ in range(2)]:
            building.result()
    assert ctypes.CDLL(str(path)).answer() == 42 and nothing_but(path) == []


def test_a_verdict_is_on_the_library_as_it_was_tested(compiler, folder):
    path = library_path(folder, compiler)
    assert kept_trial(path) is None
    build(path, compiler)
    assert kept_trial(path) is None
    for verdict in (Trial(digest_of(path)), Trial(digest_of(path), "weights differ by 0.1")):
        keep_trial(path, verdict)
        assert kept_trial(path) == verdict
    path.write_bytes(path.read_bytes() + b"x")
    assert kept_trial(path) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"digest": 1, "other": 2}', "\xff"])
def test_a_damaged_verdict_is_none(compiler, folder, damage):
    path = library_path(folder, compiler)
    build(path, compiler)
    path.with_suffix(".json").write_bytes(damage.encode("latin-1"))
    assert kept_trial(path) is None


LOADING = """
import sys, threading
from pathlib import Path
import jax.ffi
from nnjax.kernels import library
from nnjax.kernels.library import digest_of, load_library
calls = []
jax.ffi.register_ffi_target = lambda name, *_, **__: calls.append(name)
path = Path(sys.argv[1])
threads = [threading.Thread(target=load_library, args=(path, digest_of(path), ("answer", "more"))) for _ in range(8)]
[each.start() for each in threads]
[each.join() for each in threads]
assert calls == ["answer", "more"], calls
try:
    load_library(path, "another", ("answer",))
except library.KernelsError as error:
    print(error)
"""


def test_eight_threads_register_its_functions_once_and_another_library_is_refused(compiler, folder):
    path = library_path(folder, compiler)
    build(path, compiler)
    said = subprocess.run([sys.executable, "-c", LOADING, path], capture_output=True, text=True, check=False)
    assert said.stdout == "this process has loaded another library of operations; start Python anew\n", said.stderr


def test_what_is_no_library_or_lacks_a_function_or_was_changed_is_refused(compiler, folder, monkeypatch):
    monkeypatch.setattr(library, "_LOADED", {})
    monkeypatch.setattr(jax.ffi, "register_ffi_target", lambda *_, **__: pytest.fail("registered"))
    path = library_path(folder, compiler)
    build(path, compiler)
    with pytest.raises(KernelsError, match=r"cannot be loaded .*nnjax_stack_forward"):
        load_library(path, digest_of(path))
    with pytest.raises(KernelsError, match="not as it was tested; remove"):
        load_library(path, "0" * 64)
    other = folder / "kernels-other.so"
    other.write_bytes(b"no library")
    with pytest.raises(KernelsError, match="cannot be loaded"):
        load_library(other, digest_of(other))
    with pytest.raises(KernelsError, match="cannot be loaded"):
        load_library(folder / "missing.so", "0" * 64)
    assert not library._LOADED


def test_xlas_header_is_where_jax_says():
    assert str(library._headers()) == jax.ffi.include_dir()
    assert len(set(TARGETS)) == 6
