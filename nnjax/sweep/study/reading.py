"""From the path of a study file, and changes from the command line, to the raw content: text and tables."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from nnjax.sweep.study.errors import Fault, StudyError, did_you_mean, one_line, show_key, show_value
from nnjax.sweep.study.factors import FACTORS
from nnjax.sweep.study.messages import known_keys, table_of
from nnjax.sweep.study.tables import ROLES, StudyFile

LARGEST_FILE = 1_000_000
STUDIES_FOLDER = "experiments"
USUAL_SYNTAX = 'write key = value, text in quotes: activation = "relu"'

SYNTAX_REMEDIES = {
    "overwrite": "the key stands twice: remove one of the two",
    "twice": "the table stands twice: put its keys under one heading",
    "Unclosed array": "close the list with ]",
    "Unclosed inline table": "close the table with }",
    "array declaration": "write [[claims]] alone on its line",
    "table declaration": "write the heading alone on its line: [studied]",
    "Illegal character": "close the text with a quote on the same line",
    "after a statement": "one key a line, text in quotes",
    "Invalid statement": "a line is a [heading], key = value or a # comment",
}
"""What to do, by a piece of tomllib's message."""


def find_study(study: str | Path, home: Path | str = ".") -> Path:
    """A study's path, from a path or from a bare name.

    >>> find_study("quick", "/tmp").as_posix()
    '/tmp/experiments/quick.toml'
    """
    path = Path(study)
    return path if path.suffix == ".toml" or path.is_file() else Path(home) / STUDIES_FOLDER / f"{study}.toml"


def read_study_text(path: Path) -> str:
    """The text of a study file.

    Raises:
        StudyError: If there is none, or it is not a text file of reasonable size.
    """
    try:
        if path.is_dir():
            raise StudyError(str(path), Fault("", "", "a folder, not a study file", _nearby(path)))
        if not path.exists():
            raise StudyError(str(path), Fault("", "", "no such file", _nearby(path.parent)))
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:
            raise StudyError(str(path), Fault("", "", "not a text file below 1 MB", "give the path of a .toml file"))
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        fault = Fault(f"line {line}", "", "not UTF-8 text", "save the file as UTF-8 without special characters")
        raise StudyError(str(path), fault) from None
    except (OSError, ValueError) as error:
        fault = Fault("", "", f"cannot be read ({one_line(str(error))})", "check the path and its permissions")
        raise StudyError(str(path), fault) from None


def parse_study(text: str, file: str) -> dict[str, object]:
    """The tables of a study file.

    Raises:
        StudyError: If the text is not TOML, with the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(file, _syntax_fault(text, str(error))) from None
    except (RecursionError, ValueError) as error:
        is_deep = isinstance(error, RecursionError)
        problem = "nested too deeply" if is_deep else "a number of too many digits"
        raise StudyError(file, Fault("", "", problem, "see experiments/diabetes.toml for an example")) from None


def apply_overrides(raw: dict[str, object], overrides: Sequence[str], file: str) -> None:
    """Change the raw content as `--set key=value` says, in place and in order.

    A bare factor is set in the table where it stands, else in [fixed]; with the name of a role before it, it moves
    there. A single level for a studied or nuisance factor stands for a list of one.

    Raises:
        StudyError: If a text has no "=", an unfinished value, or a key that cannot be set.
    """
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals or not key.strip():
            fault = Fault("--set", show_value(override), "not key=value", "write for example --set epochs=50")
            raise StudyError(file, fault)
        _set(raw, key.strip(), _override_value(key.strip(), text.strip(), file), file)


def _override_value(key: str, text: str, file: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        parsed = {}
    if set(parsed) == {"value"}:
        return parsed["value"]
    if text[:1] in ("[", "{", '"', "'", ""):
        problem = "not a TOML value" if text else "no value"
        fault = Fault(f"--set {one_line(key)}", show_value(text), problem, f"write for example --set '{_example(key)}'")
        raise StudyError(file, fault)
    return text


def _example(key: str) -> str:
    return "studied.depth=[1, 4]" if not key.isprintable() or "depth" in key else 'studied.activation=["relu", "tanh"]'


def _set(raw: dict[str, object], key: str, value: object, file: str) -> None:
    path = key.split(".")
    if len(path) == 1 and key in FACTORS:
        role = next((name for name in ROLES if key in _table(raw, name)), "fixed")
        path = [role, key]
    if len(path) == 2 and path[0] in ("studied", "nuisance") and not _is_list_of_levels(path[1], value):
        value = [value]
    if path[0] not in StudyFile.model_fields or len(path) > 2:
        remedy = f"did you mean '{table_of(key)}.{key}'?" if table_of(key) else did_you_mean(key, _settable())
        raise StudyError(file, Fault(f"--set {show_key(path)}", "", "unknown key", remedy))
    if len(path) == 1:
        raw[key] = value
        return
    if path[0] in ROLES:
        for role in ROLES:
            _table(raw, role).pop(path[1], None)
    table = raw.setdefault(path[0], {})
    if not isinstance(table, dict):
        fault = Fault(f"--set {show_key(path)}", "", f"{path[0]} is not a table", f"set {path[0]} as a whole")
        raise StudyError(file, fault)
    table[path[1]] = value


def _settable() -> list[str]:
    tables = ("data", "replicates", "grid", "logging")
    return [*FACTORS, *(f"{table}.{key}" for table in tables for key in known_keys([table]))]


def _table(raw: dict[str, object], name: str) -> dict[str, object]:
    table = raw.get(name)
    return table if isinstance(table, dict) else {}


def _is_list_of_levels(factor: str, value: object) -> bool:
    if not isinstance(value, list):
        return False
    return factor != "hidden_layer_sizes" or not value or isinstance(value[0], list)


def _syntax_fault(text: str, message: str) -> Fault:
    """Tomllib says "… (at line 3, column 5)"; shown are that line and what it says."""
    problem, _, place = message.partition(" (at ")
    lines = text.splitlines() or [""]
    number = int(place.split()[1].rstrip(",")) if place.startswith("line ") else len(lines)
    shown = show_value(lines[min(number, len(lines)) - 1].strip())
    remedy = next((remedy for sign, remedy in SYNTAX_REMEDIES.items() if sign in problem), USUAL_SYNTAX)
    return Fault(f"line {number}", shown, f"not TOML: {one_line(problem)[:120]}", remedy)


def _nearby(folder: Path) -> str:
    """The study files that exist, in that folder and in `experiments/`."""
    folders = dict.fromkeys((folder, Path(STUDIES_FOLDER)))
    found = [str(path) for place in folders if place.is_dir() for path in sorted(place.glob("*.toml"))]
    found = [one_line(path) for path in found if not path.endswith("pyproject.toml")]
    return f"study files: {', '.join(found[:8])}" if found else "there is no study file here or in experiments/"
