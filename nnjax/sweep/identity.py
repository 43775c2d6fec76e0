"""Identity by content: one canonical text of a value, and its hash; hashes of files, and of this package."""

import hashlib
import json
import os
import sys
from functools import cache
from pathlib import Path


def canonical_json(value: object) -> str:
    r"""The one JSON text of a value: keys sorted, no spaces, ASCII only, tuples as lists.

    Raises:
        ValueError: If a number is NaN or infinite, which JSON cannot say.

    >>> canonical_json({"b": (1, 2.5), "a": "é"})
    '{"a":"\\u00e9","b":[1,2.5]}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def content_hash(value: object) -> str:
    """sha256 of the canonical text, 64 hexadecimal digits.

    >>> content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def package_hash() -> str:
    """Hash of this package's own files, and of the names and versions of all others."""
    others = sorted(path.name for folder in sys.path if folder for path in Path(folder).glob("*.dist-info"))
    return content_hash([sys.version, others, folder_hash(Path(__file__).parents[1])])


@cache
def package_at_start() -> str:
    """The same as it was when this process asked first: ask before the import of what may not have changed since.

    Empty, which no hash is, if something could not be read.
    """
    try:
        return package_hash()
    except OSError:
        return ""


def folder_hash(folder: Path) -> str:
    """sha256 of the names and contents of all files below a folder, hidden ones and bytecode aside.

    Raises:
        OSError: If one of them cannot be read.
    """
    paths = (Path(place) / name for place, _, names in os.walk(folder, followlinks=True) for name in names)
    seen = sorted(path for path in paths if not path.name.startswith(".") and path.suffix != ".pyc")
    return content_hash([[str(path.relative_to(folder)), file_hash(path)] for path in seen])


def file_hash(path: Path) -> str:
    """sha256 of a file; empty where there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
