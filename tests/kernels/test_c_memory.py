"""The C handlers under sanitizers: nothing is read or written beside an array, nothing undefined is done."""

import subprocess
from pathlib import Path

import jax
import pytest

from nnjax.kernels.compiler import FLAGS, find_compiler, native_flag
from nnjax.kernels.library import SOURCE
from nnjax.kernels.names import KernelsError

DRIVER = Path(__file__).with_name("drive_handlers.c")


def build(folder, *flags):
    try:
        command = find_compiler().command
    except KernelsError as error:
        pytest.skip(str(error))
    program = folder / "drive"
    flags = [*(flag for flag in FLAGS if flag != "-shared"), native_flag(), "-Wl,--wrap=aligned_alloc", *flags]
    include = f"-I{jax.ffi.include_dir()}"
    sources = [DRIVER, *sorted(SOURCE.glob("*.c"))]
    built = subprocess.run(
        [command, *flags, include, "-o", program, *sources, "-lm"], capture_output=True, text=True, check=False
    )
    if "cannot find" in built.stderr:
        pytest.skip("the compiler comes without sanitizers")
    assert built.returncode == 0, built.stderr
    return program


@pytest.mark.slow
def test_no_shape_leaves_its_arrays(tmp_path):
    program = build(tmp_path, "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    ended = subprocess.run([program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
