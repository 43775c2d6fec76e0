"""The disk is full; the folder is read-only; bytes of the journal are gone or changed."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.drill import finish, sweep, write_study

from nnjax.sweep.journal.journal import Journal, JournalWarning

pytestmark = pytest.mark.slow

TAIL = 96
LARGE = "rw,size=400m"
ROOM = (200, 4500)
"""Kilobytes of a disk that is too small: the study's home takes 6,300 in the end."""


@pytest.fixture
def disk(tmp_path: Path, needs_root: None) -> Iterator[Path]:
    """A disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", LARGE, "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", place], check=True)


def refused(disk: Path, how: str, reason: str) -> tuple[Path, str]:
    """A home whose sweep was refused by its disk and then completed; and what was said at first."""
    home = write_study(disk / "home").parent
    remount(disk, how)
    code, said = finish(sweep(home))
    told = [line.strip() for line in said.splitlines() if re.search(reason, line)]
    assert code in (1, 2) and told and "Traceback" not in said, said
    remount(disk, LARGE)
    code, said = finish(sweep(home))
    assert code == 0, said
    return home, told[-1]


def test_a_full_disk(disk, moments, assert_unharmed):
    home, told = refused(disk, f"size={moments.randint(*ROOM)}k", "No space left on device|disk is full")
    assert_unharmed(home, "disk full", 1, told)


def test_a_read_only_folder(disk, assert_unharmed):
    home, told = refused(disk, "ro", "Read-only file system")
    assert_unharmed(home, "read-only folder", 1, told)


def test_a_journal_cut_at_every_byte_of_its_tail_and_with_flipped_bits(home, assert_unharmed):
    code, said = finish(sweep(home))
    assert code == 0, said
    everything = Journal(home).run_ids()
    path = sorted(home.glob("journal/[!.]*.parquet"))[0]
    whole, tries = path.read_bytes(), 0
    lengths = [*range(len(whole) - TAIL, len(whole)), *range(0, len(whole) - TAIL, 997)]
    damaged = [whole[:length] for length in lengths]
    damaged += [whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :] for at in range(0, len(whole), 499)]
    for content in damaged:
        path.write_bytes(content)
        with pytest.warns(JournalWarning, match="is damaged") as warned:
            left = Journal(home).run_ids()
        assert left < everything
        aside = path.with_name(f".corrupt-{path.name}")
        assert aside.read_bytes() == content
        aside.unlink()
        tries += 1
    path.write_bytes(damaged[TAIL // 2])
    code, said = finish(sweep(home))
    assert code == 0 and "is damaged" in said, said
    told = str(warned[0].message).replace(str(path), "FILE").replace(path.name, "FILE")
    assert_unharmed(home, "journal cut or a bit flipped", tries, told)
