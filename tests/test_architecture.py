"""The import graph: no circle, only the direction that docs/architecture.md allows, a core free of pandas and I/O."""

import ast
import functools
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "nnjax"
TABLE = re.compile(r"^\| `(\w+)/` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
ROOMS = {name: (set(re.findall(r"`(\w+)`", may)), set(re.findall(r"(?<![`\w])(\w+)(?![`\w])", may))) for name, may in
         TABLE.findall((ROOT / "docs" / "architecture.md").read_text())}  # fmt: skip
"""Room -> the rooms and the libraries that it may import, as the documentation says."""
EVERYWHERE = {"judged", "metrics", "native_code", "redaction", "refusal", "surroundings", "terminal"}
"""Files beside the rooms that all of them may import."""
CORE = {"jax", "optax", "numpy", "jaxtyping", "nnjax"}
MODULES = {
    ".".join(("nnjax", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in PACKAGE.rglob("*.py")
}
MODULES = {name.removesuffix(".__init__"): path for name, path in MODULES.items()}
STDLIB = {
    "collections",
    "dataclasses",
    "functools",
    "importlib",
    "itertools",
    "pathlib",
    "threading",
    "time",
    "traceback",
    "typing",
}


@functools.cache
def imports(path):
    """All that a module imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(name):
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


@functools.cache
def graph():
    """Module -> those of the house that it imports."""
    return {name: {found for found in imports(path) if found in MODULES} - {name} for name, path in MODULES.items()}


def test_there_is_no_circle():
    state = {}

    def visit(name, trail):
        assert state.get(name) != "open", f"circle: {' -> '.join([*trail, name])}"
        if name not in state:
            state[name] = "open"
            for following in sorted(graph()[name]):
                visit(following, [*trail, name])
            state[name] = "done"

    for name in graph():
        visit(name, [])


def test_every_room_is_in_the_documentation():
    folders = {path.parent.name for path in PACKAGE.rglob("__init__.py")} - {"nnjax"}
    assert set(ROOMS) == {room(name) for name in MODULES if (PACKAGE / room(name)).is_dir() and room(name)}
    assert set(ROOMS) <= folders


@pytest.mark.parametrize("name", sorted(name for name in MODULES if room(name) in ROOMS))
def test_rooms_import_only_what_the_documentation_allows(name):
    rooms, libraries = ROOMS[room(name)]
    assert {room(found) for found in graph()[name]} - {room(name), "", *EVERYWHERE} <= rooms
    outside = {found.split(".")[0] for found in imports(MODULES[name])} - {"nnjax"} - set(sys.stdlib_module_names)
    assert outside <= libraries


@pytest.mark.parametrize("name", ROOMS)
def test_nothing_is_allowed_that_no_file_of_a_room_imports(name):
    modules = [module for module in MODULES if room(module) == name]
    found = set().union(*(imports(MODULES[module]) for module in modules))
    used = {room(each) for module in modules for each in graph()[module]} | {each.split(".")[0] for each in found}
    assert set().union(*ROOMS[name]) <= used


@pytest.mark.parametrize("name", ["answer", "choice", "compared", "declared", "metric", "settled", "target"])
def test_a_claim_is_answered_from_a_table_alone(name):
    assert not {room(found) for found in graph()[f"nnjax.claims.{name}"]} & {"sweep", "results"}


def test_nothing_is_allowed_that_would_close_a_circle_of_rooms():
    below = {name: rooms & ROOMS.keys() for name, (rooms, _) in ROOMS.items()}
    while below:
        free = {name for name, rooms in below.items() if not rooms}
        assert free, f"circle among {sorted(below)}"
        below = {name: rooms - free for name, rooms in below.items() if name not in free}


@pytest.mark.parametrize("name", sorted(name for name in MODULES if room(name) in {"network", "training"}))
def test_the_numerical_core_imports_numbers_only(name):
    assert {found.split(".")[0] for found in imports(MODULES[name])} <= CORE | STDLIB


def test_inside_the_house_names_come_from_the_module_that_defines_them():
    for name, path in MODULES.items():
        assert name == "nnjax" or "nnjax" not in imports(path), name


def test_what_is_imported_late_is_named_in_one_place():
    assert [name for name, path in MODULES.items() if "LazyModule" in path.read_text()] == ["nnjax.network.lazy"]


ALONE = "nnjax.model.standalone"
"""The file that rides along in a model's folder: all of it in one, with names of its own, and nothing of nnjax."""


def test_files_are_one_noun_long():
    long = {name: n for name, path in MODULES.items() if (n := path.read_text().count("\n")) > 400}
    assert set(long) <= {ALONE}


def test_what_rides_along_with_a_model_needs_numpy_alone():
    outside = {found.split(".")[0] for found in imports(MODULES[ALONE])} - set(sys.stdlib_module_names)
    assert outside == {"numpy", "pandas", "mlflow"}, "frame and error that MLflow wants: imported where it asks"


TWICE = {
    "main": "what Python starts in a process of its own: the program's, and a worker's",
}
"""Public names that two modules may define, each with its reason."""


def public_names(path):
    """What a module itself defines at its top, for others too."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names = [node.name]
        else:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
            names = [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            names = names if isinstance(node, ast.Assign | ast.AnnAssign) else []
        yield from (name for name in names if not name.startswith("_"))


def test_a_public_name_means_one_thing():
    """But for the lecture's own algorithms, called as the engine's that they are compared with, and what is `ALONE`."""
    places = {}
    for name, path in MODULES.items():
        for each in public_names(path) if room(name) != "lecture" and name != ALONE else ():
            places.setdefault(each, []).append(name)
    assert {each for each, modules in places.items() if len(modules) > 1} == set(TWICE)


def test_nine_of_ten_modules_have_a_test_file_of_their_name():
    modules = [path.relative_to(PACKAGE) for path in MODULES.values() if path.name != "__init__.py"]
    without = [str(each) for each in modules if not (ROOT / "tests" / each.with_name(f"test_{each.name}")).exists()]
    assert len(without) <= 0.1 * len(modules), sorted(without)
