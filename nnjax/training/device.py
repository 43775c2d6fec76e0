"""The device that trains: the processor, or a GPU that JAX sees, and the options by which JAX computes on it."""

from typing import TYPE_CHECKING, Any

from nnjax.surroundings import check_values

if TYPE_CHECKING:
    import jax

DEVICES = ("cpu", "gpu")
"""Names by which JAX knows them. Their sums differ in the last bits, so the device is a part of a run's identity."""

WIDEST_AT_LEVEL_1 = 32
"""Units of the widest layer up to which LLVM's level 1 is told instead of the default. Few timings on one machine led
to it: one pair of four layers of 32, a quarter faster; two of 48, alike; four of 64, up to 8 % slower."""

COMPILER_OPTIONS: dict[str, dict[str, Any]] = {
    "cpu": {},
    "gpu": {"xla_gpu_autotune_level": 0, "xla_gpu_deterministic_ops": True},
}
"""What makes a program's sums the same whenever it is compiled for the same GPU. By default XLA times several products
there and takes the quickest: two sweeps of one study then agreed in test_r2 in 4,322 of 5,760 runs (one H200)."""

LITTLE_IS_LEFT: dict[str, Any] = {
    "xla_backend_optimization_level": 1,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}
"""What is told where operations do nearly all of the work: compiled in 1.2 to 1.5 s instead of 2.1 to 2.7, and trained
2 to 4 % faster (four layers of 64 or 16 units, a processor with AVX2); level 0 trains an eighth to a third slower. Not
for a network by XLA: without fusion emitters it trains up to a half slower."""

DEVICE_REMEDIES = {
    "cpu": "let JAX_PLATFORMS name cpu as well",
    "gpu": "install JAX's plugin for it (pip install 'jax[cuda13]' for NVIDIA's), or sweep with --set device=cpu",
}


def compiler_options(name: str, widest: int, trains_by_stack: bool = False) -> dict[str, Any]:
    """What XLA is told when it compiles for one of `DEVICES` a network whose widest hidden layer has so many units.

    Where the network is trained by fused operations it is `LITTLE_IS_LEFT`, whatever the width.

    >>> compiler_options("cpu", 32), compiler_options("cpu", 64)
    ({'xla_backend_optimization_level': 1}, {})
    """
    if trains_by_stack:
        return LITTLE_IS_LEFT | COMPILER_OPTIONS[name]
    level = {"xla_backend_optimization_level": 1} if name == "cpu" and widest <= WIDEST_AT_LEVEL_1 else {}
    return level | COMPILER_OPTIONS[name]


class DeviceError(Exception):
    """There is no such device here; one line with the remedy."""


def find_device(name: str) -> "jax.Device":
    """The first device of a kind, one of `DEVICES`.

    Raises:
        DeviceError: JAX has none.

    >>> find_device("cpu").platform
    'cpu'
    """
    import jax  # here: a study names its device without it

    try:
        return jax.local_devices(backend=name)[0]
    except (RuntimeError, AssertionError) as error:  # the latter where JAX_PLATFORMS names what is not installed
        reason = str(error).partition("\n")[0] or "no backend"
        raise DeviceError(f'device = "{name}", and JAX has none here ({reason}); {DEVICE_REMEDIES[name]}') from None


def check_options() -> None:
    """See that JAX's options are those that every run's numbers are made with.

    Raises:
        SurroundingsError: A variable or a notebook has set one otherwise.
    """
    import jax

    check_values(jax.config.values)
