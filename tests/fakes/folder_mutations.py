"""What may become of a model's folder: cut, changed, mixed with another, of another version; or sealed around a lie."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakes.model_folders import seal_folder

VALUES = (None, -1, 0, 1, 2**70, 1e300, float("nan"), float("inf"), "", "x", True, [], [[]], {}, ["x"], {"log": True})


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def a_file(folder: Path, draw: random.Random) -> Path:
    return draw.choice(files_of(folder))


def cut_short(folder: Path, draw: random.Random) -> None:
    path = a_file(folder, draw)
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(len(content))])


def other_byte(folder: Path, draw: random.Random) -> None:
    path = a_file(folder, draw)
    content = bytearray(path.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def more_bytes(folder: Path, draw: random.Random) -> None:
    path = a_file(folder, draw)
    path.write_bytes(path.read_bytes() + draw.randbytes(draw.choice([1, 7, 4096])))


def missing_file(folder: Path, draw: random.Random) -> None:
    a_file(folder, draw).unlink()


def a_folder_in_place_of_a_file(folder: Path, draw: random.Random) -> None:
    path = a_file(folder, draw)
    path.unlink()
    path.mkdir()


def garbage_beside(folder: Path, draw: random.Random) -> None:
    """What a person, a system or a killed program leaves there."""
    name = draw.choice(["notes.txt", ".DS_Store", ".tmp-1-2-3", "model.json~", "weights.safetensors.part", "größe"])
    (folder / name).write_bytes(draw.randbytes(50))
    (folder / "__pycache__").mkdir(exist_ok=True)


def swapped(folder: Path, draw: random.Random) -> None:
    one, other = draw.sample(files_of(folder), 2)
    contents = one.read_bytes(), other.read_bytes()
    one.write_bytes(contents[1])
    other.write_bytes(contents[0])


def emptied(folder: Path, draw: random.Random) -> None:
    a_file(folder, draw).write_bytes(b"")


def other_sums(folder: Path, draw: random.Random) -> None:
    """A line lost, doubled, moved, or of a file elsewhere."""
    path = folder / "SHA256SUMS"
    lines = path.read_text().splitlines(keepends=True)
    line = draw.choice(lines)
    others = [each for each in lines if each != line]
    changed = [others, [*lines, line], draw.sample(lines, len(lines)), [*others, line.replace("  ", "  ../")]]
    path.write_text("".join(draw.choice([*changed, [each.replace("\n", "\r\n") for each in lines]])))


def of_another_model(folder: Path, draw: random.Random) -> None:
    """A file of another model that was fitted later."""
    path, other = draw.choice(["model.json", "weights.safetensors"]), folder.with_name("another")
    shutil.copy(other / path, folder / path)


UNSEALED = (cut_short, *[other_byte] * 3, more_bytes, missing_file, a_folder_in_place_of_a_file, garbage_beside)
UNSEALED += (swapped, emptied, other_sums, of_another_model)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for key, item in inside for each in ((*at, key), *places(item, (*at, key)))]


def change_document(folder: Path, draw: random.Random, change: Callable[[Any, Any], None]) -> None:
    path = folder / "model.json"
    document = json.loads(path.read_text())
    *way, last = draw.choice(places(document))
    holder = document
    for key in way:
        holder = holder[key]
    change(holder, last)
    path.write_text(json.dumps(document))


def lost_entry(folder: Path, draw: random.Random) -> None:
    change_document(folder, draw, lambda holder, key: holder.pop(key))


def other_value(folder: Path, draw: random.Random) -> None:
    change_document(folder, draw, lambda holder, key: holder.__setitem__(key, draw.choice(VALUES)))


def other_version(folder: Path, draw: random.Random) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": draw.choice([0, 2, "1", None, 99])}))


SEALED = (*[lost_entry] * 3, *[other_value] * 5, other_version, cut_short, other_byte, more_bytes, of_another_model)
"""After which somebody has made the sums anew: a program that writes other folders, or one that does not understand."""


def mutate(folder: Path, draw: random.Random, is_sealed: bool) -> str:
    """Change a folder in one way; returns which."""
    change = draw.choice(SEALED if is_sealed else UNSEALED)
    change(folder, draw)
    if is_sealed:
        seal_folder(folder)
    return change.__name__
