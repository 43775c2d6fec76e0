"""The device that trains: the processor, or a GPU that JAX sees."""

from typing import Any

import jax

DEVICES = ("cpu", "gpu")
"""Names by which JAX knows them. Their sums differ in the last bits, so the device is a part of a run's identity."""

COMPILER_OPTIONS: dict[str, dict[str, Any]] = {
    "cpu": {},
    "gpu": {"xla_gpu_autotune_level": 0, "xla_gpu_deterministic_ops": True},
}
"""What makes a program's sums the same whenever and wherever it is compiled. By default XLA times several products on
a GPU and takes the quickest: of two compilations of 12 programs, 3 gave other last bits."""


class DeviceError(Exception):
    """There is no such device here; one line with the remedy."""


def find_device(name: str) -> jax.Device:
    """The first device of a kind.

    Args:
        name: One of `DEVICES`.

    Raises:
        DeviceError: JAX sees none.

    Example:
        >>> find_device("cpu").platform
        'cpu'
    """
    try:
        return jax.local_devices(backend=name)[0]
    except RuntimeError:
        raise DeviceError(
            f'device = "{name}", and JAX sees none here: install its plugin '
            "(pip install 'jax[cuda13]' for NVIDIA's), or sweep with --set device=cpu"
        ) from None
