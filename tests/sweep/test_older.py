"""What earlier engines trained of a study is counted, and nothing else."""

from fakes.rows import fake_row

from nnjax.sweep.journal import Journal
from nnjax.sweep.older import runs_of_other_engines
from nnjax.sweep.space import expand
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
