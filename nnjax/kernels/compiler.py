"""The C compiler of this machine: which one it is, and which vectors of this processor it knows; without jax."""

import functools
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nnjax.kernels.names import VECTORS, KernelsError, fused_name

CANDIDATES = ("cc", "gcc", "clang")
"""Asked in this order, after the one that the variable CC names; the first that will do is taken."""

OLDEST_GCC = 12
"""The first with `__builtin_shufflevector`, by which the C sources transpose."""

FLAGS = (
    *("-std=gnu11", "-O2", "-ffp-contract=off"),
    *("-fno-math-errno", "-fno-trapping-math", "-fPIC", "-fvisibility=hidden"),
)
"""No fast math: NaN, infinities and the order of sums stay, and a product is fused with a sum where the source says so,
whatever processor the compiler tunes for. What is left out is errno and traps, which nobody reads."""

VECTOR_MACROS = {
    "avx512": ("__AVX512F__", "__AVX512VL__", "__AVX512DQ__"),
    "avx2": ("__AVX2__", "__FMA__"),
    "neon": ("__ARM_NEON", "__aarch64__"),
}
"""Vector width -> the macros that a compiler defines where this processor has it, widest first; as `c/vectors.h`."""

ASKING_SECONDS = 60
"""What a compiler may take to say which one it is: it may lie in a network's folder."""

_MACRO = re.compile(r"^#define (\w+) (.*)$", re.MULTILINE)
_REMEDY = f"install gcc {OLDEST_GCC} or later, or clang"


@dataclass(frozen=True)
class Compiler:
    """A compiler that will do.

    Attributes:
        command: Its path.
        family: "gcc" or "clang".
        version: As people write it, "12.2.0".
        build: What it calls itself: a distribution's own build of a version may differ in its code.
        vectors: A key of `VECTOR_MACROS`.
    """

    command: str
    family: str
    version: str
    build: str
    vectors: str

    @property
    def kernels(self) -> str:
        """What its operations are called in studies and journals: the last bits depend on both parts.

        >>> Compiler("/usr/bin/cc", "gcc", "12.2.0", "12.2.0", "avx2").kernels
        'fused_avx2_gcc'
        """
        return fused_name(self.vectors, self.family)

    @property
    def words(self) -> str:
        """What it is, for people.

        >>> Compiler("/usr/bin/cc", "gcc", "12.2.0", "12.2.0", "avx2").words
        'AVX2, gcc 12.2.0'
        """
        return f"{VECTORS[self.vectors]}, {self.family} {self.version}"


def find_compiler(kernels: str = "") -> Compiler:
    """The first compiler that will do; asked once a process.

    Args:
        kernels: What its operations are to be called; "" if they may be any.

    Raises:
        KernelsError: There is none, or this processor's vectors are too short.
    """
    return _find(_named(), os.pathsep.join(os.get_exec_path()), kernels)


def passed_over() -> str:
    """What the variable CC names, if that is no compiler which will do; else ""."""
    named = _named()
    if not named:
        return ""
    found = shutil.which(named)
    if found is None:
        return f"CC={named} is no command, and is passed over"
    try:
        _ask(found)
    except KernelsError as error:
        return f"CC={named} is passed over: {error.problem}"
    return ""


def _named() -> str:
    return os.environ.get("CC", "").strip()


def native_flag() -> str:
    """What has a compiler use all that this processor can."""
    return "-mcpu=native" if platform.machine() in ("aarch64", "arm64") else "-march=native"


def own_words(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment in which compilers speak English."""
    return {**environ, "LC_ALL": "C"}


@functools.lru_cache(maxsize=8)
def _find(named: str, path: str, kernels: str) -> Compiler:
    problems, others = [], []
    for command in dict.fromkeys(_commands(named, path)):
        try:
            compiler = _ask(command)
        except KernelsError as error:
            problems.append(error)
            continue
        if kernels in ("", compiler.kernels):
            return compiler
        others.append(compiler.kernels)
    if others:
        raise KernelsError(f"kernels {kernels} are wanted, and this machine has {' and '.join(dict.fromkeys(others))}")
    if problems:
        raise problems[0]
    raise KernelsError(f"no compiler found ({', '.join(CANDIDATES)})", _REMEDY)


def _commands(named: str, path: str) -> Iterator[str]:
    """Paths of the compilers that there are."""
    for candidate in (named, *CANDIDATES):
        if candidate and (found := shutil.which(candidate, path=path)):
            yield found


@functools.lru_cache(maxsize=8)
def _ask(command: str) -> Compiler:
    """Have a compiler say what it is and what it knows of this processor, by the macros that it defines."""
    question = [command, native_flag(), "-dM", "-E", "-x", "c", os.devnull]
    try:
        answer = subprocess.run(
            question, capture_output=True, encoding="utf-8", errors="replace", timeout=ASKING_SECONDS,
            check=False, env=own_words(),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise KernelsError(f"{command} cannot be asked which compiler it is ({error})", _REMEDY) from None
    macros = dict(_MACRO.findall(answer.stdout))
    if answer.returncode or "__GNUC__" not in macros:
        raise KernelsError(f"{command} does not say which compiler it is", _REMEDY)
    return _understand(command, macros)


def _understand(command: str, macros: Mapping[str, str]) -> Compiler:
    """Of the macros, a compiler that will do.

    Raises:
        KernelsError: It is too old, or finds no vectors long enough.

    >>> _understand("cc", {"__GNUC__": "11", "__GNUC_MINOR__": "4", "__GNUC_PATCHLEVEL__": "0"})
    Traceback (most recent call last):
        ...
    nnjax.kernels.names.KernelsError: cc is gcc 11.4.0, which is too old; install gcc 12 or later, or clang
    """
    is_clang = "__clang__" in macros  # which says that it is gcc 4, too
    family = "clang" if is_clang else "gcc"
    parts = ("__clang_major__", "__clang_minor__", "__clang_patchlevel__") if is_clang else (
        "__GNUC__", "__GNUC_MINOR__", "__GNUC_PATCHLEVEL__",
    )  # fmt: skip
    version = ".".join(macros.get(part, "0") for part in parts)
    if not is_clang and int(macros["__GNUC__"]) < OLDEST_GCC:
        raise KernelsError(f"{command} is gcc {version}, which is too old", _REMEDY)
    vectors = next((name for name, needed in VECTOR_MACROS.items() if macros.keys() >= set(needed)), None)
    if vectors is None:
        raise KernelsError("this processor's vectors are too short: it has neither AVX2, AVX-512 nor NEON")
    return Compiler(command, family, version, macros.get("__VERSION__", version).strip('"'), vectors)
