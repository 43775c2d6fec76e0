"""What one core of this processor can do at most: its peak in float32 and its rate of Adam, by loops in C.

Measured anew whenever it is asked for, since clocks change with what else the machine does: nobody's share of a bound
is told by a constant of another machine, or of another minute.

    python benchmarks/processor.py
"""

import ctypes
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).with_suffix(".c")
COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-std=gnu11", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")
ROUNDS = 2_000_000
PARAMETERS = 16_384
"""Of Adam's loop: four arrays of 64 kB, as much as a network of 4 × 64 units takes."""

STEPS = 2_000


@dataclass(frozen=True)
class Rates:
    """A core's rates.

    Attributes:
        flops: Float32 operations a second, a multiply-add being two.
        adam_seconds: Seconds of Adam a parameter and step.
    """

    flops: float
    adam_seconds: float

    def __str__(self) -> str:
        return f"{self.flops / 1e9:.1f} GFLOP/s, Adam {self.adam_seconds * 1e9:.3f} ns a parameter"


class Processor:
    """The loops, compiled in a folder that may go afterwards.

    Raises:
        RuntimeError: No compiler, or it fails.
    """

    def __init__(self, folder: Path) -> None:
        compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
        if compiler is None:
            raise RuntimeError(f"no compiler found ({', '.join(COMPILERS)})")
        library = folder / "processor.so"
        command = [compiler, *FLAGS, "-o", str(library), str(SOURCE), "-lm"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise RuntimeError(f"{compiler} ended with {ended.returncode}: {ended.stderr[-500:]}")
        self._loops = ctypes.CDLL(str(library))
        self._loops.multiply_add.restype = ctypes.c_double
        self.vector_bits: int = self._loops.vector_bits()
        draws = np.random.default_rng(0)
        self._arrays = [draws.normal(size=PARAMETERS).astype(np.float32) ** 2 for _ in range(4)]

    def measure(self) -> Rates:
        """Both rates, in CPU time of this process, in about a tenth of a second."""
        seen = ctypes.c_float()
        began = time.process_time()
        flops = self._loops.multiply_add(ctypes.c_long(ROUNDS), ctypes.byref(seen))
        peak = flops / (time.process_time() - began)
        began = time.process_time()
        self.adam(STEPS, 1e-6)
        return Rates(peak, (time.process_time() - began) / STEPS / PARAMETERS)

    def adam(self, steps: int, rate: float) -> None:
        """Some steps."""
        pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in self._arrays]
        self._loops.adam(ctypes.c_long(steps), ctypes.c_long(PARAMETERS), ctypes.c_float(rate), *pointers)


def main() -> None:
    """Print five measurements."""
    with tempfile.TemporaryDirectory() as folder:
        processor = Processor(Path(folder))
        for _ in range(5):
            print(f"vectors of {processor.vector_bits} bits: {processor.measure()}")


if __name__ == "__main__":
    main()
