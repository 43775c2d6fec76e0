"""The plan: chunks of one program and one activation, no larger than their bucket allows, and a price."""

from collections.abc import Callable

import pytest
from fakes.rows import fake_row
from fakes.studies import swept

from nnjax.cli import main
from nnjax.sweep.cost import count_curve_points, journal_bytes
from nnjax.sweep.journal.baselines import baselines_file
from nnjax.sweep.journal.journal import to_table
from nnjax.sweep.journal.parquet import to_checksummed_parquet
from nnjax.sweep.plan import Minutes, default_workers, make_plan, sweep_minutes, worthwhile_workers
from nnjax.sweep.plan_words import describe_plan
from nnjax.sweep.space import Space, expand
from nnjax.sweep.study.study import Study
from nnjax.training.bucket import Bucket, chunk_size


def bucket_of(depth: int, batch_size: int, epochs: int = 200) -> Bucket:
    return Bucket(10, (64,) * depth, 1, batch_size, 265, 67, 111, epochs, "adam", "half_mean_squared_error")


def test_a_chunk_has_one_bucket_one_activation_and_fits(small_study: Callable[..., Study]) -> None:
    for chunk in make_plan(expand(small_study("replicates.splits=48")), set()).chunks:
        assert {run.cell.configuration.activation for run in chunk.runs} == {chunk.activation}
        assert {run.cell.configuration.hidden_layer_sizes for run in chunk.runs} == {chunk.bucket.hidden_layer_sizes}
        assert len(chunk.runs) <= chunk_size(chunk.bucket)


def test_a_program_does_not_know_its_epochs(small_study: Callable[..., Study]) -> None:
    plan = make_plan(expand(small_study("studied.epochs=[3, 5]")), set())
    assert (plan.programs, len(plan.buckets)) == (2, 4)


def test_programs_are_one_a_bucket_whatever_the_activation_and_the_penalty(small_study: Callable[..., Study]) -> None:
    plan = make_plan(expand(small_study("l2=0.1", "learning_rate=0.01")), set())
    assert (plan.programs, len(plan.chunks)) == (2, 4)
    assert make_plan(expand(small_study("batch_size=8")), set()).programs == 2


def test_counts_of_runs_add_up(small_space: Space) -> None:
    finished = {run.run_id for run in small_space.runs[:5]}
    plan = make_plan(small_space, finished)
    assert (plan.cells, plan.replicates, plan.runs, plan.missing) == (4, 4, 16, 11)
    assert sum(part.runs for part in plan.buckets) == 11


def test_a_finished_study_costs_nothing(small_space: Space) -> None:
    plan = make_plan(small_space, {run.run_id for run in small_space.runs})
    assert (plan.chunks, plan.minutes(2), plan.journal_mb) == ((), 0.0, 0)


def test_a_larger_study_asks_for_the_same_programs(small_study: Callable[..., Study]) -> None:
    small, large = (make_plan(expand(small_study(f"replicates.splits={splits}")), set()) for splits in (4, 12))
    assert {part.bucket for part in small.buckets} == {part.bucket for part in large.buckets}


def test_more_workers_take_less_time(small_space: Space) -> None:
    plan = make_plan(small_space, set())
    assert plan.minutes(1) > plan.minutes(2) > 0


def test_the_predicted_journal_is_the_real_one_within_a_factor(small_space: Space) -> None:

    rows = [fake_row(f"run {number}", depth=4, epochs=200) for number in range(10)]
    real = len(to_checksummed_parquet(to_table(rows))) / len(rows)
    assert real / 1.5 < journal_bytes(bucket_of(4, 32)) < real * 1.5


def test_points_for_mlflow_follow_the_choice_of_curves() -> None:
    none, main, whole = (count_curve_points(bucket_of(4, 32), curves) for curves in ("none", "main", "all"))
    assert none == 0 < main < whole
    assert count_curve_points(bucket_of(4, 32, epochs=2), "main") < main


def test_little_work_whose_programs_are_there_is_one_workers(small_study: Callable[..., Study]) -> None:
    little, much = (make_plan(expand(small_study(f"epochs={epochs}")), set()) for epochs in (10, 100_000))
    assert little.programs == 2
    assert worthwhile_workers(little, 8, is_kept=lambda bucket: True) == 1
    assert 2 <= worthwhile_workers(little, 8, is_kept=lambda bucket: False) <= 8
    assert worthwhile_workers(little, 1, is_kept=lambda bucket: False) == 1
    assert worthwhile_workers(much, 8, is_kept=lambda bucket: True) == 8
    there = make_plan(expand(small_study("device=gpu")), set())
    assert worthwhile_workers(there, 2, is_kept=lambda bucket: True) == 2


def test_a_gpus_runs_are_others_in_larger_chunks_for_two_workers(small_study: Callable[..., Study]) -> None:
    here, there = (expand(small_study("replicates.splits=48", f"device={device}")) for device in ("cpu", "gpu"))
    assert not {run.run_id for run in here.runs} & {run.run_id for run in there.runs}
    assert default_workers(there) == 2
    plans = [make_plan(space, set()) for space in (here, there)]
    assert len(plans[1].chunks) < len(plans[0].chunks)
    assert "workers of a GPU" in describe_plan(there, plans[1], 2)


def test_baselines_that_are_kept_cost_nothing(tmp_path, capsys) -> None:
    space = swept(tmp_path)
    more = ["plan", space.study.path, "--set", "width=5", "--home", str(tmp_path)]
    assert main(more) == 0 and ", baselines 1 s, MLflow " in capsys.readouterr().out
    file = baselines_file(space.table, space.splits, tmp_path)
    file.parent.mkdir()
    file.write_text("")
    assert main(more) == 0 and ", baselines are kept, MLflow " in capsys.readouterr().out
    assert main([*more, "--set", "replicates.splits=12"]) == 0 and ", baselines 4 s," in capsys.readouterr().out
    fitted, kept = (sweep_minutes(space, make_plan(space, set(), has), 2) for has in (False, True))
    assert kept.baselines == 0 and kept.wall == pytest.approx(fitted.wall - fitted.baselines)


def test_minutes_are_those_of_every_stage(small_study: Callable[..., Study]) -> None:
    few, many = (expand(small_study(f"replicates.splits={splits}")) for splits in (4, 12))
    one, three = (sweep_minutes(space, make_plan(space, set()), 2) for space in (few, many))
    assert one.wall == pytest.approx(one.train + one.baselines + one.track + one.report)
    assert one.train == make_plan(few, set()).minutes(2)
    assert three.baselines == pytest.approx(3 * one.baselines) and three.report == one.report > 0
    assert sweep_minutes(few, make_plan(few, {run.run_id for run in few.runs}), 2) == Minutes()
