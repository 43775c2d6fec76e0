"""Commands that make a number again."""

import shlex
from dataclasses import replace

import pytest
from markupsafe import escape

from nnjax.report.chapters.reproduce import environment_table, reproduce_chapter


@pytest.fixture
def overridden(study_results):
    study = replace(study_results.space.study, path="my studies/a.toml", overrides=("epochs=12", 'activation=["relu"]'))
    return replace(study_results, space=replace(study_results.space, study=study), record=None)


def test_commands_survive_the_shell(overridden, words_of):
    facts = reproduce_chapter(overridden).facts
    assert shlex.split(facts["file"]) == ["my studies/a.toml", "--set", "epochs=12", "--set", 'activation=["relu"]']
    assert f"nnjax sweep {escape(facts['file'])} nnjax report" in words_of(reproduce_chapter(overridden))


def test_without_a_record_there_is_no_environment(overridden):
    assert "environment" not in reproduce_chapter(overridden).tables


def test_the_run_named_is_one_that_was_chosen(study_results, words_of):
    run, best = reproduce_chapter(study_results).facts["run"], study_results.best
    assert run["cell_id"] == best.cell_ids[best.selection.chosen[0]]
    assert f"nnjax run {run['run_id']}" in words_of(reproduce_chapter(study_results))


def test_the_environment_has_machine_and_versions(study_results):
    table = environment_table(study_results.record).set_index("what")["value"]
    assert table["jax"] == "0.10.2"
    assert table["started"] == "2023-11-14 22:13 UTC"
