"""What a study's kernels come to: what its runs have, else what there is, and never two kinds in one."""

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fakes.kernels import ELSEWHERE, HERE, NO_COMPILER, machine_with
from fakes.rows import fake_row
from fakes.studies import write_small
from fakes.training import FAKE

import nnjax
from nnjax.audit.examine import examine_sample
from nnjax.cli import main
from nnjax.execution.executor import UnfitError
from nnjax.pipeline import SweepOptions, sweep_study
from nnjax.refusal import RefusedError
from nnjax.report.chapters.reproduce import kernels_sentence
from nnjax.results.table import results_table
from nnjax.sweep.chosen_kernels import expand_at, settle_kernels
from nnjax.sweep.declarations import declarations, lock_claims
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.journal.parquet import to_checksummed_parquet
from nnjax.sweep.journal.record import load_record
from nnjax.sweep.other_engines import left_behind, runs_of_other_kernels
from nnjax.sweep.rerun import OtherKernelsError, rerun
from nnjax.sweep.rows import run_columns
from nnjax.sweep.runner import run_sweep
from nnjax.sweep.space import Run, Space, expand
from nnjax.sweep.study.study import Study, load_study
from nnjax.tracking.layout import params_of
from nnjax.tracking.study_sync import describe_sweep
from nnjax.training import ENGINE_VERSION

SmallStudy = Callable[..., Study]


def write_runs(home: Path, space: Space, runs: Sequence[Run], started: float = 1.0) -> None:
    """Put runs of a space into the journal that nobody trained."""
    own = {"engine": ENGINE_VERSION, "started": started}
    rows = [fake_row(run.run_id) | run_columns(space, run) | own for run in runs]
    Journal(home).append(rows)


@pytest.mark.parametrize(("has", "kernels"), [(HERE, HERE), (NO_COMPILER, "xla")])
def test_auto_takes_what_there_is(small_study: SmallStudy, tmp_path: Path, monkeypatch, has, kernels) -> None:
    machine_with(monkeypatch, has)
    space = expand_at(small_study("kernels=auto"), tmp_path)
    assert {cell.configuration.kernels for cell in space.cells} == {space.kernels} == {kernels}
    told = "Trained by XLA, right and slower, since there are no fused operations here: no compiler found; install gcc."
    assert space.about_kernels == ("" if has == HERE else told)


def test_fused_without_a_compiler_is_refused_by_every_command_that_plans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine_with(monkeypatch, NO_COMPILER)
    path = str(write_small(tmp_path))
    for command in ("plan", "sweep", "report", "results", "audit", "sync", "fit"):
        assert main([command, path, "--set", "kernels=fused", "--home", str(tmp_path)]) == 2
        told = "there are no fused operations here: no compiler found; install gcc"
        assert f"{path}: fixed.kernels = 'fused': {told}" in capsys.readouterr().err
    assert not (tmp_path / "journal").exists()
    assert main(["plan", path, "--set", "kernels=xla", "--home", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    ("there", "word", "kernels"),
    [
        ({"xla": 3}, "auto", "xla"),
        ({ELSEWHERE: 1}, "auto", ELSEWHERE),
        ({"xla": 3, ELSEWHERE: 4}, "auto", "xla"),
        ({ELSEWHERE: 3, "xla": 4}, "auto", ELSEWHERE),
        ({HERE: 1, "xla": 4}, "auto", HERE),
        ({ELSEWHERE: 1, HERE: 4}, "fused", ELSEWHERE),
        ({HERE: 1, ELSEWHERE: 4}, ELSEWHERE, ELSEWHERE),
        ({"xla": 3}, "fused", HERE),
        ({"xla": 3, ELSEWHERE: 1}, "fused", ELSEWHERE),
        ({ELSEWHERE: 1}, "xla", "xla"),
    ],
)
def test_a_study_goes_on_with_what_it_has(small_study: SmallStudy, tmp_path: Path, monkeypatch, there, word, kernels):
    machine_with(monkeypatch, HERE)
    study = small_study(f"kernels={word}")
    for time, (name, count) in enumerate(there.items()):
        space = expand(study, kernels=name)
        write_runs(tmp_path, space, space.runs[:count], time)
    found = expand_at(study, tmp_path)
    assert {cell.configuration.kernels for cell in found.cells} == {found.kernels} == {kernels}
    is_told = word in ("auto", "fused") and kernels in there and (kernels != HERE or len(there) > 1)
    assert bool(found.about_kernels) == is_told
    assert not is_told or f"{there[kernels]} of its runs in the journal" in found.about_kernels
    wanted = {"xla": "fused", ELSEWHERE: HERE}.get(kernels) if is_told else None
    assert found.about_kernels.partition("--set kernels=")[2] == (wanted or "")
    others = {name: count for name, count in there.items() if name != kernels}
    assert runs_of_other_kernels(found, Journal(tmp_path)) == others
    left = left_behind(found, Journal(tmp_path))
    assert len(left) == len(others) and all(("last digits" in each) != is_told for each in left)
    assert settle_kernels(expand(study), tmp_path).runs == nnjax.expand(study, tmp_path).runs == found.runs


def test_other_runs_and_earlier_engines_decide_nothing(small_study: SmallStudy, tmp_path: Path, monkeypatch) -> None:
    machine_with(monkeypatch, HERE)
    study = small_study("kernels=auto", 'studied.optimizer=["adam", "lbfgs"]', "depth=[1]")
    space = expand(study)
    unserved = [run for run in space.runs if run.cell.configuration.optimizer == "lbfgs"]
    write_runs(tmp_path, space, unserved)  # the same ones whatever the kernels
    Journal(tmp_path).append([fake_row(run.run_id) | {"engine": "3"} for run in expand(study, "3").runs])
    found = expand_at(study, tmp_path)
    assert found.kernels == HERE and not found.about_kernels
    assert {cell.configuration.optimizer: cell.configuration.kernels for cell in found.cells} == {
        "adam": HERE,
        "lbfgs": "xla",
    }
    assert {run.run_id for run in unserved} < {run.run_id for run in found.runs}
    assert expand_at(study, tmp_path, "3").kernels == "xla"


def test_a_study_that_nothing_serves_is_xlas(small_study: SmallStudy, tmp_path: Path, monkeypatch) -> None:
    machine_with(monkeypatch, NO_COMPILER)
    study = small_study("kernels=fused", "optimizer=lbfgs")
    space = expand_at(study, tmp_path)
    assert space.runs == expand(study).runs and "no fused operation serves" in space.about_kernels


def test_a_journal_from_before_there_were_kernels_is_xlas(small_study: SmallStudy, tmp_path: Path, monkeypatch) -> None:
    machine_with(monkeypatch, HERE)
    study = small_study("kernels=auto")
    space = expand(study)
    write_runs(tmp_path, space, space.runs[:5])
    [path] = Journal(tmp_path).folder.glob("*.parquet")
    path.write_bytes(to_checksummed_parquet(pq.read_table(path).drop_columns("kernels")))
    assert expand_at(study, tmp_path).runs == space.runs


def test_a_sweep_is_of_one_kind_and_found_again_on_a_machine_without(
    small_study: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = machine_with(monkeypatch, HERE)
    study = small_study("kernels=auto")
    first = run_sweep(expand_at(study, tmp_path), tmp_path, "serial", engine=FAKE)
    assert first.missing == 0 and loaded == [HERE]
    assert set(Journal(tmp_path).column("kernels").values()) == {HERE}
    record = load_record(tmp_path, first.sweep_id)
    assert record is not None and record.kernels == HERE
    machine_with(monkeypatch, NO_COMPILER)
    space = expand_at(study, tmp_path)
    results = results_table(space, Journal(tmp_path))
    assert set(results["status"]) == {"finished"} and set(results["kernels"]) == {HERE}
    assert run_sweep(space, tmp_path, "serial", engine=FAKE).reused == first.trained
    larger = replace(study, replicates=study.replicates.model_copy(update={"splits": 6}))
    there = set(Journal(tmp_path).run_ids())
    with pytest.raises(
        RefusedError, match=r"cannot be had here: no compiler found; install gcc; go on where they can, or"
    ):
        run_sweep(expand_at(larger, tmp_path), tmp_path, "serial", engine=FAKE)
    assert Journal(tmp_path).run_ids() == there
    assert main(["fit", str(study.path), "--set", "kernels=auto", "--home", str(tmp_path)]) == 2
    assert "trained by fused operations (AVX2, gcc), which cannot be had here: no compiler" in capsys.readouterr().err


def test_a_worker_without_them_refuses_in_a_line(small_study: SmallStudy, tmp_path: Path, monkeypatch) -> None:
    machine_with(monkeypatch, HERE)
    space = expand_at(small_study("kernels=fused"), tmp_path)
    here = monkeypatch
    machine_with(here, NO_COMPILER)
    here.setattr("nnjax.sweep.runner.require_kernels", lambda *_: None)  # as where workers are elsewhere
    with pytest.raises(UnfitError, match=rf"^{platform.node()}: no compiler found; install gcc$"):
        run_sweep(space, tmp_path, "serial", engine=FAKE)
    assert not Journal(tmp_path).run_ids()


def test_a_sweep_settles_a_space_that_somebody_expanded(
    small_study: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine_with(monkeypatch, NO_COMPILER)
    study, said = small_study("kernels=auto"), list[str]()
    space = expand(study, kernels=ELSEWHERE)
    write_runs(tmp_path, space, space.runs)
    options = SweepOptions("serial", is_tracked=False, is_reported=False)
    outcome = sweep_study(expand(study), tmp_path, options, say=said.append)
    assert outcome.summary.reused == len(space.runs) and outcome.summary.trained == 0
    goes_on = "This study is one of fused operations (AVX-512, clang), as its first run was: so are 16 of its runs"
    assert any(each.startswith(goes_on) for each in said)


def test_what_is_not_here_is_refused_before_anything_else_is_said(
    small_study: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine_with(monkeypatch, HERE)
    study, said = small_study(f"kernels={ELSEWHERE}"), list[str]()
    space = expand(study, kernels="xla")
    write_runs(tmp_path, space, space.runs)
    options = SweepOptions("serial", is_tracked=False, is_reported=False)
    with pytest.raises(RefusedError, match=r"small.toml: trained by .*AVX-512, clang.*, which cannot be had here"):
        sweep_study(expand_at(study, tmp_path), tmp_path, options, say=said.append)
    assert said == []
    words = [str(study.path), "--home", str(tmp_path), "--set", f"kernels={ELSEWHERE}"]
    assert main(["plan", *words]) == 0
    told = "\nnote        What is left is trained by fused operations (AVX-512, clang), which cannot be had here: "
    assert told in capsys.readouterr().out
    machine_with(monkeypatch, ELSEWHERE)
    assert main(["plan", *words]) == 0
    assert "cannot be had" not in capsys.readouterr().out


CLAIM = """
[[claims]]
name = "relu-wins"
sentence = "relu beats tanh."
kind = "beats"
a = {activation = "relu"}
b = {activation = "tanh"}
"""


SAID = ("depth=[1]", "optimizer=adam", "learning_rate=0.001", "initializer=auto", "l2=0.0", "loss=auto")
"""What claims want to be written."""


@pytest.mark.parametrize(("seen", "then"), [("xla", "fused"), ("fused", "xla")])
def test_a_claim_that_was_seen_with_other_kernels_is_late(
    small_study: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: str, then: str
) -> None:
    machine_with(monkeypatch, HERE)
    run_sweep(expand_at(small_study(*SAID, f"kernels={seen}"), tmp_path), tmp_path, "serial", engine=FAKE)
    path = write_small(tmp_path)
    path.write_text(path.read_text() + CLAIM)
    space = expand_at(load_study(path, [*SAID, f"kernels={then}"]), tmp_path)
    lock_claims(tmp_path, space)
    assert run_sweep(space, tmp_path, "serial", engine=FAKE).trained == 8
    assert declarations(space, tmp_path).words.startswith("Declared after training: 1 of 1 claims")


def test_a_run_of_other_kernels_is_not_trained_again_by_these(
    small_study: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine_with(monkeypatch, HERE)
    space = expand(small_study(), kernels=ELSEWHERE)
    write_runs(tmp_path, space, space.runs[:2])
    run_id = space.runs[0].run_id
    with pytest.raises(OtherKernelsError, match=rf"^run {run_id} was trained by fused operations \(AVX-512, clang\)"):
        rerun(tmp_path, run_id)
    [line] = examine_sample([run.run_id for run in space.runs[:2]], tmp_path, 2, 0)
    assert line.is_ok is None and line.seen.startswith("2 of 2 sampled runs were not: trained by fused operations")


def test_report_and_mlflow_say_which_kind_it_is(small_study: SmallStudy, tmp_path: Path, monkeypatch) -> None:
    machine_with(monkeypatch, HERE)
    study = small_study("kernels=auto", 'studied.optimizer=["adam", "lbfgs"]', "depth=[1]")
    for kernels, told, of_adam in (("xla", [], ""), (HERE, ["kernels"], HERE)):
        space = expand(study, kernels=kernels)
        results = results_table(space, Journal(tmp_path))
        description = describe_sweep(space, results, None)
        assert [name for name in description.fixed if name == "kernels"] == told
        rows = {row["optimizer"]: row for row in results.to_dict("records")}
        assert params_of(rows["adam"], description, replicate=False).get("kernels", "") == of_adam
    assert kernels_sentence(space).startswith(
        "Runs were trained by fused operations (AVX2, gcc), those of 2 cells, which no fused operation serves, by XLA:"
    )
    assert kernels_sentence(space).endswith(f"with `--set kernels={HERE}` it trains by these or not at all.")
    assert kernels_sentence(expand(study)).endswith("trains by those; with `--set kernels=xla` it keeps to XLA.")


def test_where_the_same_command_could_train_otherwise_the_report_says_so(small_study: SmallStudy) -> None:
    by_name, by_xla = (small_study(f"kernels={name}", "depth=[1]") for name in (HERE, "xla"))
    assert kernels_sentence(expand(by_name, kernels=HERE)).endswith("only with such vectors and such a compiler.")
    unserved = small_study("kernels=auto", 'fixed.optimizer="lbfgs"', "depth=[1]")
    assert {kernels_sentence(expand(study)) for study in (by_xla, unserved)} == {"All runs were trained by XLA."}


def test_two_kinds_are_compared_and_not_taken_for_one(
    small_study: SmallStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine_with(monkeypatch, NO_COMPILER)
    study = small_study("kernels=auto")
    for kernels in ("xla", ELSEWHERE):
        space = expand(study, kernels=kernels)
        write_runs(tmp_path, space, space.runs)
    words = ["report", study.path, study.path, "--home", str(tmp_path), "--set", "kernels=auto"]
    assert main([*words, "--other-kernels", "fused", "--json"]) == 0
    told = capsys.readouterr()
    text = Path(json.loads(told.out)["page"]).read_text()
    assert "A was trained by XLA, B by fused operations (AVX-512, clang)." in text
    assert "runs are in both" not in text and "bitwise the same" not in text
    assert main(["results", *words[1:2], *words[3:]]) == 0
    assert capsys.readouterr().err.startswith("This study is one of XLA, as its first run was: so are 16 of its runs")
    assert main([*words, "--other-kernels", "xla"]) == 2
    assert "the same sweep" in capsys.readouterr().err
