"""Training throughput: our engine on XLA and by fused operations, beside another checkout's and beside other libraries.

All train the same networks (ReLU, one output) with Adam at the same batch size for the same epochs on the same 265
rows, the last partial batch included: `xla` and `fused` are this checkout's kernels, `before` that of --before,
`sklearn` one MLPRegressor, `numpy` as many runs as our chunk has, stacked by hand, `torch` 64 runs under torch.func's
vmap, by the Python of --torch. Ours also validates every epoch, records every layer's diagnostics, chooses an epoch,
predicts the other rows and describes each run as the journal wants it, all inside its time; the others do none of it.
Ours and scikit-learn draw order and initial parameters inside their time; the stacked ones have them ready.

Each peer is a process of its own, a new one for each cell, all pinned to one core. They take turns, every other round
the other way round; so does a measurement of the core itself (processor.py). The bound is the products at the core's
peak, then Adam at the rate of a loop in C: no overlap assumed, neither evaluation nor diagnostics in it. Shown are
medians over the rounds: CPU and wall milliseconds a run of 200 epochs (fewer are scaled up, with what is spent once a
run), how many times as long that is as the CPU time of the last of ours, with the smallest and largest of the rounds,
the share of the bound, CPU seconds of compiling, which the other times leave out, the most memory the process held, and
the validation loss after the last epoch, by which one sees that all train alike.

    python benchmarks/peers.py [--depths 1,4,8] [--widths 16,64,128] [--batches 8,32,265] [--epochs 200] [--rounds 5]
                               [--peers xla fused before sklearn numpy torch] [--before PATH] [--torch PYTHON]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import astuple, dataclass, field
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
from peer_worker import Cell
from processor import Processor, Rates

from nnjax.data.scaling import scale_split
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.data.streams import stream
from nnjax.data.tables import load_table
from nnjax.network.architecture import Architecture
from nnjax.network.mlp import init
from nnjax.sweep.host import describe_host
from nnjax.training.batches import batch_weights, draw_order
from nnjax.training.bucket import SQUARED_ERROR, Bucket, chunk_size

HERE = Path(__file__).resolve().parents[1]
PEERS = ("xla", "fused", "before", "sklearn", "numpy", "torch")
OURS = ("before", "xla", "fused")
DEFAULT_STUDY = ("logistic", "tanh", "relu", "leaky_relu", "elu", "softplus")
COLUMNS = {"CPU ms": 9, "wall ms": 9, "times": 9, "(of the rounds)": 18, "bound": 8, "compile": 9, "MB": 7, "loss": 9}
DRAWN_RUNS = 64
"""What torch stacks: with fewer it takes longer a run."""


def bound_seconds(cell: Cell, rates: Rates) -> float:
    """Seconds a run cannot beat on one core: products at its peak, then Adam."""
    weights = [a * b for a, b in pairwise(cell.layer_sizes)]
    flops = cell.n_train * (6 * sum(weights) - 2 * weights[0])  # no gradient by the features
    parameters = sum(weights) + sum(cell.layer_sizes[1:])
    return cell.epochs * (flops / rates.flops + cell.steps * parameters * rates.adam_seconds)


def draw_data(cell: Cell, folder: Path) -> None:
    """Write what the peers that know nothing of ours train on: rows, orders and initial parameters of each run."""
    table = load_table("diabetes")
    plan = SplitPlan("repeated_k_fold", 20, 0.25, 0.2, 5)
    splits = [scale_split(table, split) for split in make_splits(len(table.features), plan)]
    runs = range(DRAWN_RUNS)
    of_run = [splits[run % len(splits)] for run in runs]
    fewest = min(len(split.x_validation) for split in of_run)
    sizes = (cell.n_train, cell.batch_size)
    arrays = {
        "x": [split.x_train for split in of_run],
        "y": [split.y_train for split in of_run],
        "x_validation": [split.x_validation[:fewest] for split in of_run],
        "y_validation": [split.y_validation[:fewest] for split in of_run],
        "examples": [draw_order(stream(run, "order"), *sizes, cell.epochs).examples for run in runs],
        "weights": batch_weights(*sizes),
    }
    starts = [init(stream(run, "initialisation"), Architecture(cell.layer_sizes), "he") for run in runs]
    for layer in range(cell.depth + 1):
        arrays[f"layer_{layer}_a"] = [start[layer].weights for start in starts]
        arrays[f"layer_{layer}_b"] = [start[layer].bias[None] for start in starts]
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", np.asarray(array))


def runs_of_a_chunk(cell: Cell) -> int:
    """How many of ours train at once."""
    rows = (cell.n_train, cell.n_validation, cell.n_test)
    sizes = (cell.width,) * cell.depth
    return chunk_size(Bucket(cell.n_features, sizes, 1, cell.batch_size, *rows, cell.epochs, "adam", SQUARED_ERROR))


@dataclass
class Peer:
    """A process that trains one cell.

    Attributes:
        ready: What it has said first: compile, loss, runs, megabytes; or refused.
        spent: CPU and wall seconds a run, a round each.
    """

    name: str
    process: subprocess.Popen[str]
    ready: dict[str, Any] = field(default_factory=dict)
    spent: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def start(cls, name: str, cell: Cell, data: Path, options: argparse.Namespace) -> "Peer":
        """Wait until it has compiled."""
        kind, place, python = name, HERE, sys.executable
        runs = DRAWN_RUNS if name == "torch" else runs_of_a_chunk(cell)
        if name == "before":
            kind, place = "xla", options.before.resolve()
        if name == "torch":
            python = options.torch
        command = [python, str(HERE / "benchmarks" / "peer_worker.py"), kind, cell.to_json(), str(data), str(runs)]
        one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environment = os.environ | one_thread | {"PYTHONPATH": str(place)}
        pipe = subprocess.PIPE
        peer = cls(name, subprocess.Popen(command, text=True, env=environment, cwd=place, stdin=pipe, stdout=pipe))
        peer.ready = peer._read()
        return peer

    def train(self) -> None:
        """One more round."""
        assert self.process.stdin
        print(file=self.process.stdin, flush=True)
        self.spent.append(self._read())

    def end(self) -> None:
        """Let it go."""
        self.process.communicate()

    def median(self, of: str) -> float:
        """Seconds a run over the rounds."""
        return float(statistics.median(each[of] for each in self.spent))

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def compare(cell: Cell, processor: Processor | None, options: argparse.Namespace) -> None:
    """Start the peers of a cell, let them take turns, print a line each."""
    with tempfile.TemporaryDirectory() as folder:
        draw_data(cell, Path(folder))
        peers = [Peer.start(name, cell, Path(folder), options) for name in options.peers]
    for peer in (peer for peer in peers if "refused" in peer.ready):
        print(f"{peer.name} is left out: {peer.ready['refused']}")
    peers = [peer for peer in peers if "refused" not in peer.ready]
    rates = []
    for number in range(options.rounds):
        if processor:
            rates.append(processor.measure())
        for peer in peers if number % 2 == 0 else peers[::-1]:
            peer.train()
    for peer in peers:
        peer.end()
    rate = Rates(*map(statistics.median, zip(*map(astuple, rates), strict=True))) if rates else None
    print(describe(cell, peers, rate), flush=True)


def describe(cell: Cell, peers: list[Peer], rates: Rates | None) -> str:
    """A cell's part of the table."""
    to_milliseconds = 200 / cell.epochs * 1e3
    yardstick = max(peers, key=lambda peer: OURS.index(peer.name) if peer.name in OURS else -1)
    bound = bound_seconds(cell, rates) if rates else float("nan")
    told = f": bound {bound * to_milliseconds:.1f} ms at {rates}" if rates else ""
    lines = [f"{cell}, {runs_of_a_chunk(cell)} runs a chunk{told}"]
    for peer in peers:
        pairs = zip(peer.spent, yardstick.spent, strict=True)
        ratios = sorted(own["cpu"] / other["cpu"] for own, other in pairs)
        own = peer.median("cpu")
        values = (
            f"{own * to_milliseconds:.1f}",
            f"{peer.median('wall') * to_milliseconds:.1f}",
            f"{statistics.median(ratios):.2f}",
            f"({ratios[0]:.2f} - {ratios[-1]:.2f})",
            f"{bound / own:.0%}",
            f"{peer.ready['compile']:.1f}",
            f"{peer.ready['megabytes']:.0f}",
            f"{peer.ready['loss']:.4f}",
        )
        shown = ("-" if value.startswith("nan") else value for value in values)
        columns = (f"{value:>{size}}" for value, size in zip(shown, COLUMNS.values(), strict=True))
        lines.append(f"  {peer.name:<8}{''.join(columns)}")
    return "\n".join(lines)


def main() -> None:
    """Print the table, a cell as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depths", type=numbers, default=(1, 4, 8))
    parser.add_argument("--widths", type=numbers, default=(16, 64, 128))
    parser.add_argument("--batches", type=numbers, default=(8, 32, 265))
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="+", choices=PEERS, help="all those that are there")
    parser.add_argument("--before", type=Path, help="another checkout of nnjax")
    parser.add_argument("--torch", metavar="PYTHON", help="of an environment with torch")
    parser.add_argument("--activations", nargs="+", default=DEFAULT_STUDY, help="what a program can be switched to")
    options = parser.parse_args()
    absent = {name for name in ("before", "torch") if not getattr(options, name)}
    options.peers = options.peers or [name for name in PEERS if name not in absent]
    if missing := absent.intersection(options.peers):
        parser.error(f"say where that is: --{missing.pop()}")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # inherited by the peers: jax's thread pool is sized by it
    print(f"{describe_host().cpu}, one core, {options.epochs} epochs, {options.rounds} rounds, interleaved")
    with tempfile.TemporaryDirectory() as folder:
        processor = find_processor(Path(folder))
        print(" " * 10 + "".join(f"{title:>{size}}" for title, size in COLUMNS.items()))
        for depth, width, batch_size in product(options.depths, options.widths, options.batches):
            compare(Cell(depth, width, batch_size, options.epochs, tuple(options.activations)), processor, options)


def find_processor(folder: Path) -> Processor | None:
    """The loops that measure it, if they can be compiled."""
    try:
        return Processor(folder)
    except RuntimeError as error:
        print(f"no share of the bound, since the core was not measured: {error}")
        return None


def numbers(text: str) -> tuple[int, ...]:
    """Whole numbers with commas between them."""
    return tuple(map(int, text.split(",")))


if __name__ == "__main__":
    main()
