"""The C handlers with NEON: built for ARM by a cross-compiler, run by an emulator, held against what JAX computes."""

import shutil
import struct
import subprocess
from pathlib import Path
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from nnjax.kernels import self_test
from nnjax.kernels.compiler import FLAGS
from nnjax.kernels.library import SOURCE
from nnjax.kernels.self_test import find_failure, train_by_hand

DRIVER = Path(__file__).with_name("answer_calls.c")
COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64"
HANDLERS = ("stack_forward", "stack_backward", "stack_evaluate", "stack_predict", "adam_step", "adam_update")
LIBRARY = SimpleNamespace(**{f"nnjax_{name}": number for number, name in enumerate(HANDLERS)})


def described(array):
    return struct.pack(f"<{1 + array.ndim}q", array.ndim, *array.shape)


@pytest.fixture
def call_on_arm(tmp_path):
    """Calls a handler, by its number, of a program that an emulator runs."""
    if not all(map(shutil.which, (COMPILER, EMULATOR))):
        pytest.skip(f"{COMPILER} and {EMULATOR} are needed")
    program, include = tmp_path / "program", f"-I{jax.ffi.include_dir()}"
    sources = [DRIVER, *sorted(SOURCE.glob("*.c"))]
    flags = [*FLAGS, "-Wall", "-Wextra", "-Werror", "-static"]
    subprocess.run([COMPILER, *flags, include, "-o", program, *sources, "-lm"], check=True)
    with subprocess.Popen([EMULATOR, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:

        def call(handler, arguments, results):
            told = [struct.pack("<3q", handler, len(arguments), len(results))]
            for array in arguments:
                told += [described(array), array.tobytes()]
            process.stdin.write(b"".join([*told, *map(described, results)]))
            process.stdin.flush()
            for array in results:
                answer = process.stdout.read(array.nbytes)
                assert len(answer) == array.nbytes, "the program has ended"
                array[...] = np.frombuffer(answer, np.float32).reshape(array.shape)

        yield call
    assert process.returncode == 0


@pytest.mark.slow
def test_the_self_test_passes_on_arm(call_on_arm, monkeypatch):
    monkeypatch.setattr(self_test, "call_by_hand", call_on_arm)
    assert find_failure(lambda training: train_by_hand(LIBRARY, training)) == ""
