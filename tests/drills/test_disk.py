"""The disk is full; the folder is read-only; bytes of the journal are gone or changed."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.drill import finish, sweep, write_study

from nnjax.sweep.journal import Journal, JournalWarning

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("drills")]

TAIL = 96


@pytest.fixture
def small_disk(tmp_path: Path, needs_root: None) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", place], check=True)


def test_a_full_disk(small_disk, unharmed):
    home = write_study(small_disk / "home").parent
    code, said = finish(sweep(home))
    assert code == 2 and "No space left on device" in said and "Traceback" not in said, said
    told = said.strip().splitlines()[-1]
    remount(small_disk, "size=400m")
    code, said = finish(sweep(home))
    assert code == 0, said
    unharmed(home, "disk full", 1, told.replace(str(home), "HOME"))


def test_a_read_only_folder(small_disk, unharmed):
    remount(small_disk, "size=400m")
    home = write_study(small_disk / "home").parent
    remount(small_disk, "ro")
    code, said = finish(sweep(home))
    assert code == 2 and "Read-only file system" in said and "Traceback" not in said, said
    told = said.strip().splitlines()[-1]
    remount(small_disk, "rw")
    code, said = finish(sweep(home))
    assert code == 0, said
    unharmed(home, "read-only folder", 1, told.replace(str(home), "HOME"))


def test_a_journal_cut_at_every_byte_of_its_tail_and_with_flipped_bits(home, unharmed):
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
    unharmed(home, "journal cut or a bit flipped", tries, told)
