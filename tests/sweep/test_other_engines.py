"""What earlier engines trained of a study is counted, and nothing else."""

from fakes.rows import fake_row
from fakes.studies import swept, write_small

from nnjax.cli import main
from nnjax.report.write import write_report
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.other_engines import left_behind, runs_of_other_engines
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.training import ENGINE_VERSION


def test_runs_clipped_by_norm_before_its_norm_was_known_are_another_engines(small_study, tmp_path) -> None:
    study = small_study('studied.clipping=["none", "global_norm"]')
    space, before = expand(study), expand(study, "3")
    changed = {run.run_id for run in before.runs} - {run.run_id for run in space.runs}
    assert {run.cell.configuration.clipping for run in before.runs if run.run_id in changed} == {"global_norm"}
    assert len(changed) == len(space.runs) / 2
    journal = Journal(tmp_path)
    journal.append([fake_row(run.run_id) | {"engine": "3"} for run in before.runs])
    journal.append([fake_row(run.run_id) | {"engine": "3.1"} for run in space.runs if run.run_id not in changed])
    assert runs_of_other_engines(space, journal) == {"3": len(changed)}


def test_runs_of_another_engine_are_counted(small_study, tmp_path) -> None:
    study, journal = small_study(), Journal(tmp_path)
    space = expand(study)
    assert runs_of_other_engines(space, journal) == {}
    journal.append([fake_row(run.run_id) | {"engine": "1"} for run in expand(study, "1").runs[:3]])
    journal.append([fake_row(run.run_id) | {"engine": ENGINE_VERSION} for run in space.runs[:2]])
    journal.append([fake_row("f" * 64) | {"engine": "0"}])  # of another study
    assert runs_of_other_engines(space, journal) == {"1": 3}


def test_plan_sweep_and_report_say_what_an_upgrade_has_left_behind(tmp_path, capsys) -> None:
    swept(tmp_path)
    both = 'studied.clipping=["none", "global_norm"]'
    study = load_study(write_small(tmp_path), [both])
    said = "16 runs of this study are in the journal from engine 3; this is engine 3.1 for gradients clipped by norm"
    assert left_behind(expand(study), Journal(tmp_path)) == ()
    old = {run.run_id for run in expand(study, "3").runs} - {run.run_id for run in expand(study).runs}
    Journal(tmp_path).append([fake_row(run_id) | {"engine": "3"} for run_id in sorted(old)])
    assert left_behind(expand(study), Journal(tmp_path))[0].startswith(said)
    assert main(["plan", study.path, "--set", both, "--home", str(tmp_path)]) == 0
    assert f"note        {said}" in capsys.readouterr().out
    assert f"Worth knowing:</b> {said}" in write_report(expand(study), tmp_path).read_text()
