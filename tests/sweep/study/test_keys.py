"""Every key of a study file says what it takes and what it means."""

import pytest

from nnjax.data.splits import SPLITTERS
from nnjax.sweep.study.keys import REQUIRED, study_keys
from nnjax.sweep.study.messages import SECTION_MODELS
from nnjax.sweep.study.tables import StudyFile

KEYS = {f"{table}.{key.name}": key for table, keys in study_keys().items() for key in keys}
TABLES = {f".{name}" for name in SECTION_MODELS}


def methods_with(key: str) -> str:
    return ", ".join(method for method, splitter in SPLITTERS.items() if key in splitter.keys)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_says_what_it_takes_and_what_it_means(name: str) -> None:
    assert KEYS[name].meaning.endswith(".")
    assert bool(KEYS[name].takes) is (name not in TABLES)


def test_all_keys_are_there() -> None:
    models = {"": StudyFile, **SECTION_MODELS}
    assert [*KEYS] == [f"{table}.{name}" for table, model in models.items() for name in model.model_fields]


@pytest.mark.parametrize(
    ("name", "takes", "default", "company"),
    [
        (".question", "text", REQUIRED, ""),
        (".studied", "a table: factor = [level, …]", "{}", ""),
        ("data.task", "regression, classification", "", "file"),
        ("data.features", "the name of a column, or a list of names", "", "file"),
        ("data.rows", "a whole number from 1 to 1000000000", "", "a generated set"),
        ("replicates.gap", "a whole number from 0 to 1000000", "0", methods_with("gap")),
        ("replicates.test_share", "a number from 0.001 to 0.999", "0.25", methods_with("test_share")),
        ("logging.curves", "none, reference, main, all", '"none"', ""),
        ("claims.kind", "beats, suffices, same, exceeds, all", REQUIRED, ""),
        ("claims.margin", "a number from 0 to 1e+30", "", ""),
    ],
)
def test_what_a_key_takes_is_what_its_check_says(name: str, takes: str, default: str, company: str) -> None:
    key = KEYS[name]
    assert (key.takes, key.default, key.company) == (takes, default, company)
