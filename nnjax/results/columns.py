"""The columns of the results table: what says which run it is, its factors, and the numbers of `nnjax.metrics`."""

from collections.abc import Iterator

from nnjax.judged import Judged
from nnjax.metrics import FINALS, Described
from nnjax.network.activations import ACTIVATIONS
from nnjax.sweep.study.factors import FACTORS, Factor

IDENTITY = (  # what nothing measures
    Described("run_id", "", "Content hash of the run: configuration, data, split, seed, engine version.", "SHA-256"),
    Described("cell_id", "", "Content hash of the cell: configuration and data.", "SHA-256"),
    Described("cell", "", "The cell's label: the factors that vary, in the study's order."),
    Described("split", "", "Number of the split of the data, from 0."),
    Described("seed_index", "", "Number of the seed within its split, from 0."),
    Described("seed", "", "The run's own seed, from which initial parameters and order of examples are drawn."),
    Described("status", "", "finished, diverged (a loss became NaN or infinite) or missing (not trained yet)."),
)

AFTER_LEARNING_RATE = "optimizer"
"""Studies name it before its learning rate; in the table, which people read by place, it stands behind it."""


def _in_table_order() -> Iterator[Factor]:
    for name, factor in FACTORS.items():
        if name != AFTER_LEARNING_RATE:
            yield factor
        if name == "learning_rate":
            yield FACTORS[AFTER_LEARNING_RATE]


FACTOR_COLUMNS = tuple(
    Described(factor.name, factor.unit, factor.meaning, factor.formula) for factor in _in_table_order()
)

RESULT_COLUMNS = (*IDENTITY, *FACTOR_COLUMNS, *FINALS)
"""The columns of the results table, in its order."""


def result_columns(judged: Judged) -> tuple[Described, ...]:
    """Those of a study: of one that is judged by another measure than usual, what chooses, too."""
    return (*IDENTITY, *FACTOR_COLUMNS, *judged.finals())


LEVEL_COLORS: dict[str, str] = {each.name: each.colors[0] for each in ACTIVATIONS.values()}
"""Activation -> colour on light pages, everywhere: the report and MLflow take them from here."""
