"""Commands that make a number again."""

import shlex
from dataclasses import replace

import pytest
from markupsafe import escape

from nnjax.audit.stamp import AuditStamp, Line
from nnjax.cli import make_parser
from nnjax.report.chapters.reproduce import environment_table, reproduce_chapter


@pytest.fixture
def overridden(study_results):
    study = replace(study_results.space.study, path="my studies/a.toml", overrides=("epochs=12", 'activation=["relu"]'))
    return replace(study_results, space=replace(study_results.space, study=study), record=None)


def test_commands_survive_the_shell(overridden, words_of):
    chapter = reproduce_chapter(overridden)
    given = ["my studies/a.toml", "--set", "epochs=12", "--set", 'activation=["relu"]']
    assert shlex.split(chapter.facts["commands"]["sweep"]) == ["nnjax", "sweep", *given]
    for command in chapter.facts["commands"].values():
        assert escape(command) in words_of(chapter)


def test_commands_are_of_the_home_that_the_report_is_in(overridden, words_of, tmp_path):
    line = Line("MLflow", "a run is not there; `nnjax sync STUDY` mends it", False)
    away = replace(overridden, home=tmp_path / "a way", audit=AuditStamp("today", 1, (line,)))
    chapter, home = reproduce_chapter(away), ["--home", str(tmp_path / "a way")]
    for command in chapter.facts["commands"].values():
        words = shlex.split(command)
        assert words[-2:] == home and make_parser().parse_args(words[1:]).home == tmp_path / "a way"
    assert chapter.facts["audited"][0].seen.endswith(f'activation=["relu"]\' {shlex.join(home)}` mends it')


def test_the_home_that_is_taken_anyway_is_not_named(overridden, tmp_path, monkeypatch):
    monkeypatch.setenv("NNJAX_HOME", str(tmp_path))
    commands = reproduce_chapter(replace(overridden, home=tmp_path)).facts["commands"]
    assert not any("--home" in command for command in commands.values())


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
