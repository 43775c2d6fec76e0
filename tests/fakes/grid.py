"""A grid of cells, each better than the one before."""

import pandas as pd

from nnjax.report.layout import make_layout

LEVELS = {"activation": ["relu", "tanh"], "depth": [1, 2, 4], "batch_size": [8, 32], "l2": [0.0, 0.001]}
FACTORS = list(LEVELS)


def grid(splits=2):
    """Cells c0 … c23, each 0.01 better than the one before on all rows."""
    cells = pd.MultiIndex.from_product(LEVELS.values(), names=FACTORS).to_frame(index=False)
    cells = cells.assign(cell_id=[f"c{i}" for i in range(len(cells))], status="finished")
    cells = cells.assign(cell=cells["cell_id"], test_score=[0.01 * i for i in range(len(cells))])
    results = pd.concat([cells.assign(split=split) for split in range(splits)], ignore_index=True)
    return results.assign(validation_score=results["test_score"])


def layout_of(table):
    return make_layout(table, ("activation", "depth", "batch_size"), ("l2",), 265)
