"""What is worth knowing before anything is trained: with its figure, with a remedy that helps."""

import re
from collections.abc import Callable

import pytest
from fakes.followed import visits_study, write_visits

from nnjax.pipeline import SweepOptions, sweep_study
from nnjax.sweep.notices import FEW_CHOOSING_ROWS, find_notices
from nnjax.sweep.plan import make_plan
from nnjax.sweep.plan_words import describe_plan
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import Study

FEW = "data.validation_share=0.006"


def test_a_study_of_the_usual_shares_has_nothing_to_tell(small_study: Callable[..., Study]) -> None:
    assert find_notices(expand(small_study())) == ()


@pytest.mark.parametrize(("share", "rows"), [(0.006, 2), (0.03, 10), (0.057, 19)])
def test_few_choosing_rows_are_told_with_their_number_and_the_remedy_helps(
    share: float, rows: int, small_study: Callable[..., Study]
) -> None:
    (notice,) = find_notices(expand(small_study(f"data.validation_share={share}")))
    assert f"Only {rows} rows choose in each split (validation_share = {share})" in notice
    remedy = re.search(r"write (validation_share = \S+) or more", notice)
    assert remedy
    better = expand(small_study(f"data.{remedy[1]}"))
    assert find_notices(better) == ()
    assert FEW_CHOOSING_ROWS <= min(len(split.validation) for split in better.splits) < FEW_CHOOSING_ROWS + 4


def test_a_table_that_is_too_small_needs_rows(small_study: Callable[..., Study]) -> None:
    (notice,) = find_notices(expand(small_study("data.name=linnerud")))
    assert "Only 3 rows choose" in notice and "take more rows" in notice and "write" not in notice


def test_plan_and_sweep_tell_it(small_study: Callable[..., Study], tmp_path, monkeypatch) -> None:
    from fakes.training import FAKE

    from nnjax.sweep import runner

    space, said = expand(small_study(FEW)), []
    (notice,) = find_notices(space)
    assert f"\nnote        {notice}\n" in describe_plan(space, make_plan(space, set()), 2, (notice,))
    train = runner.run_sweep
    monkeypatch.setattr("nnjax.pipeline.run_sweep", lambda *given, **named: train(*given[:2], "serial", engine=FAKE))
    sweep_study(space, tmp_path, SweepOptions(is_tracked=False, is_reported=False), say=said.append)
    assert said[0] == f"Note: {notice}"


def test_splits_without_a_known_interval_are_told(tmp_path) -> None:
    def told(*way: str) -> list[str]:
        return [notice for notice in find_notices(expand(visits_study(tmp_path, *way))) if "exploratory" in notice]

    head = "Comparisons are exploratory, and no claim gets a verdict: "
    assert told("time_series") == [f"{head}no interval is known to hold for test blocks along time."]
    assert told("predefined") == [f"{head}no interval is known to hold for folds that somebody made."]
    assert told("group_k_fold") == told("leave_one_group_out") == told("repeated_k_fold", "replicates.splits=4") == []
    write_visits(tmp_path, persons=16)
    assert told("group_k_fold") == [
        f"{head}intervals of group_k_fold are known to hold from 15 groups of equal size on, and the 16 here are worth "
        "14.0 (leave_one_group_out gives verdicts of fewer)."
    ]
    assert told("leave_one_group_out") == []
