"""A key that came later changes no digest where it says what was so before."""

import pytest
from fakes.studies import write_small

from nnjax.sweep.study.later_keys import LATER_KEYS, without_later
from nnjax.sweep.study.study import load_study
from nnjax.sweep.study.tables import DataSource, StudyFile


def test_every_later_key_is_one_and_has_its_default():
    assert LATER_KEYS["fixed"].keys() == {
        *("missing_values", "word_columns", "rare_words", "date_columns", "skewed_columns", "target_scale"),
        *("huber_delta", "loss_quantile", "class_weight"),
    }
    assert LATER_KEYS[""] == {"metric": "", "decision_threshold": 0.5}
    assert (
        StudyFile.model_fields["metric"].default is None and StudyFile.model_fields["decision_threshold"].default == 0.5
    )
    assert LATER_KEYS["data"] == {key: DataSource.model_fields[key].default for key in LATER_KEYS["data"]}


@pytest.mark.parametrize("table", LATER_KEYS)
def test_at_its_default_a_later_key_is_not_there(table):
    for key, default in LATER_KEYS[table].items():
        assert without_later(table, {key: default, "epochs": 3}) == {"epochs": 3}
        assert without_later(table, {key: "another"}) == {key: "another"}


def test_the_digest_of_a_study_knows_no_later_key(tmp_path, monkeypatch):
    study = load_study(write_small(tmp_path))
    digest = study.digest()
    for name in LATER_KEYS["fixed"]:
        study.fixed.pop(name, None)
    assert study.digest() == digest
    monkeypatch.delitem(LATER_KEYS["fixed"], "target_scale")
    study.fixed["target_scale"] = "as_is"
    assert study.digest() != digest
