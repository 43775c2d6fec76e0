"""What a network's operations are computed by, by name: what stands in identities, journal and study files."""

from nnjax.refusal import RefusedError

XLA = "xla"
"""All by XLA: the same on every machine of a kind, and what there was before there were fused operations."""

FUSED = "fused"
"""What a study file calls fused operations, whatever vectors and compiler; the word that full names begin with."""

VECTORS = {"avx512": "AVX-512", "avx2": "AVX2", "neon": "NEON"}
"""Vectors of a full name -> what they are called in sentences."""


class KernelsError(RefusedError):
    """These operations cannot be had here: the problem, and a remedy, "" where nothing helps."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem}; {remedy}" if remedy else problem)
        self.problem, self.remedy = problem, remedy


def fused_name(vectors: str, compiler: str) -> str:
    """The full name of fused operations: sums depend on the width of vectors, and on the compiler that orders them.

    >>> fused_name("avx2", "gcc")
    'fused_avx2_gcc'
    """
    return f"{FUSED}_{vectors}_{compiler}"


def is_fused(name: str) -> bool:
    """Whether it is the full name of fused operations.

    >>> is_fused("fused_avx2_gcc"), is_fused("xla"), is_fused("fused")
    (True, False, False)
    """
    return name.startswith(f"{FUSED}_")


def is_full_name(name: str) -> bool:
    """Whether there are fused operations of that name, on whatever machine.

    >>> is_full_name("fused_avx2_gcc"), is_full_name("fused_avx_gcc"), is_full_name("fused")
    (True, False, False)
    """
    return name in {fused_name(vectors, compiler) for vectors in VECTORS for compiler in ("gcc", "clang")}


def in_words(name: str) -> str:
    """What trains, in a sentence.

    >>> in_words("xla"), in_words("fused_avx2_gcc")
    ('XLA', 'fused operations (AVX2, gcc)')
    """
    if not is_fused(name):
        return "XLA"
    vectors, _, compiler = name.removeprefix(f"{FUSED}_").partition("_")
    return f"fused operations ({VECTORS.get(vectors, vectors)}, {compiler})"
