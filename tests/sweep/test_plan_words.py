"""The plan in words."""

from dataclasses import replace

from nnjax.sweep.plan import (
    make_plan,
)
from nnjax.sweep.plan_words import describe_plan
from nnjax.sweep.space import Space


def test_the_plan_in_words_names_runs_programs_and_price(small_space: Space) -> None:
    text = describe_plan(small_space, make_plan(small_space, set()), workers=2)
    for part in (
        "Which of two?",
        "16, 16 to train",
        "programs    2",
        " on 2 cores: training ",
        ", baselines 1 s, MLflow ",
        "2 × 4",
    ):
        assert part in text


def test_what_trains_is_named(small_space: Space) -> None:
    plan = make_plan(small_space, set())
    assert "\nkernels     XLA\n" in describe_plan(small_space, plan, workers=2)
    fused = replace(small_space, kernels="fused_avx2_gcc")
    lines = describe_plan(fused, plan, workers=2).splitlines()
    assert [line for line in lines if "kernels" in line] == ["kernels     fused operations (AVX2, gcc)"]
