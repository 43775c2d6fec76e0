"""The device that trains."""

import jax
import pytest

from nnjax.surroundings import SurroundingsError
from nnjax.training.device import (
    COMPILER_OPTIONS,
    DEVICE_REMEDIES,
    DEVICES,
    LITTLE_IS_LEFT,
    DeviceError,
    check_options,
    compiler_options,
    find_device,
)


def test_every_device_has_its_options_and_its_remedy():
    assert set(COMPILER_OPTIONS) == set(DEVICE_REMEDIES) == set(DEVICES)


@pytest.mark.parametrize("error", [RuntimeError("Unknown backend\nand more"), AssertionError()])
def test_a_device_that_is_not_here_is_one_line_with_its_remedy(monkeypatch, error):
    def none_here(backend):
        raise error

    monkeypatch.setattr("jax.local_devices", none_here)
    with pytest.raises(DeviceError) as refused:
        find_device("gpu")
    assert str(refused.value).startswith('device = "gpu", and JAX has none here (')
    assert str(refused.value).endswith("--set device=cpu") and "\n" not in str(refused.value)


def test_an_option_that_changes_numbers_is_named():
    check_options()
    with jax.enable_x64(True), pytest.raises(SurroundingsError, match="jax_enable_x64 = True"):
        check_options()


def test_a_program_of_the_stack_is_compiled_with_little_effort_and_no_other():
    assert compiler_options("cpu", 64, trains_by_stack=True) == compiler_options("cpu", 8, trains_by_stack=True)
    assert compiler_options("cpu", 64, trains_by_stack=True).items() >= LITTLE_IS_LEFT.items()
    assert "xla_cpu_use_fusion_emitters" not in compiler_options("cpu", 64)
