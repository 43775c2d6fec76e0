"""Where the seconds went."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from nnjax.report.figures.scales import named_y
from nnjax.report.theme import ACCENT, INK

DRAWN_STAGES = ("environment", "setup", "compile", "train", "track", "report")


def stages_table(seconds: Mapping[str, float]) -> pd.DataFrame:
    """Seconds of each stage of the sweep, in their order, with its share of the sum."""
    known = {stage: float(seconds[stage]) for stage in DRAWN_STAGES if stage in seconds}
    table = pd.DataFrame({"stage": list(known), "seconds": list(known.values())})
    return table.assign(share=table["seconds"] / max(table["seconds"].sum(), 1e-9))


def draw_stages(table: pd.DataFrame, axes: Axes) -> None:
    """A bar a stage."""
    axes.barh(range(len(table)), table["seconds"], height=0.62, color=ACCENT, alpha=0.8)
    for place, seconds in enumerate(table["seconds"].tolist()):
        axes.text(seconds, place, f"\u00a0{seconds:.1f} s", va="center", color=INK)
    named_y(axes, table["stage"].tolist())
    axes.set_xlim(0, 1.25 * max(table["seconds"].max(), 1e-9))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)


def run_cost_table(results: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Mean milliseconds of training a run, and the number of runs, by the factors that decide it."""
    groups = results.dropna(subset=["train_seconds"]).groupby(list(factors), sort=False)["train_seconds"]
    table = groups.agg(mean="mean", runs="count").reset_index()
    return table.assign(milliseconds=1000 * table["mean"]).drop(columns="mean")[[*factors, "milliseconds", "runs"]]
