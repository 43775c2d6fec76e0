"""A preparation in JSON, applied by the file that rides along, makes the very inputs that training sees."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from fakes.mixed import mixed_table

from nnjax.data.fitted import fit_preparation
from nnjax.data.preparation import Preparation, table_columns
from nnjax.data.prepared import prepare_and_scale
from nnjax.data.splits import SplitPlan, make_splits
from nnjax.model.standalone import PreparedRows

WAYS = [
    Preparation(*levels)
    for levels in [
        *product(("median", "most_frequent"), ("one_hot", "target", "ordinal"), (0.0, 0.1), ("elapsed",), ("log",)),
        *product(("mean", "own_level"), ("one_hot",), (0.0,), ("parts",), ("quantile", "as_is")),
    ]
]


def inputs_of(table, split, output, way, target_scale="as_is"):
    """What the standalone file makes of a table, and what training is given."""
    document = json.loads(json.dumps(fit_preparation(table, split, output, way, (), target_scale).document))
    columns = [{"name": each.name, "kind": each.kind, "words": list(each.words)} for each in table_columns(table)]
    raw = np.column_stack([each.values for each in table_columns(table)])
    return PreparedRows(document, columns), raw, prepare_and_scale(table, split, output, way, (), target_scale)


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize(("classes", "degree"), [((), 1), (("no", "yes"), 1), (("a", "b", "c"), 2)])
def test_inputs_are_those_of_training(tmp_path, way, classes, degree):
    table = replace(mixed_table(tmp_path, classes=classes), polynomial_degree=degree)
    split = make_splits(120, SplitPlan("repeated_k_fold", 4, 0.25, 0.2, 0), table.labels)[0]
    prepared, raw, scaled = inputs_of(table, split, "softmax" if classes else "identity", way)
    for part in ("validation", "test"):
        made = prepared.inputs(raw[getattr(split, part)])
        assert np.allclose(made, getattr(scaled, f"x_{part}"), rtol=2e-7, atol=1e-6)
