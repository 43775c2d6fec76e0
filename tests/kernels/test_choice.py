"""What a machine has: built and tested once, the verdict believed later, and a reason where it has none."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import nnjax.kernels
from nnjax.kernels import choice, library
from nnjax.kernels.choice import KernelChoice, available, begin, library_digest, load, usable
from nnjax.kernels.compiler import find_compiler
from nnjax.kernels.library import digest_of, library_path
from nnjax.kernels.names import KernelsError

PASSES = "import sys; assert open(sys.argv[1], 'rb').read(4) == b'\\x7fELF'; print('self-test:')"
DIFFERS = "print('hello'); print('self-test: weights differ by 0.1'); print('bye')"
TALKS = "print('hello')"
CRASHES = """
import os, resource, signal
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
os.kill(os.getpid(), signal.SIGSEGV)
"""
KILLED = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
BREAKS = "raise OSError('failed to map segment')"
SEES = "import nnjax.kernels; print('self-test:', nnjax.kernels.__file__)"


@pytest.fixture
def compiler():
    try:
        return find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache, for a library of one function."""
    source = tmp_path / "c"
    source.mkdir()
    (source / "answer.c").write_text("int answer(void) { return 42; }\n")
    monkeypatch.setattr(library, "SOURCE", source)
    return tmp_path / "cache"


@pytest.fixture
def self_test(tmp_path, monkeypatch):
    """Puts a program in the place of the self-test."""

    def put(program):
        (tmp_path / "stand_in.py").write_text(program)
        monkeypatch.setattr(choice, "SELF_TEST", "stand_in")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return put


def left_in(folder):
    return [path for path in folder.iterdir() if path.name != ".kernels.lock"]


def test_what_has_passed_is_usable_and_not_tested_again(compiler, folder, self_test):
    self_test(PASSES)
    assert available(folder) == KernelChoice(compiler.kernels, compiler.words) and not folder.exists()
    assert str(available(folder)).endswith("built and tested when first needed")
    assert usable(folder) == KernelChoice(compiler.kernels, compiler.words, is_tested=True)
    self_test(BREAKS)
    assert usable(folder) == available(folder) == KernelChoice(compiler.kernels, compiler.words, is_tested=True)
    assert str(usable(folder)) == f"fused, {compiler.words}" and not usable(folder).reason
    assert library_digest(folder, compiler.kernels) == digest_of(library_path(folder, compiler))


@pytest.mark.parametrize(
    ("program", "problem"),
    [(DIFFERS, "self-test failed: weights differ by 0.1"), (CRASHES, "self-test failed: it crashed (SIGSEGV)")],
)
def test_what_has_failed_is_told_by_every_later_process_until_it_is_removed(
    compiler, folder, self_test, program, problem
):
    self_test(program)
    found = usable(folder)
    assert (found.name, found.problem) == ("", problem)
    self_test(PASSES)
    assert usable(folder) == available(folder) == found and library_digest(folder, compiler.kernels) == ""
    assert str(found) == f"XLA, right and slower: {found.reason}"
    (path,) = re.findall(r"remove (\S+)", found.remedy)
    assert path == str(library_path(folder, compiler))
    library_path(folder, compiler).unlink()
    assert usable(folder).name == compiler.kernels


@pytest.mark.parametrize(
    ("program", "words"),
    [(KILLED, r"came to no end \(exit code -9"), (BREAKS, "OSError: failed to map segment"), (TALKS, "exit code 0")],
)
def test_a_self_test_without_a_verdict_leaves_nothing_that_is_believed(compiler, folder, self_test, program, words):
    self_test(program)
    assert re.search(words, usable(folder).reason) and left_in(folder) == []
    self_test(PASSES)
    assert usable(folder).name == compiler.kernels


def test_one_that_takes_too_long_is_a_reason(compiler, folder, self_test, monkeypatch):
    self_test("import time; time.sleep(60)")
    monkeypatch.setattr(choice, "SELF_TEST_SECONDS", 0.2)
    assert "could not be run" in usable(folder).reason and left_in(folder) == []


def test_the_self_test_is_of_this_very_package(compiler, folder, self_test):
    self_test(SEES)
    assert usable(folder).problem == f"self-test failed: {nnjax.kernels.__file__}"


COUNTS = """
import sys
with open(sys.argv[1] + ".count", "a") as file:
    file.write("x")
print("self-test: ")
"""


def test_of_many_who_start_at_once_one_builds_and_tests(compiler, folder, self_test):
    self_test(COUNTS)
    with ThreadPoolExecutor(4) as pool:
        found = {each.result().name for each in [pool.submit(usable, folder) for _ in range(4)]}
    assert found == {compiler.kernels}
    assert Path(f"{library_path(folder, compiler)}.count").read_text() == "x"


def test_what_has_begun_beside_is_waited_for(compiler, folder, self_test):
    self_test(COUNTS)
    building = begin(folder)
    assert usable(folder).name == compiler.kernels
    building.join()
    assert not begin(folder).is_alive()
    assert "kernels" not in {thread.name for thread in threading.enumerate()}
    assert Path(f"{library_path(folder, compiler)}.count").read_text() == "x"


def test_nothing_is_built_beside_for_what_is_not_here(compiler, folder, self_test):
    self_test(COUNTS)
    begin(folder, "fused_sse_tcc")
    assert "kernels" not in {thread.name for thread in threading.enumerate()}
    assert not usable(folder, "fused_sse_tcc").name and not folder.exists()
    assert usable(folder, compiler.kernels).name == compiler.kernels


def test_where_there_are_no_locks_everybody_builds(compiler, folder, self_test):
    self_test(PASSES)
    (folder / ".kernels.lock").mkdir(parents=True)
    folder.chmod(0o700)
    assert usable(folder).name == compiler.kernels


def test_a_damaged_library_is_built_and_tested_again(compiler, folder, self_test):
    self_test(PASSES)
    usable(folder)
    path = library_path(folder, compiler)
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    assert not available(folder).is_tested
    assert usable(folder).is_tested and path.read_bytes() == whole


def test_without_a_compiler_everything_is_said_and_nothing_made(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    for found in (available(folder), usable(folder)):
        assert not found.name and found.reason.startswith("no compiler found") and "gcc 12" in found.remedy
    assert library_digest(folder, "fused_avx2_gcc") == "" and not folder.exists()
    assert load(folder, "xla") == ""
    with pytest.raises(KernelsError, match="no compiler found"):
        load(folder, "fused_avx2_gcc")


def test_a_cache_that_others_may_write_to_or_nobody_is_a_reason(compiler, folder, self_test, tmp_path):
    self_test(PASSES)
    folder.mkdir()
    folder.chmod(0o777)
    assert "others may write there" in usable(folder).reason and usable(folder) == available(folder)
    (tmp_path / "file").touch()
    assert "nothing can be kept" in usable(tmp_path / "file" / "cache").reason


def test_kernels_of_another_machine_are_refused(compiler, folder, self_test):
    self_test(PASSES)
    with pytest.raises(KernelsError, match=f"fused_sse_tcc are wanted, and this machine has {compiler.kernels}"):
        load(folder, "fused_sse_tcc")


def test_loading_what_was_tested(compiler, folder, self_test, monkeypatch):
    self_test(PASSES)
    loaded = []
    monkeypatch.setattr(choice, "load_library", lambda *given: loaded.append(given))
    told = load(folder, compiler.kernels)
    assert loaded == [(library_path(folder, compiler), told)] and told == library_digest(folder, compiler.kernels)
