"""The setting of the first pictures: which factor they compare, and at which levels the others stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd

from nnjax.report.layout import PANEL_FACTOR, Layout
from nnjax.report.once import once
from nnjax.report.study_results import StudyResults
from nnjax.sweep.space import arm_cells
from nnjax.sweep.study.factors import Level


@dataclass(frozen=True)
class PictureSetting:
    """One studied factor is compared, each other one stands at one level."""

    factor: str
    held: Mapping[str, Level]

    def __hash__(self) -> int:
        return hash((self.factor, frozenset(self.held.items())))

    def runs(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows at the held levels."""
        for factor, level in self.held.items():
            table = table[table[factor] == level]
        return table


@once
def first_setting(study_results: StudyResults) -> PictureSetting:
    """Where the study's own question is: what its first claim compares, at the levels that it names.

    What the claim does not name stands at its reference level, but depth at its deepest: there gradients vanish, if
    they do. Without a claim that compares levels of one factor, it is the colour factor. Where fewer than two levels
    are left there, all others stand at their reference level, and the first studied factor is it that has two then.
    """
    layout, results = study_results.layout, study_results.results
    asked = [_asked(layout, [results[results["cell_id"].isin(arm)] for arm in cells]) for cells in _arms(study_results)]
    factor, named = next((each for each in asked if each is not None), (layout.color, {}))
    wanted = _held(factor, {**layout.reference, **_deepest(layout), **named})
    rest = [_held(each, layout.reference) for each in (layout.color, *layout.studied)]
    return next((each for each in (wanted, *rest) if _compares(each, study_results.chosen)), rest[0])


def deep_runs(study_results: StudyResults, setting: PictureSetting) -> pd.DataFrame:
    """Chosen runs at a setting with two hidden layers or more; where it holds fewer, at the deepest level instead."""
    deep = study_results.chosen[study_results.chosen["depth"] > 1]
    here = setting.runs(deep)
    return _held(setting.factor, {**setting.held, **_deepest(study_results.layout)}).runs(deep) if here.empty else here


def _compares(setting: PictureSetting, runs: pd.DataFrame) -> bool:
    return bool(setting.runs(runs)[setting.factor].nunique() > 1)


def _held(factor: str, levels: Mapping[str, Level]) -> PictureSetting:
    return PictureSetting(factor, {name: level for name, level in levels.items() if name != factor})


def _arms(study_results: StudyResults) -> list[tuple[frozenset[str], ...]]:
    space = study_results.space
    return [arm_cells(claim, space.cells) for claim in space.study.claims if not claim.is_compound]


def _asked(layout: Layout, arms: Sequence[pd.DataFrame]) -> tuple[str, dict[str, Level]] | None:
    """The one studied factor in which two arms differ, or the colour factor of a single arm, and what they hold."""
    levels = {factor: [set(arm[factor]) for arm in arms] for factor in layout.studied}
    differing = [factor for factor, sides in levels.items() if len(sides) == 2 and sides[0] != sides[1]]
    if len(arms) == 2 and len(differing) != 1:
        return None
    factor = differing[0] if differing else layout.color
    held = {name: next(iter(sides[0])) for name, sides in levels.items() if name != factor and len(sides[0]) == 1}
    return factor, held


def _deepest(layout: Layout) -> dict[str, Level]:
    depths = layout.levels[PANEL_FACTOR] if PANEL_FACTOR in layout.studied else ()
    return {PANEL_FACTOR: max(cast("tuple[int, ...]", depths))} if depths else {}
