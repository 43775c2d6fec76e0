"""A machine that has fused operations of some kind, or none, whatever this one has."""

import pytest

from nnjax.kernels.choice import KernelChoice
from nnjax.kernels.names import XLA, KernelsError

HERE, ELSEWHERE = "fused_avx2_gcc", "fused_avx512_clang"
NO_COMPILER = KernelChoice("", problem="no compiler found", remedy="install gcc")


def machine_with(patch: pytest.MonkeyPatch, has: KernelChoice | str) -> list[str]:
    """Have this process take its machine for one with these; returns the names that were loaded, as they come."""
    choice, loaded = KernelChoice(has) if isinstance(has, str) else has, list[str]()

    def load(folder: object, name: str) -> str:
        if name not in (XLA, choice.name):
            raise KernelsError(choice.problem or f"there is {choice.name}", choice.remedy)
        loaded.append(name)
        return "digest"

    for name in ("available", "usable"):
        patch.setattr(f"nnjax.sweep.chosen_kernels.{name}", lambda folder, name="": choice)
    for module in ("chosen_kernels", "worker"):
        patch.setattr(f"nnjax.sweep.{module}.load", load)
    return loaded
