"""Axes as the report draws them: logarithmic epochs, decades, named levels."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, MultipleLocator, NullLocator

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number_text(value: float) -> str:
    """A tick label without needless zeros, with a true minus sign; powers of ten outside 0.001 … 10,000.

    >>> number_text(0.05), number_text(-2.0), number_text(1e-6)
    ('0.05', '−2', '10⁻⁶')
    """
    if value and not 1e-3 <= abs(value) < 1e5 and math.log10(abs(value)).is_integer():
        return f"10{str(int(math.log10(abs(value)))).translate(_SUPERSCRIPTS)}"
    return f"{value + 0.0:.6g}".replace("-", "−")


def log_epochs(axes: Axes, epochs: int) -> None:
    """Epochs 1 … E on a logarithmic x axis with round ticks, the last epoch among them."""
    axes.set_xscale("log")
    axes.set_xlim(1, max(2, epochs))
    ticks = [10**power for power in range(6) if 10**power < 0.6 * epochs]
    axes.set_xticks([*ticks, epochs], [f"{tick}" for tick in [*ticks, epochs]])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("epoch")


FEW_TICKS = 3.0
"""Ratio of the ends of a logarithmic axis below which it has plain ticks: 1, 2 and 5 may all lie outside."""


def decades(axes: Axes) -> None:
    """A logarithmic y axis with powers of ten, and 2 and 5 between them where there are few.

    Plain where nothing drawn is above zero, as the gradients of a network that began with zeros.
    """
    if -math.inf < axes.dataLim.intervaly[1] <= 0:
        plain_numbers(axes.yaxis)
        return
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    axes.yaxis.set_minor_locator(LogLocator(subs=(2.0, 5.0), numticks=6))
    low, high = axes.get_ylim()
    if low > 0 and high / low < FEW_TICKS:
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: number_text(value) if _is_short(axes) else ""))
    axes.tick_params(axis="y", which="minor", length=0)


def _is_short(axes: Axes) -> bool:
    """Whether the y axis spans so little that powers of ten alone would leave it bare."""
    low, high = axes.get_ylim()
    return low > 0 and math.log10(high / low) < 2.3


def whole_numbers(axes: Axes) -> None:
    """Ticks of an x axis that counts, layers for example."""
    axes.xaxis.set_major_locator(MultipleLocator(1))
    axes.margins(x=0.08)
    axes.set_xlabel("layer")


def plain_numbers(axis: Axis) -> None:
    """Few tick labels on a linear axis, with a true minus sign."""
    axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number_text(round(value, 9))))


def named_x(axes: Axes, names: Sequence[str]) -> None:
    """Levels by name on the x axis, at 0, 1, 2 and so on."""
    axes.set_xticks(range(len(names)), list(names))
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.grid(visible=False, axis="x")


def named_y(axes: Axes, names: Sequence[str]) -> None:
    """Levels by name down the y axis, the first on top."""
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
