"""Runs of earlier engines: found, counted, told of, never mixed with today's."""

import pyarrow.parquet as pq
from fakes.rows import fake_row
from fakes.studies import swept, write_small

from nnjax.cli import main
from nnjax.report.write import write_report
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.parquet import to_checksummed_parquet
from nnjax.sweep.other_engines import left_behind, runs_of_other_engines
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.training import ENGINE_VERSION


def test_runs_of_engine_3_are_found_whatever_they_were_clipped_by(small_study, tmp_path) -> None:
    study, journal = small_study('studied.clipping=["none", "global_norm"]'), Journal(tmp_path)
    for engine, clipping in (("3", "none"), ("3.1", "global_norm")):  # then, a revision for what is clipped by norm
        runs = [run for run in expand(study, engine).runs if run.cell.configuration.clipping == clipping]
        journal.append([fake_row(run.run_id) | {"engine": engine} for run in runs])
    half = len(expand(study).runs) // 2
    assert runs_of_other_engines(expand(study), journal) == {"3": half, "3.1": half}


def test_a_run_of_engine_3_has_the_identity_that_it_had_then(small_study) -> None:
    run = expand(small_study(), "3").runs[0]
    assert run.run_id == "1df965021fa23f24a869a5e415bc30640d5c23b5aef89684590f477e3e679862"


def test_runs_of_another_engine_are_counted(small_study, tmp_path) -> None:
    study, journal = small_study(), Journal(tmp_path)
    space = expand(study)
    assert runs_of_other_engines(space, journal) == {}
    journal.append([fake_row(run.run_id) | {"engine": "1"} for run in expand(study, "1").runs[:3]])
    journal.append([fake_row(run.run_id) | {"engine": ENGINE_VERSION} for run in space.runs[:2]])
    journal.append([fake_row("f" * 64) | {"engine": "0"}])  # of another study
    assert runs_of_other_engines(space, journal) == {"1": 3}


def test_runs_that_do_not_say_their_engine_are_nobodys(small_study, tmp_path) -> None:
    study, journal = small_study(), Journal(tmp_path)
    journal.append([fake_row("e" * 64)])
    [path] = journal.folder.glob("*.parquet")
    path.write_bytes(to_checksummed_parquet(pq.read_table(path).drop_columns("engine")))
    journal.append([fake_row(run.run_id) | {"engine": "1"} for run in expand(study, "1").runs[:3]])
    assert runs_of_other_engines(expand(study), journal) == {"1": 3}


def test_plan_sweep_and_report_say_what_an_upgrade_has_left_behind(tmp_path, capsys) -> None:
    swept(tmp_path)
    more = 'activation=["relu", "tanh", "elu"]'
    study = load_study(write_small(tmp_path), [more])
    said = "24 runs of this study are in the journal from engine 3; this is engine 4, whose last digits differ"
    assert left_behind(expand(study), Journal(tmp_path)) == ()
    Journal(tmp_path).append([fake_row(run.run_id) | {"engine": "3"} for run in expand(study, "3").runs])
    assert left_behind(expand(study), Journal(tmp_path))[0].startswith(said)
    assert main(["plan", study.path, "--set", more, "--home", str(tmp_path)]) == 0
    assert f"note        {said}" in capsys.readouterr().out
    assert f"Worth knowing:</b> {said}" in write_report(expand(study), tmp_path).read_text()
