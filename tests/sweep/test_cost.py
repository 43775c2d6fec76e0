"""What a run costs."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from nnjax.sweep.cost import program_seconds, run_seconds
from nnjax.training.bucket import Bucket


def bucket_of(depth: int, batch_size: int, epochs: int = 200) -> Bucket:
    return Bucket(10, (64,) * depth, 1, batch_size, 265, 67, 111, epochs, "adam", "half_mean_squared_error")


@pytest.mark.parametrize(("cheap", "dear"), [((1, 8), (2, 8)), ((4, 32), (4, 8)), ((4, 265), (8, 265))])
def test_depth_and_small_batches_cost_more(cheap: tuple[int, int], dear: tuple[int, int]) -> None:
    assert run_seconds(bucket_of(*cheap)) < run_seconds(bucket_of(*dear))


MEASURED = re.findall(
    r"^\| \d+ of \d+, [\w ]+ \| [\d.]+ \| [\d.]+ \(([\d.]+)\) .* \| ([\d.]+), ([\d.]+) \|$",
    (Path(__file__).parents[2] / "docs" / "kernels.md").read_text("utf-8"),
    re.MULTILINE,
)
"""Of each network on that page: how many times as long XLA takes; seconds to compile by either, XLA first."""


@pytest.mark.parametrize(("times", "xla", "fused"), [tuple(map(float, row)) for row in MEASURED])
def test_fused_operations_cost_what_was_measured(times: float, xla: float, fused: float) -> None:
    by_xla = bucket_of(4, 32)
    by_operations = replace(by_xla, kernels="fused_avx2_gcc")
    assert run_seconds(by_xla) / run_seconds(by_operations) == pytest.approx(times, rel=0.2)
    assert program_seconds(by_xla) / program_seconds(by_operations) == pytest.approx(xla / fused, rel=0.25)


def test_what_fused_operations_do_not_serve_costs_what_xla_takes() -> None:
    dropped = replace(bucket_of(4, 32), dropout=True)
    assert run_seconds(replace(dropped, kernels="fused_avx2_gcc")) == run_seconds(dropped)


def test_there_are_measurements() -> None:
    assert len(MEASURED) == 6
