"""Prepared views of the runs page: which rows, columns and charts, so that a reader starts at a comparison.

MLflow keeps a view as one experiment tag. The format is its own and not promised: views are written for tested versions
only, and a failure costs a warning. Each view stays within the hundred rows that the page loads at once, and is sorted
by a metric: sorted by time, MLflow would nest rows under collapsed parents.
"""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from nnjax.metrics import EPOCHS_TO_TARGET, JUDGED, MEASURES
from nnjax.tracking import names
from nnjax.tracking.chart_cards import Chart, Section, bar, chart_state, line, parallel, scatter
from nnjax.tracking.description import SweepDescription

TAG_PREFIX = "mlflow.sharedViewState."

TESTED_VERSIONS = ("3.17.2",)
"""MLflow versions in which the views have been seen to open."""

LEADERBOARD = "nnjax-leaderboard"
"""Key of the first view, the one that links open."""

RUNS_PAGE = 100
"""Rows MLflow's runs page loads at once; a view with more shows only the first of them."""

TAG_LIMIT = 20_000
"""Characters of an experiment tag."""

CURVE_SECTIONS = ("fit", "grad_norm", "unit_saturated", "Model metrics")
"""Headings under which MLflow itself collects what a view has no card for; kept closed, below ours."""

MOST_AXIS_WORDS = 30
"""Different words that an axis of MLflow's parallel coordinates has at most."""

_DEFLATE = "deflate;"
_PARAM_PIXELS = 76
_METRIC_PIXELS = 100
_GROUP_PIXELS = 226
_LETTER_PIXELS = 8
_ROOM_PIXELS = 34


def shown_replicates(levels: int) -> int:
    """How many replicates a level a view of one factor can show on one page.

    >>> shown_replicates(6), shown_replicates(4), shown_replicates(200)
    (16, 25, 1)
    """
    return max(1, RUNS_PAGE // levels)


@dataclass(frozen=True)
class View:
    """A prepared view."""

    key: str
    """Part of the experiment tag and of links."""
    name: str
    conditions: Mapping[str, str]
    """Tags and params that its rows have; `%` at an end of a value is a wildcard."""
    scores: Sequence[str]
    """Columns, first the scores, which the page shows even beside MLflow's assistant; the first one sorts …"""
    params: Sequence[str]
    """… then the params …"""
    metrics: Sequence[str]
    """… then other metrics."""
    sections: Sequence[Section]
    group_by: str | None = None
    """Param by which rows are drawn as one line with a band from minimum to maximum."""
    levels: Sequence[str] = ()
    drawn: str = "SHOW_ALL"
    """Which rows the charts have; MLflow's own choice is the first ten."""


def _condition(key: str, value: str) -> str:
    """One term of MLflow's filter language, which knows only AND."""
    return f"{key} {'LIKE' if '%' in value else '='} '{value}'"


def tag(key: str) -> str:
    """A tag in a filter."""
    return f"tags.`{key}`"


def param(key: str) -> str:
    """A param in a filter or as a column."""
    return f"params.`{key}`"


def metric(key: str) -> str:
    """A metric in an order or as a column."""
    return f"metrics.`{key}`"


def _grouping(view: View) -> dict[str, Any]:
    if view.group_by is None:
        return {"groupBy": None, "groupsExpanded": {}}
    keys = [{"mode": "param", "groupByData": view.group_by}]
    return {
        "groupBy": {"aggregateFunction": "average", "groupByKeys": keys},
        "groupsExpanded": {f"param.{view.group_by}.{level}": False for level in view.levels},
    }


def _widths(view: View) -> dict[str, int]:
    """Column -> pixels: narrow params, room for a metric's name and six digits, more for the averages of groups."""
    least = _GROUP_PIXELS if view.group_by else _METRIC_PIXELS
    params = {param(key): max(_PARAM_PIXELS, _LETTER_PIXELS * len(key) + _ROOM_PIXELS) for key in view.params}
    metrics = (*view.scores, *view.metrics)
    return params | {metric(key): max(least, _LETTER_PIXELS * len(key) + _ROOM_PIXELS) for key in metrics}


def view_state(view: View) -> dict[str, Any]:
    """A view in MLflow's spelling."""
    columns = [*map(metric, view.scores), *map(param, view.params), *map(metric, view.metrics)]
    return {
        "searchFilter": " AND ".join(_condition(key, value) for key, value in view.conditions.items()),
        "orderByKey": metric(view.scores[0]),
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "modelVersionFilter": "All Runs",
        "datasetsFilter": [],
        "selectedColumns": columns,
        "columnOrder": columns,
        "columnWidths": _widths(view),
        "runsExpanded": {},
        "runsPinned": [],
        "runsHidden": [],
        "runsVisibilityMap": {},
        "runsHiddenMode": view.drawn,
        "hideEmptyCharts": True,
        "useGroupedValuesInCharts": True,
        "autoRefreshEnabled": False,
        **_grouping(view),
        **chart_state(view.key, view.sections),
    }


def encode_view(view: View, created: int) -> str:
    """A view as the value of its experiment tag, with milliseconds since 1970; the menu lists the newest first.

    Raises:
        ValueError: If it is longer than a tag may be.
    """
    packed = zlib.compress(json.dumps(view_state(view), separators=(",", ":")).encode())
    state = _DEFLATE + base64.b64encode(packed).decode("ascii")
    value = json.dumps({"name": view.name, "createdAt": created, "state": state}, separators=(",", ":"))
    if len(value) > TAG_LIMIT:
        raise ValueError(f"view {view.name!r} takes {len(value)} characters, a tag has {TAG_LIMIT}")
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _closed() -> list[Section]:
    """MLflow's own headings, closed."""
    return [Section(name, is_open=False) for name in CURVE_SECTIONS]


class _Views:
    """Makes the views of one sweep."""

    def __init__(self, description: SweepDescription, has_run_curves: bool) -> None:
        self.setting = description.setting
        self.factors = {
            factor: levels
            for factor, levels in description.factors.items()
            if factor in self.setting and len(levels) > 1
        }
        self.studied = [factor for factor in description.studied if factor in self.factors]
        self.sweep = {tag(names.SWEEP): f"{description.sweep_id[: names.SHORT]}%"}
        self.has_run_curves = has_run_curves
        self.depths = description.factors.get("depth", ())
        self.task = description.task
        self.measure = JUDGED[description.task].name
        self.judged = description.judged
        self.validation, self.test, self.last_test = map(self.judged.metric, ("validation", "test", "last_test"))
        self.scores = (self.validation, self.test, f"{self.test}_low", f"{self.test}_high")

    def kind(self, kind: str) -> dict[str, str]:
        return {tag(names.KIND): kind, **self.sweep}

    def leaderboard(self) -> View:
        cards = (bar(self.test), scatter(self.validation, self.test))
        sections = [Section("Best cells", cards, columns=2), *_closed()]
        return View(
            key=LEADERBOARD,
            name="1 Leaderboard",
            conditions=self.kind("cell"),
            scores=self.scores,
            params=[*self.factors],
            metrics=self.overview(),
            sections=sections,
            drawn="FIRST_10_RUNS",
        )

    def overview(self) -> tuple[str, ...]:
        """What a table of cells has behind scores and factors."""
        main = (f"{self.test}_sd", f"{self.validation}_sd", self.last_test)
        shown = (each.name for each in MEASURES if each.task == self.task and each.on_leaderboard)
        others = (f"test_{name}" for name in shown if name != self.judged.measure.name)
        return (*main, *others, "best_epoch", EPOCHS_TO_TARGET, "grad_slope", "diverged")

    def factor(self, factor: str, place: int) -> View:
        """One factor varied, the others at reference: replicates in groups if they have curves, else cells."""
        others = ", ".join(f"{other} {level}" for other, level in self.setting.items() if other != factor)
        sections = [
            Section(
                f"Fit by {factor}" + (f" ({others})" if others else ""),
                (
                    line([f"fit/validation_{self.measure}"]),
                    line([f"fit/train_{self.measure}"]),
                    line(["fit/train_loss"], is_log=True),
                    bar(self.test),
                    bar(self.last_test),
                    bar(EPOCHS_TO_TARGET),
                ),
            ),
            *_closed(),
        ]
        conditions = self.kind("run" if self.has_run_curves else "cell")
        return View(
            key=f"nnjax-{factor}",
            name=f"{place} {factor}",
            conditions=conditions | {tag(names.REFERENCE): f"%:{factor}:%"},
            scores=self.scores[:2] if self.has_run_curves else self.scores,
            params=[] if self.has_run_curves else [factor],
            metrics=(self.last_test, EPOCHS_TO_TARGET, "grad_slope"),
            sections=sections,
            group_by=factor if self.has_run_curves else None,
            levels=self.factors[factor],
        )

    def vanishing_gradient(self, place: int) -> View | None:
        """The deepest cells, one for each level of the first studied factor that is not the depth."""
        depths = [int(depth) for depth in self.depths if depth.isdigit()]
        if not depths or max(depths) < 2:
            return None
        deepest = max(depths)
        compared = next((factor for factor in self.studied if factor != "depth"), None)
        pins = {param("depth"): str(deepest)}
        pins |= {param(factor): self.setting[factor] for factor in self.factors if factor not in ("depth", compared)}
        layers = dict.fromkeys((1, (deepest + 1) // 2, deepest))
        cards: list[Chart] = [bar("grad_slope"), bar("grad_slope_0"), bar("saturated")]
        cards += [line([names.curve_key("grad_norm", layer)], is_log=True) for layer in layers]
        cards += [line([names.curve_key("unit_saturated", layer)]) for layer in layers]
        return View(
            key="nnjax-vanishing-gradient",
            name=f"{place} Vanishing gradient",
            conditions=self.kind("cell") | pins,
            scores=("grad_slope", self.test, self.validation),
            params=[compared or "depth"],
            metrics=("grad_slope_0", "grad_ratio", "saturated", "dead"),
            sections=[Section(f"Gradients at depth {deepest}", tuple(cards)), *_closed()],
        )

    def all_factors(self, place: int) -> View:
        """As many cells as a page holds: nuisance factors pinned first, then studied ones from the last."""
        free = [factor for factor in self.factors if factor not in self.studied]
        pinned: list[str] = []
        for factor in [*free[::-1], *self.studied[::-1]]:
            if prod(len(levels) for name, levels in self.factors.items() if name not in pinned) <= RUNS_PAGE:
                break
            pinned.append(factor)
        shown = [factor for factor in self.factors if factor not in pinned]
        sections = [
            Section(
                "All factors",
                (parallel(self.axes(shown), [self.validation, self.test]), scatter("grad_slope", self.test)),
                columns=1,
            ),
            *_closed(),
        ]
        return View(
            key="nnjax-all-factors",
            name=f"{place} All factors",
            conditions=self.kind("cell") | {param(factor): self.setting[factor] for factor in pinned},
            scores=self.scores,
            params=shown,
            metrics=self.overview(),
            sections=sections,
        )

    def axes(self, factors: Sequence[str]) -> list[str]:
        """The factors that parallel coordinates can have as axes.

        MLflow leaves out every run that lacks one of the axes, of an axis with numbers and words all runs with the
        rarer of the two, and all words of an axis but the first 30.
        """
        words = {factor: [level for level in self.factors[factor] if not _is_number(level)] for factor in factors}
        return [
            factor
            for factor in factors
            if not words[factor] or len(words[factor]) == len(self.factors[factor]) <= MOST_AXIS_WORDS
        ]


def prepared_views(description: SweepDescription, has_run_curves: bool) -> list[View]:
    """The views of a sweep: leaderboard, each studied factor, vanishing gradient (if there is any depth), all factors.

    If the runs at the reference setting have curves, these are drawn as bands.
    """
    views = _Views(description, has_run_curves)
    chosen = [views.leaderboard()]
    chosen += [views.factor(factor, place) for place, factor in enumerate(views.studied, start=2)]
    vanishing = views.vanishing_gradient(len(chosen) + 1)
    chosen += [vanishing] if vanishing else []
    return [*chosen, views.all_factors(len(chosen) + 1)]


def view_tags(description: SweepDescription, has_run_curves: bool, ended: int) -> dict[str, str]:
    """Experiment tag -> value for every prepared view, dated by the sweep's end: the same at every sync."""
    views = prepared_views(description, has_run_curves)
    return {TAG_PREFIX + view.key: encode_view(view, ended + len(views) - place) for place, view in enumerate(views)}
