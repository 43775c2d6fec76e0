"""The machine that trains."""

from pathlib import Path

import pytest

from nnjax.sweep.host import describe_host, git_commit, package_versions, peak_memory_mb


def test_the_host_is_described() -> None:
    host = describe_host()
    assert host.cores >= 1
    assert host.memory_mb > 100
    assert host.cpu
    assert package_versions()["jax"]
    assert 10 < peak_memory_mb() < host.memory_mb


def test_no_commit_outside_of_a_repository_or_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_commit(tmp_path) == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_commit(".") == ""
