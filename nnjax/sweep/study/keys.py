"""Every key of a study file as its models declare it: what it takes, its default, what it means, what it goes with."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from nnjax.data.splits import SPLITTERS
from nnjax.sweep.study.messages import SECTION_MODELS
from nnjax.sweep.study.tables import OF_A_FILE, OF_A_NAME, StudyFile
from nnjax.sweep.study.values import Takes

REQUIRED = "must be written"


@dataclass(frozen=True)
class StudyKey:
    """A key of a study file.

    Attributes:
        name: As it is written.
        takes: Its type and its bounds, in words; empty where that is a table with keys of its own.
        default: What it is where it is left out, as TOML writes it; empty where that is nothing.
        meaning: In a sentence.
        company: Beside what it means something; empty where it always does.
    """

    name: str
    takes: str
    default: str
    meaning: str
    company: str = ""


def study_keys() -> dict[str, tuple[StudyKey, ...]]:
    """The keys by the table that they stand in, those at the top of the file under ""; without the factors.

    >>> study_keys()["grid"][0].takes, study_keys()["logging"][1].default
    ('a list of lists of factors', '0.4')
    """
    models: dict[str, type[BaseModel]] = {"": StudyFile, **SECTION_MODELS}
    return {
        table: tuple(_key(table, name, field) for name, field in model.model_fields.items())
        for table, model in models.items()
    }


def _key(table: str, name: str, field: FieldInfo) -> StudyKey:
    takes = next(_takes([*field.metadata, field.annotation]), "")
    return StudyKey(name, takes, _default(field), field.description or "", _company(table, name))


def _takes(parts: Iterable[Any]) -> Iterator[str]:
    """What a type's marks and checks say, the outermost first."""
    for part in parts:
        if isinstance(part, Takes):
            yield part.words
        elif legal := getattr(getattr(part, "func", None), "legal", ""):
            yield legal
        else:
            yield from _takes(reversed(get_args(part)))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return REQUIRED
    if field.default_factory is not None or field.default is None or isinstance(field.default, BaseModel):
        return ""
    return json.dumps(field.default)


def _company(table: str, name: str) -> str:
    if table == "replicates":
        methods = [each.name for each in SPLITTERS.values() if name in each.keys]
        return ", ".join(methods)
    if table == "data" and name in OF_A_FILE:
        return "file"
    return "a generated set" if table == "data" and name in OF_A_NAME else ""
