"""A configuration and its one text."""

import json
from dataclasses import replace

from nnjax.sweep.configuration import make_configuration
from nnjax.sweep.identity import canonical_json
from nnjax.sweep.space import Space


def test_configurations_have_one_text(small_space: Space) -> None:
    configuration = small_space.cells[0].configuration
    settings = json.loads(configuration.to_json())
    assert configuration.to_json() == canonical_json(settings)
    assert settings["hidden_layer_sizes"] == [4]
    assert not settings.keys() & {"dropout", "residual", "weight_decay"}
    assert json.loads(replace(configuration, dropout=0.5).to_json()) == settings | {"dropout": 0.5}
    assert make_configuration(settings) == configuration
