"""The studies of the lecture's claims: each is a small paper, can be planned, and all of them fit into the budget."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from nnjax.sweep.plan import Plan, make_plan
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.factors import FACTORS
from nnjax.sweep.study.study import load_study

FOLDER = Path(__file__).resolve().parent.parent / "experiments" / "lecture"
PATHS = sorted(FOLDER.glob("*.toml"))
SPELLED_OUT = ("optimizer", "initializer", "l2", "learning_rate", "epochs", "batch_size", "loss")
HEADINGS = ("# Lecture ", "# Tested ", "# Run ", "# Time ", "# Pilot ", "# Result ")
MOST_MINUTES, MOST_MINUTES_TOGETHER, MOST_PROGRAMS, MOST_RUNS = 10.0, 15.0, 8, 1_300
CORES = 2

each_study = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


@cache
def space_of(path: Path) -> Space:
    """The study, with every run that it asks for."""
    return expand(load_study(path))


@cache
def plan_of(path: Path) -> Plan:
    """What all of the study's runs cost with an empty journal."""
    return make_plan(space_of(path), frozenset())


def test_every_claim_of_the_slides_has_a_study() -> None:
    assert len(PATHS) >= 14


@each_study
def test_study_says_what_the_lecture_says_and_what_would_decide(path: Path) -> None:
    study = space_of(path).study
    texts = (study.question, study.expected, study.lecture, study.confirms, study.refutes)
    assert all(len(text.split()) > 5 for text in texts)
    assert study.claims
    assert study.name == path.stem


@each_study
def test_study_leaves_nothing_open_that_can_turn_a_claim(path: Path) -> None:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    named = {name for role in ("studied", "nuisance", "fixed") for name in tables.get(role, {})}
    assert named <= set(FACTORS)
    assert set(SPELLED_OUT) <= named


@each_study
def test_every_claim_names_a_level_of_every_studied_factor_by_a_sentence_of_its_own(path: Path) -> None:
    claims = space_of(path).study.claims
    assert len({claim.sentence for claim in claims}) == len(claims)
    assert all(claim.sentence.endswith(".") for claim in claims)


@each_study
def test_header_reads_as_a_small_paper(path: Path) -> None:
    header = path.read_text(encoding="utf-8").partition("\n\n")[0]
    assert [heading for heading in HEADINGS if heading not in header] == []
    assert f"experiments/lecture/{path.name}" in header


@each_study
def test_study_is_small_enough_to_run_all_of_them(path: Path) -> None:
    plan = plan_of(path)
    assert plan.minutes(CORES) <= MOST_MINUTES
    assert plan.programs <= MOST_PROGRAMS
    assert plan.runs <= MOST_RUNS
    assert plan.replicates >= 20


def test_all_studies_together_fit_into_the_budget() -> None:
    assert sum(plan_of(path).minutes(CORES) for path in PATHS) <= MOST_MINUTES_TOGETHER


def test_names_are_unique() -> None:
    names = [space_of(path).study.name for path in PATHS]
    assert len({*names}) == len(names)
    elsewhere = {path.stem for path in FOLDER.parent.glob("*.toml")}
    assert not elsewhere & {*names}
