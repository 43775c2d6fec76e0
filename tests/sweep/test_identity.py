"""Identities never change."""

import json
from pathlib import Path

from nnjax.sweep.configuration import Configuration
from nnjax.sweep.identity import content_hash
from nnjax.sweep.space import Space, expand, sweep_id
from nnjax.sweep.study.study import load_study

QUICK = Path("experiments/quick.toml")


def quick(*overrides: str) -> Space:
    return expand(load_study(QUICK, overrides))


def test_identity_of_a_run_never_changes() -> None:
    configuration = Configuration(
        "relu", (64, 64), 32, 0.0, "adam", 0.001, 0.9, 0.9, 0.999, 1e-8, "he", "half_mean_squared_error", 200
    )
    settings = json.loads(configuration.to_json())
    document = {"configuration": settings, "data": "d", "engine": "1", "seed": 7, "split": "s"}
    assert content_hash(document) == "d2d42dec82a7a6521a58e30587087d94d64a0129249f8afdebd231ad9aa77d74"


def test_kernels_are_a_part_of_it_where_they_are_not_xla() -> None:
    texts = {cell.configuration.to_json() for cell in quick().cells}
    for word in ("auto", "xla", "fused"):
        assert {cell.configuration.to_json() for cell in quick(f"kernels={word}").cells} == texts
    assert not any("kernels" in text for text in texts)
    study = load_study(QUICK)
    spaces = [expand(study, kernels=name) for name in ("xla", "fused_avx2_gcc", "fused_avx512_gcc")]
    assert spaces[0].runs == quick().runs
    identities = [{each for run in space.runs for each in (run.run_id, run.cell.cell_id)} for space in spaces]
    assert len(set().union(*identities)) == sum(map(len, identities))
    assert {json.loads(cell.configuration.to_json())["kernels"] for cell in spaces[1].cells} == {"fused_avx2_gcc"}
    assert len({sweep_id(space) for space in spaces}) == 3


def test_what_no_operation_serves_is_xlas_whatever_the_kernels() -> None:
    study = load_study(QUICK, ["device=gpu"])
    assert expand(study).runs == expand(study, kernels="fused_avx2_gcc").runs


def test_what_a_study_says_of_kernels_makes_it_no_other_one() -> None:
    digests = {load_study(QUICK, changes).digest() for changes in ([], ["kernels=xla"], ["fixed.kernels=fused"])}
    assert len(digests) == 1
