"""The tied-best set: every cell beside the one that the validation rows name."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nnjax.data.streams import stream
from nnjax.report.best_cell import BestCell
from nnjax.report.figures.marks import cell_mark
from nnjax.report.figures.scales import plain_numbers
from nnjax.report.theme import ACCENT, MUTED, PAGE
from nnjax.statistics.tied import probability_best, tied_best


def tied_table(best: BestCell, results: pd.DataFrame, sizes: tuple[int, int], seed: int) -> pd.DataFrame:
    """Every complete cell, the best by mean validation score first, compared with that one on test rows.

    One row a cell: cell_id, cell, n_parameters, validation_score, test_score, difference (of the best's test score
    minus the cell's), low (its simultaneous lower bound), tied, p_best.
    """
    order = np.argsort(-best.validation.mean(axis=1), kind="stable")
    validation, test = best.validation[order], best.test[order]
    found = tied_best(test, 0, *sizes, stream(seed, "tied_best"))
    first = results.drop_duplicates("cell_id").set_index("cell_id")
    cell_ids = [best.cell_ids[place] for place in order]
    return pd.DataFrame(
        {
            "cell_id": cell_ids,
            "cell": first.loc[cell_ids, "cell"].tolist(),
            "n_parameters": first.loc[cell_ids, "n_parameters"].tolist(),
            "validation_score": validation.mean(axis=1),
            "test_score": test.mean(axis=1),
            "difference": found.differences,
            "low": found.differences - found.half_widths,
            "tied": found.is_tied,
            "p_best": probability_best(test, *sizes, stream(seed, "probability_best")),
        }
    )


def draw_tied(table: pd.DataFrame, axes: Axes) -> None:
    """A bar a cell from the lower bound to the mean of its distance to the best; filled where it may be none."""
    axes.axhline(0, color=MUTED, linewidth=1)
    for is_tied, group in table.groupby("tied"):
        color = ACCENT if is_tied else MUTED
        axes.vlines(group.index + 1, group["low"], group["difference"], color=color, linewidth=1.4, alpha=0.5)
        face = color if is_tied else PAGE
        axes.plot(group.index + 1, group["difference"], "o", color=color, mfc=face, markersize=3.2, linewidth=0)
    reach = float(table["low"].abs().max()) + float(table["difference"].abs().max())
    for place, cell_id in enumerate(table["cell_id"], start=1):  # a strip a cell, not seen, for the pointer
        strip = Rectangle((place - 0.5, -reach), 1, 2 * reach, facecolor=PAGE, alpha=0.004, linewidth=0)
        axes.add_patch(strip).set_gid(cell_mark(cell_id))
    lowest, highest = float(table["low"].min()), float(table["difference"].max())
    room = 0.06 * (highest - lowest) or 0.01  # cells that all do the very same lie on one line
    axes.set_ylim(lowest - room, highest + room)
    axes.set_xlim(0, len(table) + 1)
    axes.set_xlabel("cell, by rank on validation rows")
    plain_numbers(axes.yaxis)
