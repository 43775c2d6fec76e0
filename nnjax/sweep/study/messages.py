"""From pydantic's errors to faults in the house's words."""

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from nnjax.sweep.study.errors import Fault, did_you_mean, show_key, show_value
from nnjax.sweep.study.factors import FACTORS
from nnjax.sweep.study.tables import Claim, DataSource, Grid, Logging, Replicates, StudyFile

Location = tuple[str | int, ...]

SECTION_MODELS: dict[str, type[BaseModel]] = {
    "data": DataSource,
    "replicates": Replicates,
    "grid": Grid,
    "logging": Logging,
    "claims": Claim,
}

AN_EXAMPLE: dict[str, object] = {"hidden_layer_sizes": [64, 64], "residual": 0}
"""Of factors whose default is nothing, or none."""

MISSING = {
    "question": 'write question = "…?" on the first line',
    "data": 'write [data] and below it name = "diabetes"',
    "name": 'write name = "relu-beats-tanh", small letters, digits and hyphens',
    "sentence": 'write sentence = "…", the claim in words',
    "kind": 'write kind = "beats" (or suffices, same, exceeds, all)',
}


def faults_of(error: ValidationError, raw: dict[str, object]) -> list[Fault]:
    """What is wrong with a study file, an entry an error, in the file's order of tables; a claim goes by its name."""
    return [_fault(detail, raw) for detail in error.errors(include_url=False) if not _follows(detail)]


def _follows(detail: ErrorDetails) -> bool:
    """Whether this follows from another error in the same list: a list is empty because its one level is refused."""
    return detail["type"] == "default_factory_not_called" or (detail["type"] == "too_short" and bool(detail["input"]))


def _fault(detail: ErrorDetails, raw: dict[str, object]) -> Fault:
    location: Location = detail["loc"]
    key = show_key(_by_claim_name(location, raw))
    value = "" if detail["type"] == "missing" else show_value(detail["input"])
    problem, remedy = _problem_and_remedy(detail, location)
    return Fault(key, value, problem, remedy)


def _problem_and_remedy(detail: ErrorDetails, location: Location) -> tuple[str, str]:
    kind = detail["type"]
    if location[0] == "fixed" and location[-1] != "hidden_layer_sizes" and isinstance(detail["input"], list):
        return "[fixed] takes one level", "keep one level, or move the list to [studied] or [nuisance]"
    if kind == "study":
        return detail["ctx"]["problem"], detail["ctx"]["remedy"]
    if kind in MESSAGES:
        return MESSAGES[kind](location, detail["input"])
    return detail["msg"][0].lower() + detail["msg"][1:], "see experiments/diabetes.toml for an example"


def _missing(location: Location) -> str:
    path = ".".join(part for part in location if isinstance(part, str))
    return MISSING.get(path) or MISSING.get(str(location[-1]), "add it")


_NAMES = "use small letters, digits, - and _, starting with a letter or digit, at most 64"

MESSAGES: dict[str, Callable[[Location, object], tuple[str, str]]] = {
    "missing": lambda location, value: ("missing", _missing(location)),
    "extra_forbidden": lambda location, value: ("unknown key", _right_key(location)),
    "too_short": lambda location, value: ("an empty list of levels", "give at least one level, or remove the key"),
    "tuple_type": lambda location, value: ("needs a list", _as_list(location, value)),
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type"),
        lambda location, value: ("needs a table", _as_table(location)),
    ),
    "string_pattern_mismatch": lambda location, value: ("not a name", _NAMES),
}
"""Problem and remedy of each of pydantic's own kinds of error."""


def known_keys(parents: Sequence[str | int]) -> list[str]:
    """The keys that a table may have, by where it stands in the file; empty for the file itself.

    >>> known_keys(["grid"])
    ['zip', 'exclude']
    """
    named = [part for part in parents if isinstance(part, str)]
    if not named:
        return list(StudyFile.model_fields)
    if len(named) == 1 and named[0] in SECTION_MODELS:
        return list(SECTION_MODELS[named[0]].model_fields)
    return list(FACTORS)


def table_of(key: str) -> str:
    """The table that a key belongs into; empty if there is none or it stands at the top.

    >>> table_of("splits"), table_of("width"), table_of("widht")
    ('replicates', 'fixed', '')
    """
    if key in FACTORS:
        return "fixed"
    return next((name for name, table in SECTION_MODELS.items() if name != "claims" and key in table.model_fields), "")


def _right_key(location: Location) -> str:
    key, known = str(location[-1]), known_keys(location[:-1])
    if key in StudyFile.model_fields:
        return "it belongs at the top of the file, above the first [table]"
    return f"it belongs in [{table_of(key)}]" if table_of(key) else did_you_mean(key, known)


def _by_claim_name(location: Location, raw: dict[str, object]) -> Location:
    """`claims[2].metric` as `claims.its-name.metric`, where the claim has a name."""
    claims = raw.get("claims")
    if len(location) < 2 or location[0] != "claims" or not isinstance(claims, list):
        return location
    claim = claims[int(location[1])]
    name = claim.get("name") if isinstance(claim, dict) else None
    return ("claims", name, *location[2:]) if isinstance(name, str) and name and len(location) > 2 else location


def _as_list(location: Location, value: object) -> str:
    if location == ("claims",):
        return "write [[claims]] with two brackets"
    if location[:2] == ("grid", "zip"):
        return 'write a list of groups, such as zip = [["depth", "width"]]'
    if location[:2] == ("grid", "exclude"):
        return 'write a list of tables, such as exclude = [{activation = "logistic", depth = 8}]'
    name = str(location[-1])
    return f"write {name} = [{_some_level(name, value) if name in FACTORS else show_value(value)}]"


def _some_level(factor: str, value: object) -> str:
    """The value if it is a level of the factor and short enough to be quoted, else the factor's default."""
    try:
        FACTORS[factor].check(value)
    except PydanticCustomError:
        return show_value(FACTORS[factor].default or AN_EXAMPLE.get(factor, 0.0))
    return show_value(value)


def _as_table(location: Location) -> str:
    if location[0] == "claims" and len(location) == 2:
        return "write [[claims]] and its keys below it"
    if len(location) == 1:
        return f"write [{location[0]}] and its keys below it"
    return 'write keys and values, such as {activation = "relu", depth = 2}'
