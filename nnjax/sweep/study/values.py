"""What a value of a study file may be, as pydantic checks it: levels, text, names of columns, numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field, GetPydanticSchema, PlainValidator
from pydantic_core import CoreSchema, core_schema

from nnjax.sweep.study.factors import FACTORS, Level, Number, refuse
from nnjax.training.thresholds import USUAL_THRESHOLD

LONGEST_TEXT = 4000
NAME_PATTERN = r"[a-z0-9][a-z0-9_-]{0,63}"
SHARE_REMEDY = "write a share between 0.001 and 0.999, such as 0.25"

ON_VALIDATION_ROWS = "validation"
"""Where a threshold is chosen."""


@dataclass(frozen=True)
class Takes:
    """Mark of a type whose check cannot say what it takes: those words."""

    words: str


def _table_schema(level_schema: Callable[[str], CoreSchema]) -> GetPydanticSchema:
    """A table whose keys are factors; each key is checked by the factor's own rule."""
    schema = core_schema.typed_dict_schema(
        {name: core_schema.typed_dict_field(level_schema(name), required=False) for name in FACTORS},
        extra_behavior="forbid",
    )
    return GetPydanticSchema(lambda source, handler: schema)


def _level(name: str) -> CoreSchema:
    return core_schema.no_info_plain_validator_function(FACTORS[name].check)


def _levels(name: str) -> CoreSchema:
    return core_schema.tuple_variable_schema(_level(name), min_length=1)


CellLevels = Annotated[dict[str, Level], _table_schema(_level), Takes("a table: factor = level")]
"""One level a factor."""

LevelLists = Annotated[dict[str, tuple[Level, ...]], _table_schema(_levels), Takes("a table: factor = [level, …]")]
"""A list of levels a factor."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise refuse("needs text", 'write it in quotes: "…"')
    if not value.strip() or len(value) > LONGEST_TEXT:
        raise refuse("no text" if not value.strip() else "too long", f"write 1 to {LONGEST_TEXT} characters")
    return value


def _threshold(value: object) -> float | str:
    """A key of the study and no factor: nothing is trained again for it, since predictions are kept."""
    if value not in (USUAL_THRESHOLD, ON_VALIDATION_ROWS):
        raise refuse("no such threshold", f'write {USUAL_THRESHOLD}, or "{ON_VALIDATION_ROWS}"')
    return ON_VALIDATION_ROWS if value == ON_VALIDATION_ROWS else USUAL_THRESHOLD


def _columns(value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names or not all(isinstance(name, str) and name for name in names):
        raise refuse("needs the name of a column, or a list of names", 'write it in quotes: "price"')
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise refuse(f"the column {twice!r} stands twice", "remove one of the two")
    return tuple(names)


Text = Annotated[str, PlainValidator(_text), Takes("text")]
ColumnName = Annotated[str, PlainValidator(_text), Takes("the name of a column")]
ColumnNames = Annotated[tuple[str, ...], PlainValidator(_columns), Takes("the name of a column, or a list of names")]
Name = Annotated[
    str,
    BeforeValidator(_text),
    Field(pattern=f"^{NAME_PATTERN}$"),
    Takes("small letters, digits, - and _, at most 64, a letter or digit first"),
]
Share = Annotated[float, PlainValidator(Number(0.001, 0.999, SHARE_REMEDY))]
Threshold = Annotated[float | str, PlainValidator(_threshold), Takes('0.5 or "validation"')]
AnyNumber = Annotated[float, PlainValidator(Number(-1e30, 1e30))]
