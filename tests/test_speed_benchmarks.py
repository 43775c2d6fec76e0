"""Benchmarks of speed: what they hold times against is right, and their peers train the same."""

import importlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnjax.sweep.runner import Engine, run_sweep

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def test_the_loop_in_c_takes_a_step_of_adam(load: Any, tmp_path: Path) -> None:
    module = load("processor")
    if not any(map(shutil.which, module.COMPILERS)):
        pytest.skip("the loops are in C")
    processor = module.Processor(tmp_path)
    p, m, v, g = processor._arrays
    given = [array.astype(np.float64) for array in (p, m, v, g)]
    processor.adam(1, 0.01)
    mean, square = 0.9 * given[1] + 0.1 * given[3], 0.999 * given[2] + 0.001 * given[3] ** 2
    np.testing.assert_allclose(p, given[0] - 0.01 * mean / (np.sqrt(square) + 1e-8), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(m, mean, rtol=1e-6)
    np.testing.assert_allclose(v, square, rtol=1e-6)
    rates = processor.measure()
    assert 0 < rates.flops < 1e13 and 0 < rates.adam_seconds < 1e-6


def test_a_bound_counts_a_run_by_hand(load: Any) -> None:
    cell = load("peer_worker").Cell(1, 3, 8, 5, ("relu",), n_features=2, n_train=10)
    rates = load("processor").Rates(flops=1e9, adam_seconds=1e-9)
    forward = 2 * (2 * 3 + 3 * 1)  # of one row
    gradients = 2 * (2 * 3 + 3 * 1) + 2 * 3 * 1  # by all weights, and by the hidden units
    parameters, steps = 2 * 3 + 3 + 3 + 1, 2
    expected = 5 * (10 * (forward + gradients) + steps * parameters) * 1e-9
    assert load("peers").bound_seconds(cell, rates) == pytest.approx(expected, rel=1e-12)


def test_a_cell_arrives_as_it_was_sent(load: Any) -> None:
    cell_of = load("peer_worker").Cell
    cell = cell_of(4, 64, 32, 200, ("relu", "tanh"))
    assert cell_of.from_json(cell.to_json()) == cell and cell.steps == 9


def test_stacked_networks_train_as_each_of_them_alone(load: Any, tmp_path: Path) -> None:
    peers, worker = load("peers"), load("peer_worker")
    cell = worker.Cell(2, 4, 100, 3, ("relu",))
    peers.draw_data(cell, tmp_path)
    all_of_them, first = (worker.prepare("numpy", cell, tmp_path, runs) for runs in (3, 1))
    for (weights, bias), (own_weights, own_bias) in zip(all_of_them.train(), first.train(), strict=True):
        np.testing.assert_allclose(weights[:1], own_weights, atol=1e-6)
        np.testing.assert_allclose(bias[:1], own_bias, atol=1e-6)
    assert first.loss(first.train()) < 1  # of standardised targets


def test_what_is_drawn_is_what_the_journal_takes(load: Any, tmp_path: Path) -> None:
    scale = load("report_scale")
    space = scale.make_space(1, False, [change for change in scale.SMALL if "l2" not in change])
    summary = run_sweep(space, tmp_path, "serial", engine=Engine(scale.prepare, scale.draw_task))
    assert summary.trained == len(space.runs) == 2 * 4 * scale.FEW_SPLITS and not summary.errors


def test_as_many_runs_as_were_asked_for_are_trained_at_rates_that_differ(load: Any) -> None:
    space = load("report_scale").make_space(4000, True, [])
    rates = {cell.configuration.learning_rate for cell in space.cells}
    assert len(space.runs) == 4000 and len(rates) == 100 and max(rates) / min(rates) < 1000
