"""A worker far from the head: of the same versions or refused, with programs kept on its own machine."""

import platform
from pathlib import Path

import pytest

from nnjax.execution.executor import UnfitError
from nnjax.sweep.compilation_cache import cache_of_this_machine
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.sweep.worker import check_versions, decisive_versions, prepare_elsewhere
from nnjax.training import ENGINE_VERSION


def test_a_worker_of_other_versions_is_refused_with_both_named() -> None:
    check_versions(decisive_versions())
    with pytest.raises(UnfitError, match=rf"engine {ENGINE_VERSION}, not 1; jax .*, not 0\.1 as the head: "):
        check_versions({**decisive_versions(), "engine": "1", "jax": "0.1"})


def test_programs_are_kept_apart_for_each_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    here = cache_of_this_machine()
    assert here.parent == tmp_path / "nnjax" and here.name.startswith(platform.node())
    seen: list[Path] = []
    prepare_elsewhere(lambda folder, _: seen.append(folder), {}, decisive_versions())
    assert seen == [here] and here.is_dir()


def test_nowhere_to_keep_programs_is_no_reason_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    seen: list[Path] = []
    prepare_elsewhere(lambda folder, _: seen.append(folder), {}, decisive_versions())
    assert len(seen) == 1


def test_a_user_without_a_home_keeps_no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    seen: list[Path] = []
    prepare_elsewhere(lambda folder, _: seen.append(folder), {}, decisive_versions())
    assert len(seen) == 1 and not seen[0].exists()


def test_a_machine_without_the_studys_device_is_named_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jax.local_devices", no_devices)
    space = expand(load_study(Path("experiments/quick.toml"), ["device=gpu"]))
    with pytest.raises(
        UnfitError,
        match=rf'^{platform.node()}: device = "gpu", and JAX has none here \(Unknown backend gpu\); install',
    ):
        run_sweep(space, tmp_path, "serial")
    assert Journal(tmp_path).run_ids() == set()


def no_devices(backend: str) -> None:
    raise RuntimeError(f"Unknown backend {backend}")
