"""Which class is taken for which."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nnjax.report.figures.scales import named_x, named_y
from nnjax.report.theme import INK, NEGATIVE, POSITIVE


def draw_confusion(table: pd.DataFrame, axes: Axes) -> None:
    """A square with its number of rows for each pair of classes; errors tinted red, right ones blue, by their share."""
    names = table["true"].drop_duplicates().tolist()
    for place, cell in enumerate(table.to_dict("records")):
        row, column = divmod(place, len(names))
        color = NEGATIVE if row == column else POSITIVE
        tint = 0.75 * cell["share"]
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=color, alpha=tint, linewidth=0))
        axes.text(column, row, f"{cell['rows']:,}", color=INK, ha="center", va="center")
    named_x(axes, names)
    named_y(axes, names)
    axes.grid(visible=False)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
