"""Which compiler is taken, and why one is not; asked of the real one, and of scripts that say they were another."""

import platform
import shutil

import pytest

from nnjax.kernels.compiler import CANDIDATES, _ask, _find, find_compiler, passed_over
from nnjax.kernels.names import KernelsError

GCC_13 = {"__GNUC__": 13, "__GNUC_MINOR__": 2, "__AVX2__": 1, "__FMA__": 1, "__VERSION__": '"13.2.0 20231009"'}
CLANG_16 = {"__GNUC__": 4, "__clang__": 1, "__clang_major__": 16, "__clang_patchlevel__": 6}
GCC_11 = {"__GNUC__": 11, "__GNUC_MINOR__": 4, "__AVX2__": 1, "__FMA__": 1}
AVX512 = {"__AVX512F__": 1, "__AVX512VL__": 1, "__AVX512DQ__": 1}


@pytest.fixture
def only(tmp_path, monkeypatch):
    """Makes these the only compilers on the path: name -> what it defines."""

    def put(**compilers):
        for name, macros in compilers.items():
            script = tmp_path / name
            lines = "\n".join(f"#define {macro} {value}" for macro, value in macros.items())
            script.write_text(
                f"#!/bin/sh\n[ $# = 6 ] || exit 1\ncase $1 in -m*=native) ;; *) exit 1;; esac\ncat <<E\n{lines}\nE\n"
            )
            script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{hidden_tools}")
        monkeypatch.delenv("CC", raising=False)
        return tmp_path

    _find.cache_clear()
    _ask.cache_clear()
    hidden_tools = tmp_path / "tools"
    hidden_tools.mkdir()
    for tool in ("cat", "sh"):
        (hidden_tools / tool).symlink_to(shutil.which(tool))
    return put


def refusal():
    with pytest.raises(KernelsError) as caught:
        find_compiler()
    return str(caught.value)


@pytest.mark.skipif(not any(map(shutil.which, CANDIDATES)), reason="no compiler here")
def test_the_compiler_that_is_here_says_what_it_is():
    try:
        found = find_compiler()
    except KernelsError as error:
        pytest.skip(str(error))
    assert found.kernels == f"fused_{found.vectors}_{found.family}"
    assert (found.vectors == "neon") == (platform.machine() in ("aarch64", "arm64"))
    assert found.version.partition(".")[0].isdigit() and shutil.which(found.command)


def test_without_any_the_remedy_is_to_install_one(only):
    only()
    assert refusal() == "no compiler found (cc, gcc, clang); install gcc 12 or later, or clang"


def test_an_old_one_is_named(only):
    folder = only(cc=GCC_11)
    assert refusal() == f"{folder}/cc is gcc 11.4.0, which is too old; install gcc 12 or later, or clang"


def test_behind_an_old_one_a_newer_one_is_found(only):
    folder = only(cc=GCC_11, gcc=GCC_13)
    assert find_compiler().command == f"{folder}/gcc"


def test_clang_is_no_old_gcc(only):
    only(cc={**CLANG_16, "__AVX2__": 1, "__FMA__": 1})
    assert (find_compiler().kernels, find_compiler().words) == ("fused_avx2_clang", "AVX2, clang 16.0.6")


@pytest.mark.parametrize(
    ("macros", "vectors"),
    [
        (AVX512, "avx512"),
        ({"__AVX512F__": 1}, "avx2"),
        ({"__ARM_NEON": 1, "__aarch64__": 1}, "avx2"),
    ],
)
def test_the_widest_vectors_are_taken_that_are_known_whole(only, macros, vectors):
    only(cc=GCC_13 | macros)
    assert find_compiler().vectors == vectors


def test_arm_has_neon_and_old_processors_have_too_little(only):
    only(cc={"__GNUC__": 14, "__ARM_NEON": 1, "__aarch64__": 1}, gcc={"__GNUC__": 14, "__SSE4_2__": 1})
    assert find_compiler().kernels == "fused_neon_gcc"
    only(cc={"__GNUC__": 14, "__SSE4_2__": 1, "__AVX2__": 1})
    _find.cache_clear()
    _ask.cache_clear()
    assert "too short" in refusal()


def test_the_one_that_is_named_comes_first_and_one_that_is_not_there_is_passed_over(only, monkeypatch):
    folder = only(cc=GCC_13, mine={**GCC_13, "__GNUC__": 12})
    monkeypatch.setenv("CC", "mine")
    assert find_compiler().command == f"{folder}/mine"
    monkeypatch.setenv("CC", "gcc -pthread")
    assert find_compiler().command == f"{folder}/cc"


def test_what_says_nothing_of_the_kind_is_no_compiler(only):
    folder = only(cc={})
    assert refusal().startswith(f"{folder}/cc does not say which compiler it is")
    (folder / "cc").write_text("no program")
    _find.cache_clear()
    _ask.cache_clear()
    assert "cannot be asked" in refusal()


def test_the_compiler_that_makes_what_is_wanted_is_found_behind_another(only):
    folder = only(cc=GCC_13, clang={**CLANG_16, "__AVX2__": 1, "__FMA__": 1})
    assert find_compiler().kernels == "fused_avx2_gcc"
    assert find_compiler("fused_avx2_clang").command == f"{folder}/clang"
    with pytest.raises(KernelsError, match="fused_neon_gcc are wanted, and this machine has fused_avx2_gcc and fused_"):
        find_compiler("fused_neon_gcc")


def test_a_named_compiler_that_is_passed_over_is_told(only, monkeypatch):
    folder = only(cc=GCC_13, old=GCC_11)
    assert passed_over() == ""
    for named, told in {
        "cc": "",
        "gcc -m32": "CC=gcc -m32 is no command, and is passed over",
        "old": f"CC=old is passed over: {folder}/old is gcc 11.4.0, which is too old",
    }.items():
        monkeypatch.setenv("CC", named)
        assert passed_over() == told and find_compiler().command == f"{folder}/cc"
