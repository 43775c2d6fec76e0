"""The checks: as expected on the statistics as they are, and not so on statistics that are wrong."""

from pathlib import Path

import pytest

from nnjax.calibration import censoring
from nnjax.calibration import checks as checks_module
from nnjax.calibration.check import Check, Effort
from nnjax.calibration.checks import around, run_checks
from nnjax.calibration.stamp import load_stamp
from nnjax.cli import main
from nnjax.statistics import interval as interval_module
from nnjax.statistics.censoring import Bounds
from nnjax.statistics.interval import PairedInterval, paired_interval


def test_all_checks_are_as_expected_and_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--quick", "--home", str(tmp_path)]) == 0
    assert "55 of 55 checks are as expected" in capsys.readouterr().out
    stamp = load_stamp(tmp_path)
    assert stamp is not None and [check for check in stamp.checks if not check.is_ok] == []
    assert {check.group for check in stamp.checks} >= {
        "known answers",
        "verdicts",
        "power",
        "twins",
        "seeds",
        "censoring",
        "arms",
    }


def test_a_check_outside_its_range_fails() -> None:
    assert Check("a", "b", (0.5,), (0.4,), (0.6,), (0.6,)).is_ok
    assert not Check("a", "b", (0.5,), (0.4,), (0.6,), (0.61,)).is_ok
    assert not Check("a", "b", (0.5, 0.5), (0.4, 0.4), (0.6, 0.6), (0.5, 0.3)).is_ok


def test_more_draws_allow_less() -> None:
    few, many = (around(0.05, draws) for draws in (100, 10_000))
    assert few[1] < many[1] < many[0] < many[2] < few[2]
    assert around(0.5, 10**9, least=0.01)[1:] == ((0.49,), (0.51,))


@pytest.mark.parametrize(
    ("attack", "groups"),
    [
        (lambda n, n_train, n_test: (1.0 / n) ** 0.5, {"known answers", "corrected misses", "verdicts", "twins"}),
        (lambda n, n_train, n_test: 0.5 * (1.0 / n + n_test / n_train) ** 0.5, {"corrected misses", "verdicts"}),
    ],
    ids=["no overlap correction", "half as wide"],
)
def test_a_wrong_interval_is_caught(monkeypatch: pytest.MonkeyPatch, attack: object, groups: set[str]) -> None:
    monkeypatch.setattr(interval_module, "error_factor", attack)
    read_intervals = (checks_module.known_answers, checks_module.coverage, checks_module.verdicts, checks_module.twins)
    failed = {check.group for check in run_checks(Effort(800, 60), simulated=read_intervals) if not check.is_ok}
    assert groups <= failed


def test_never_taken_for_the_last_epoch_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def filled(numbers: Bounds, *sizes: int) -> PairedInterval:
        return paired_interval(numbers.least.clip(-9.0), *sizes)

    monkeypatch.setattr(censoring, "bounded_interval", filled)
    assert [check for check in checks_module.censoring(Effort(500, 0), 1) if not check.is_ok]


def test_every_simulation_repeats_itself() -> None:
    effort = Effort(200, 3)
    assert list(checks_module.coverage(effort, 1)) == list(checks_module.coverage(effort, 1))
    assert list(checks_module.coverage(effort, 1)) != list(checks_module.coverage(effort, 2))
