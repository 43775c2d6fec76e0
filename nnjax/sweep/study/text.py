"""A study as the text of its file: what a program proposes, a person can read, change and run."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tomlkit
from tomlkit.items import Table

SECTIONS = ("data", "replicates", "studied", "nuisance", "fixed", "grid", "logging")
"""In the order in which people read them."""


def write_study_text(tables: Mapping[str, Any], head: Sequence[str] = ()) -> str:
    """The text of a study file, from raw content as a TOML reader gives it; tuples count as lists.

    It reads back as the same tables; empty tables are left out, NumPy's numbers are numbers.

    >>> print(write_study_text({"question": "Does depth help?", "studied": {"depth": (1, 2)}}, ["Once more."]))
    # Once more.
    <BLANKLINE>
    question = "Does depth help?"
    <BLANKLINE>
    [studied]
    depth = [1, 2]
    <BLANKLINE>
    """
    document = tomlkit.document()
    for line in head:
        document.add(tomlkit.comment(line))
    if head:
        document.add(tomlkit.nl())
    for key, value in tables.items():
        if key not in (*SECTIONS, "claims"):
            document.add(key, _item(value))
    for name in SECTIONS:
        if tables.get(name):
            document.add(name, _table(tables[name]))
    if tables.get("claims"):
        claims = tomlkit.aot()
        for claim in tables["claims"]:
            claims.append(_table(claim))
        document.add("claims", claims)
    return tomlkit.dumps(document)


def _table(content: Mapping[str, Any]) -> Table:
    """A table whose own tables stand in one line each."""
    table = tomlkit.table()
    for key, value in content.items():
        table.add(key, _item(value))
    return table


def _item(value: Any) -> Any:
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({key: _item(item) for key, item in value.items()})
        return table
    if isinstance(value, np.generic | np.ndarray):
        return _item(value.tolist())
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        for item in value:
            array.append(_item(item))
        return array
    return value
