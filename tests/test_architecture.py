"""The import graph: no circle, only the allowed direction, a numerical core free of pandas, MLflow and I/O."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "nnjax"
LEAVES = {"data", "statistics", "network"}
ALLOWED = {
    "network": set(),
    "data": set(),
    "statistics": set(),
    "training": {"network", "data"},
    "sweep": {"training", "network", "data"},
    "results": {"sweep", "training", "network", "data", "statistics"},
    "tracking": {"results", "sweep", "training", "network", "data", "statistics"},
    "report": {"tracking", "results", "sweep", "training", "network", "data", "statistics"},
}
ONLY_IN = {
    "mlflow": {"tracking"},
    "pandas": {"results", "tracking", "report"},
    "jinja2": {"report"},
    "seaborn": {"report"},
}
CORE = {"jax", "optax", "numpy", "jaxtyping", "nnjax"}
MODULES = {
    ".".join(("nnjax", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in PACKAGE.rglob("*.py")
}
MODULES = {name.removesuffix(".__init__"): path for name, path in MODULES.items()}
STDLIB = {"collections", "dataclasses", "functools", "itertools", "typing", "time"}


def imports(path, deep=True):
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree) if deep else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(name):
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


GRAPH = {name: {found for found in imports(path) if found in MODULES} - {name} for name, path in MODULES.items()}


def test_there_is_no_circle():
    state = {}

    def visit(name, trail):
        assert state.get(name) != "open", f"circle: {' -> '.join([*trail, name])}"
        if name not in state:
            state[name] = "open"
            for following in sorted(GRAPH[name]):
                visit(following, [*trail, name])
            state[name] = "done"

    for name in GRAPH:
        visit(name, [])


@pytest.mark.parametrize("name", sorted(name for name in MODULES if room(name) in ALLOWED))
def test_rooms_import_in_the_allowed_direction_only(name):
    used = {room(found) for found in GRAPH[name]} - {room(name), ""}
    assert used <= ALLOWED[room(name)]
    for library, rooms in ONLY_IN.items():
        if any(found.split(".")[0] == library for found in imports(MODULES[name])):
            assert room(name) in rooms, f"{library} in {name}"


@pytest.mark.parametrize("name", sorted(name for name in MODULES if room(name) in {"network", "training"}))
def test_the_numerical_core_imports_numbers_only(name):
    assert {found.split(".")[0] for found in imports(MODULES[name])} <= CORE | STDLIB


def test_inside_the_house_names_come_from_the_module_that_defines_them():
    for name, path in MODULES.items():
        assert name == "nnjax" or "nnjax" not in imports(path), name


def test_files_are_one_noun_long():
    long = {name: n for name, path in MODULES.items() if (n := path.read_text().count("\n")) > 400}
    assert not long
