"""Identities never change."""

import json
from dataclasses import replace
from pathlib import Path

from nnjax.sweep.identity import canonical_json, content_hash
from nnjax.sweep.space import Configuration, Space, expand, make_configuration
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


def test_configurations_have_one_text() -> None:
    configuration = quick().cells[0].configuration
    settings = json.loads(configuration.to_json())
    assert configuration.to_json() == canonical_json(settings)
    assert settings["hidden_layer_sizes"] == [32]
    assert not settings.keys() & {"dropout", "residual", "weight_decay"}
    assert json.loads(replace(configuration, dropout=0.5).to_json()) == settings | {"dropout": 0.5}
    assert make_configuration(settings) == configuration
