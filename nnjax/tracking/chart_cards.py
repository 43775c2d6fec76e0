"""Chart cards of MLflow's runs page, as plain dictionaries in its own spelling."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Chart = Mapping[str, Any]
"""One card, without its place."""

RUNS_A_CHART = 100
"""MLflow's own default of 10 would hide most of what a view selects."""


@dataclass(frozen=True)
class Section:
    """A heading with its cards."""

    name: str
    """Shown as it is; a section called like the part of a metric name before its slash also takes what MLflow adds."""
    charts: tuple[Chart, ...] = ()
    is_open: bool = True
    columns: int = 3


def line(metrics: Sequence[str], is_log: bool = False) -> Chart:
    """Curves against the epoch on a logarithmic axis: most happens early, and epoch 0 would flatten all the rest."""
    return {
        "type": "LINE",
        "metricKey": metrics[0],
        "selectedMetricKeys": list(metrics),
        "scaleType": "log" if is_log else "linear",
        "xAxisKey": "step",
        "xAxisScaleType": "log",
        "lineSmoothness": 0,
        "range": {},
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "ignoreOutliers": False,
        "useGlobalXaxisKey": False,
        "useGlobalLineSmoothing": False,
        "displayPoints": False,
    }


def bar(metric: str) -> Chart:
    """One bar a run or group."""
    return {"type": "BAR", "metricKey": metric, "dataAccessKey": metric}


def scatter(horizontal: str, vertical: str) -> Chart:
    """One metric against another, a dot a run."""
    axes = {
        axis: {"key": metric, "type": "METRIC", "dataAccessKey": metric}
        for axis, metric in (("xaxis", horizontal), ("yaxis", vertical))
    }
    return {"type": "SCATTER", **axes}


def parallel(params: Sequence[str], metrics: Sequence[str]) -> Chart:
    """Parallel coordinates: factors to the left, outcomes to the right."""
    return {"type": "PARALLEL", "selectedParams": list(params), "selectedMetrics": list(metrics), "showAllRuns": False}


def _key(*parts: str) -> str:
    """A stable id, so that writing a view again changes nothing."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def chart_state(view: str, sections: Sequence[Section]) -> dict[str, Any]:
    """The part of a view's state that says which charts it has, in our order (MLflow's own is that of the alphabet)."""
    cards = [
        {
            "uuid": _key(view, section.name, str(place)),
            "metricSectionId": _key(view, section.name),
            "runsCountToCompare": RUNS_A_CHART,
            "deleted": False,
            "isGenerated": False,
            **chart,
        }
        for section in sections
        for place, chart in enumerate(section.charts)
    ]
    headings = [
        {
            "uuid": _key(view, section.name),
            "name": section.name,
            "display": section.is_open,
            "columns": section.columns,
            "isReordered": True,
        }
        for section in sections
    ]
    return {"compareRunSections": headings, "compareRunCharts": cards, "isAccordionReordered": True}
