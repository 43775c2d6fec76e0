"""What of a person's surroundings reaches a run, and what may not: the one place that knows it.

`docs/surroundings.md` is the page for people. Nothing is imported but the standard library, so that whatever starts
first can look here: the head of a sweep knows what it must refuse long before it needs jax.
"""

import os
import re
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from nnjax.refusal import HalvedError, RefusedError

READ: dict[str, str] = {
    "NNJAX_HOME": "the home folder where no --home is given",
    "NNJAX_FAST_LANE": '"off": MLflow\'s database is written through its client, not by plain inserts',
    "NNJAX_KERNELS": '"xla": estimators are trained by XLA, even where there are fused operations',
    "NNJAX_SETUP_SECONDS": "what the set-up of the environment took, for the report; make sets it",
    "MLFLOW_TRACKING_URI": "where MLflow is told, where no --tracking-uri is given",
    "CC": "the C compiler that is asked first, a command without arguments",
    "PYTHONPATH": "passed on to the process in which fused operations are tested, behind our own place",
    "XDG_CACHE_HOME": "where compiled programs are kept, in the folder `nnjax`",
    "JAX_PLATFORMS": "the devices that JAX may use; it must name the study's",
    "XLA_FLAGS": "XLA's flags; refused where they could change a number",
}
"""Variable -> what it is read for. All others are read by libraries, and no number or figure depends on them."""

IN_OUR_OWN_PROCESS: dict[str, str] = {"MPLBACKEND": "agg", "MATPLOTLIBRC": os.devnull}
"""What the command sets for itself: a backend that is not there would end it where matplotlib is imported."""

CHANGES_NUMBERS: dict[str, str] = {
    "eager_constant_folding": "false",
    "jax_compiler_enable_remat_pass": "true",
    "jax_default_prng_impl": "threefry2x32",
    "jax_disable_most_optimizations": "false",
    "jax_enable_x64": "false",
    "jax_exec_time_optimization_effort": "0.0",
    "jax_memory_fitting_effort": "0.0",
    "jax_memory_fitting_level": "o2",
    "jax_optimization_level": "unknown",
    "jax_scan3": "false",
    "jax_threefry_partitionable": "true",
    "jax_use_shardy_partitioner": "true",
    "jax_use_simplified_jaxpr_constants": "false",
}
"""Option of JAX -> its value in every run's numbers: those that change the text of our programs, or what the compiler
is told (`tests/test_surroundings.py` tries every switch that this JAX has)."""

ENDS_RUNS: dict[str, str] = {
    "jax_debug_infs": "false",
    "jax_debug_nans": "false",
    "jax_disable_jit": "false",
    "jax_error_checking_behavior_divide": "ignore",
    "jax_error_checking_behavior_nan": "ignore",
    "jax_error_checking_behavior_oob": "ignore",
    "jax_no_tracing": "false",
    "jax_numpy_dtype_promotion": "standard",
    "jax_transfer_guard": "allow",
}
"""Option of JAX -> the value without which some trainings end in an error; that a run turns infinite is a result."""

OPTIONS = CHANGES_NUMBERS | ENDS_RUNS

YES, NO = ("y", "yes", "t", "on", "1"), ("n", "no", "f", "off", "0")
"""How JAX lets a variable say true and false."""

REASON = "a run would have other numbers under the same name, or end in an error"

HARMLESS_FLAGS = re.compile(
    r"--xla_(dump_\w+|force_host_platform_device_count|gpu_cuda_data_dir|gpu_experimental_autotune_cache_mode)(=|$)"
    r"|--xla_cpu_enable_fast_math=(false|0)$"
)
"""XLA's flags that a program does not depend on: those that JAX's own cache of programs leaves out of its keys, and one
that says what holds without it. All others are refused: which of them change a sum, only XLA knows."""

GPU_FLAGS = "--xla_gpu_"
"""Beginning of the flags that a processor's programs do not see."""


class SurroundingsError(HalvedError):
    """Something around us would change a run's numbers, or end it."""


class NoTextError(RefusedError):
    """A name in the file system that is no text; one line with the remedy."""


def check_variables(devices: Set[str], environ: Mapping[str, str] | None = None) -> None:
    """Fail where an environment variable would change numbers while the runs keep their identities.

    Raises:
        SurroundingsError: Naming all of them.

    >>> check_variables({"cpu"}, {"JAX_LOG_COMPILES": "1", "XLA_FLAGS": "--xla_gpu_autotune_level=0"})
    """
    found = list(foreign_variables(devices, os.environ if environ is None else environ))
    if found:
        names = " ".join(dict.fromkeys(each.partition("=")[0] for each in found))
        raise SurroundingsError(f"{', '.join(found)}: {REASON}", f"unset {names}")


def foreign_variables(devices: Set[str], environ: Mapping[str, str]) -> Iterator[str]:
    """Variables that would change numbers, or end runs in an error, as NAME=VALUE.

    >>> list(foreign_variables({"cpu"}, {"JAX_ENABLE_X64": "1", "JAX_DEBUG_NANS": "off"}))
    ['JAX_ENABLE_X64=1']
    """
    for option, needed in OPTIONS.items():
        given = environ.get(option.upper(), needed)
        if not _is_same(given, needed):
            yield f"{option.upper()}={given}"
    flags = environ.get("XLA_FLAGS", "").split()
    seen = [flag for flag in flags if "gpu" in devices or not flag.startswith(GPU_FLAGS)]
    if foreign := [flag for flag in seen if not HARMLESS_FLAGS.match(flag)]:
        yield f"XLA_FLAGS={' '.join(foreign)}"


def check_values(values: Mapping[str, object]) -> None:
    """Fail where somebody, in a notebook perhaps, has set an option of JAX so that numbers would change.

    Raises:
        SurroundingsError: Naming all of them.
    """
    changed = [name for name, needed in CHANGES_NUMBERS.items() if not _is_same(values.get(name, needed), needed)]
    if changed:
        said = ", ".join(f"{name} = {values[name]!r}" for name in changed)
        raise SurroundingsError(f"{said}: {REASON}", "set it back, or let processes train, which do not see it")


def check_name(path: Path | str) -> None:
    r"""Fail where a file's or a folder's name is no text: neither MLflow nor a journal's record could keep it.

    Raises:
        NoTextError: With the name, its odd bytes as they are.

    >>> check_name("/home/why? 50%/Grün")
    """
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        raise NoTextError(f"{path}: its name is not UTF-8, so it cannot be written down; rename it") from None


def has_home() -> bool:
    """Whether this user has a home folder: in a container perhaps not, HOME unset and the user in no list."""
    return os.path.expanduser("~") != "~"


def _is_same(given: object, needed: str) -> bool:
    """Whether a value means the same to JAX, which takes many words for true and false."""
    text = str(given).strip().lower()
    if needed in ("true", "false"):
        return text == needed or text in (YES if needed == "true" else NO)
    return text == needed or (needed == "0.0" and text == "0")
