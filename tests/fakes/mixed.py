"""A table with a column of every kind, gaps among them: what a practitioner brings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nnjax.data.own_table import FileSource, read_own_table
from nnjax.data.tables import Table

CITIES = ("Bern", "Basel", "Chur", "Genf")
RARE = ("Uri", "Zug")


def mixed_rows(rows: int = 120, seed: int = 0, classes: Sequence[str] = ()) -> dict[str, list[object]]:
    """Columns as a file would have them: money (skewed, gaps), size, city, sold, new (gaps), and what is predicted."""
    draws = np.random.default_rng(seed)
    gone = draws.random((rows, 3)) < 0.15
    money = np.round(np.exp(draws.normal(size=rows)), 3).tolist()
    cities = draws.choice([*CITIES, *RARE], p=[0.3, 0.3, 0.2, 0.14, 0.03, 0.03], size=rows).tolist()
    days = draws.integers(0, 900, rows)
    told: list[object] = np.round(draws.normal(size=rows), 3).tolist()
    if classes:
        told = draws.choice(list(classes), size=rows).tolist()
    return {
        "money": ["" if is_gone else number for is_gone, number in zip(gone[:, 0], money, strict=True)],
        "size": draws.integers(20, 200, rows).tolist(),
        "city": ["" if is_gone else city for is_gone, city in zip(gone[:, 1], cities, strict=True)],
        "sold": [str(np.datetime64("2020-01-01") + int(day)) for day in days],
        "new": ["" if is_gone else str(bool(day % 2)).lower() for is_gone, day in zip(gone[:, 2], days, strict=True)],
        "y": told,
    }


def mixed_table(folder: Path, rows: int = 120, seed: int = 0, classes: Sequence[str] = ()) -> Table:
    """The table as it is read."""
    columns = mixed_rows(rows, seed, classes)
    path = folder / "mixed.csv"
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return read_own_table(FileSource(path, ("y",)))
