"""Durable files: whole or not there, and nothing left behind by the dead."""

import errno
import os
import subprocess
import threading
from pathlib import Path

import pytest

from nnjax.sweep.durable import TEMPORARY_PREFIX, one_at_a_time, publish_folder, remove_stale_temporaries, write_durably


def temporaries(folder: Path) -> list[Path]:
    return list(folder.glob(f"{TEMPORARY_PREFIX}*"))


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_durably(path, b"first")
    write_durably(path, b"second")
    assert path.read_bytes() == b"second"
    assert temporaries(path.parent) == []


def test_a_failed_write_leaves_the_old_file_and_no_temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_durably(path, b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert temporaries(tmp_path) == []


def test_a_full_disk_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(OSError, match=r"No space left on device: '.*/file'"):
        write_durably(tmp_path / "file", b"new")


def leave_a_temporary(folder: Path, monkeypatch: pytest.MonkeyPatch, process: int) -> Path:
    """What a writer that was killed before its rename leaves behind."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: process)
        patch.setattr(os, "replace", lambda *_: os._exit)
        write_durably(folder / "file", b"half")
    [path] = temporaries(folder)
    return path


def test_temporaries_of_the_dead_go_and_those_of_the_living_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead = leave_a_temporary(tmp_path, monkeypatch, gone.pid)
    assert remove_stale_temporaries(tmp_path) == [dead]
    living = leave_a_temporary(tmp_path, monkeypatch, os.getpid())
    assert remove_stale_temporaries(tmp_path) == []
    assert living.exists()
    folder = dead.with_name(dead.name)
    folder.mkdir()
    (folder / "half a model").touch()
    assert remove_stale_temporaries(tmp_path) == [folder] and not folder.exists()


def test_temporaries_of_other_machines_go_after_a_day(tmp_path: Path) -> None:
    fresh, old = (tmp_path / f"{TEMPORARY_PREFIX}{name}-1-abcd" for name in ("00000000", "11111111"))
    fresh.touch()
    old.touch()
    os.utime(old, (0, 0))
    assert remove_stale_temporaries(tmp_path) == [old]


def test_names_that_are_none_of_ours_stay(tmp_path: Path) -> None:
    (tmp_path / f"{TEMPORARY_PREFIX}x").touch()
    assert remove_stale_temporaries(tmp_path) == []
    assert remove_stale_temporaries(tmp_path / "missing") == []


def test_nobody_else_is_there_meanwhile(tmp_path: Path) -> None:
    order, inside, asked = list[str](), threading.Event(), threading.Event()

    def second() -> None:
        inside.wait(10)
        asked.set()
        with one_at_a_time(tmp_path / "report"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with one_at_a_time(tmp_path / "report"):
        inside.set()
        asked.wait(10)
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert [path.name for path in tmp_path.iterdir()] == [".report.lock"]


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a.txt": b"1", "b.txt": b"2"}
    publish_folder(tmp_path / "models" / "one", files)
    assert {each.name: each.read_bytes() for each in (tmp_path / "models" / "one").iterdir()} == files
    with pytest.raises(FileExistsError):
        publish_folder(tmp_path / "models" / "one", {"a.txt": b"3"})
    monkeypatch.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        publish_folder(tmp_path / "models" / "two", files)
    assert [each.name for each in (tmp_path / "models").iterdir()] == ["one"]


def test_a_folder_that_cannot_be_replaced_is_there_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_folder(tmp_path / "one", {"a.txt": b"1"})
    rename = os.rename

    def fail_at_the_end(source: Path, target: Path) -> None:
        if (source / "b.txt").exists():
            raise OSError(errno.EIO, "the disk")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail_at_the_end)
    with pytest.raises(OSError, match="the disk"):
        publish_folder(tmp_path / "one", {"b.txt": b"2"}, replaces=True)
    assert [each.name for each in tmp_path.iterdir()] == ["one"] and (tmp_path / "one" / "a.txt").exists()
    monkeypatch.undo()
    publish_folder(tmp_path / "one", {"b.txt": b"2"}, replaces=True)
    assert [each.name for each in (tmp_path / "one").iterdir()] == ["b.txt"]
