"""Mean fields are computed once a machine: what was kept is what was computed, and nothing else is believed."""

from pathlib import Path

import numpy as np
import pytest

from nnjax.report.kept_fields import FIELDS_SUFFIX, kept_fields
from nnjax.statistics.mean_field import MeanField
from nnjax.sweep.compilation_cache import cache_of_this_machine

WANTED = ["deep", "shallow"]


def compute(name: str) -> MeanField:
    numbers = np.array([0.1 + 0.2, 1 / 3, np.nan]) if name == "deep" else np.array([2.0])
    return MeanField(numbers, numbers[:-1] * np.pi)


def refuse(name: str) -> MeanField:
    raise AssertionError(f"{name} was kept")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return cache_of_this_machine()


def same(fields: dict[str, MeanField]) -> bool:
    pairs = [(field, compute(name)) for name, field in fields.items()]
    return list(fields) == WANTED and all(
        np.array_equal(ours, theirs, equal_nan=True)
        for field, other in pairs
        for ours, theirs in ((field.variances, other.variances), (field.factors, other.factors))
    )


def test_they_are_read_back_bit_for_bit(folder: Path) -> None:
    assert same(kept_fields(WANTED, compute)) and same(kept_fields(WANTED, refuse))


def test_others_are_computed(folder: Path) -> None:
    kept_fields(WANTED, compute)
    with pytest.raises(AssertionError, match="deep was kept"):
        kept_fields(["deep"], refuse)


@pytest.mark.parametrize("content", ["", "[[[1.0], []]]", "[1, 2]"])
def test_a_file_that_is_another_is_not_believed(folder: Path, content: str) -> None:
    kept_fields(WANTED, compute)
    [path] = folder.glob(f"*{FIELDS_SUFFIX}")
    path.write_text(content)
    assert same(kept_fields(WANTED, compute)) and same(kept_fields(WANTED, refuse))


def test_nothing_is_read_where_others_may_write(folder: Path) -> None:
    kept_fields(WANTED, compute)
    folder.chmod(0o777)
    with pytest.raises(AssertionError, match="was kept"):
        kept_fields(WANTED, refuse)


def test_what_other_options_of_xla_computed_is_kept_for_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
        assert same(kept_fields(WANTED, compute))
    assert not list(folder.glob(f"*{FIELDS_SUFFIX}"))
