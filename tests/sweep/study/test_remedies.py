"""Whatever a refusal says to write helps: its TOML, put where it belongs, is not refused for the same reason again."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from nnjax.sweep.study.factors import FACTORS
from nnjax.sweep.study.study import StudyError, load_study
from nnjax.sweep.study.text import write_study_text

CASES = tomllib.loads(Path("tests/sweep/study/bad_studies.toml").read_text("utf-8"))
SOUND = CASES["sound"]
QUOTED = re.compile(r"(?:write|write for example|such as|add) (\w+ = (?:\[.*\]|\{.*\}|\"[^\"]*\"|'[^']*'|[\w.+-]+))")
BARE = re.compile(r"write (?:a number from |a whole number from )?(-?[\d.e+-]+|\"\w+\"|'\w+')(?: |$)")
KNOWN = re.compile(r"known: (\w+)")
EXAMPLE = re.compile(r"such as (\[[^\]]*\])")

RANGE = "{low = 0.0001, high = 0.1}"
MORE = [
    *((f"[nuisance]\n{name} = {RANGE}", name) for name in FACTORS if name != "l2"),
    *((f"[nuisance]\n{name} = [{RANGE}]", name) for name in FACTORS if name != "l2"),
    ('[nuisance]\nactivation = "rleu"', "activation"),
    ("[nuisance]\nlearning_rate = 0.1", "learning_rate"),
    ('[nuisance]\nlearning_rate = "x"', "learning_rate"),
]
"""What people who know other programs write: a range, one level, a word."""


def refusal(tables: dict[str, Any], folder: Path) -> StudyError | None:
    path = folder / "study.toml"
    path.write_text(write_study_text(tables), "utf-8")
    try:
        load_study(path)
    except StudyError as error:
        return error
    return None


def applied(tables: dict[str, Any], error: StudyError) -> dict[str, Any] | None:
    """The tables with the first thing that the remedy quotes put where the fault is; None if it quotes nothing."""
    path = [part for part in re.split(r"[.\[\]]", error.key) if part]
    found = next((each for kind in (QUOTED, BARE, KNOWN, EXAMPLE) if (each := kind.search(error.remedy))), None)
    if not found:
        return None
    written = f'"{found[1]}"' if found.re is KNOWN else found[1]
    quoted = tomllib.loads(written if " = " in written else f"{path[-1]} = {written}")
    place: Any = tables
    for part in path[:-1]:
        named = {claim["name"]: claim for claim in tables.get("claims", ()) if "name" in claim}
        place = named if place is tables.get("claims") and not part.isdigit() else place
        place = place.setdefault(part, {}) if isinstance(place, dict) else place[int(part)]
    (key, value), last = next(iter(quoted.items())), path[-1]
    if key == "exclude":
        return tables | {"grid": quoted}
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[key if key != last and key in ("margin", "threshold", "metric") else last] = value
    return tables


def check(tables: dict[str, Any], folder: Path) -> bool:
    """Follow the remedy; true if there was one to follow."""
    error = refusal(tables, folder)
    assert error is not None
    better = applied(tables, error)
    if better is None:
        return False
    again = refusal(better, folder)
    assert again is None or (again.key, again.problem) != (error.key, error.problem), f"{error} | {again}"
    return True


def readable() -> list[dict[str, Any]]:
    """The bad studies that are TOML, and whose tables are tables."""
    found = []
    for case in CASES["bad"]:
        try:
            tables = tomllib.loads(SOUND.replace(case["old"], case["new"], 1))
            write_study_text(tables)
        except (tomllib.TOMLDecodeError, AttributeError):
            continue
        found.append(tables)
    return found


def test_the_remedies_of_the_bad_studies_help(tmp_path: Path) -> None:
    assert sum(check(tables, tmp_path) for tables in readable()) > 40


@pytest.mark.parametrize(("text", "factor"), MORE, ids=[text.replace("[nuisance]\n", "") for text, _ in MORE])
def test_the_remedies_for_what_others_write_help(text: str, factor: str, tmp_path: Path) -> None:
    fixed = re.sub(rf"(?m)^{factor} = .*\n", "", SOUND)
    assert check(tomllib.loads(fixed.replace("[nuisance]", text, 1)), tmp_path)


def test_a_range_is_told_to_be_a_list_of_levels(tmp_path: Path) -> None:
    error = refusal(tomllib.loads(SOUND.replace("[0.0, 0.1]", RANGE)), tmp_path)
    assert error is not None and (error.problem, error.remedy) == ("needs a list", "write l2 = [0.0]")


@pytest.mark.parametrize("folds", [2, 3, 7, 30, 300, 999])
def test_the_share_that_is_told_has_that_many_folds(folds: int, tmp_path: Path) -> None:
    tables = tomllib.loads(SOUND)
    tables["replicates"] |= {"test_share": 1 / (folds + 0.3)}
    error = refusal(tables, tmp_path)
    assert error is not None and f"for {folds} folds" in error.remedy
    tables["replicates"]["test_share"] = float(error.remedy.split()[1])
    again = refusal(tables, tmp_path)
    assert again is None or again.key != "replicates.test_share" or "whole number of folds" not in again.problem


def test_the_number_of_splits_that_is_told_is_legal(tmp_path: Path) -> None:
    tables = tomllib.loads(SOUND)
    tables["replicates"] |= {"test_share": 0.1428571, "splits": 9999}
    error = refusal(tables, tmp_path)
    assert error is not None and error.remedy == "write 9996"
