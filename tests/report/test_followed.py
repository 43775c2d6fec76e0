"""Reports on splits that follow a column: the rows that they use, and no baseline judged where nothing is known."""

import pytest
from fakes.followed import FOLLOWED, visits_study

from nnjax.report.against_baseline import beats_a_constant, compare_with_baseline
from nnjax.report.chapters.asked import asked_chapter
from nnjax.report.chapters.method import method_chapter
from nnjax.report.findings.finding import tables_of
from nnjax.report.findings.levels import find_idle
from nnjax.report.findings.too_few import find_not_better, find_too_few
from nnjax.sweep.space import expand
from nnjax.sweep.study.study import load_study
from nnjax.sweep.study.text import write_study_text
from nnjax.sweep.used_rows import used_rows


@pytest.fixture(params=FOLLOWED)
def followed(request, tmp_path, make_results, make_study_results):
    space = expand(visits_study(tmp_path, request.param))
    return make_study_results(space, make_results(space))


def test_the_page_tells_which_rows_are_used(followed):
    rows, used = asked_chapter(followed).facts["rows"], used_rows(followed.space)
    assert rows["train"] == used.train and rows["test"].startswith(str(used.test[0]))
    assert bool(rows["left_out"]) == bool(used.left_out[1])
    method = method_chapter(followed).facts
    assert method["splitter"].name == followed.space.study.replicates.method and len(method["used"]) == 2


def test_nothing_is_shown_where_no_interval_is_known(followed):
    words = compare_with_baseline(followed).words
    findings = [*find_not_better(followed), *find_too_few(followed), *find_idle(followed)]
    if followed.space.doubt:
        assert words.startswith("Over these splits the chosen network is ") and words.endswith(
            "on average; no verdict."
        )
        assert beats_a_constant(followed) and not findings
    else:
        assert "no verdict" not in words
    proposed = [finding.tables["replicates"] for finding in findings]
    assert all("splits" not in each or followed.space.study.replicates.splitter.grows for each in proposed)


def test_the_next_study_splits_as_this_one(followed, tmp_path):
    path = tmp_path / "next.toml"
    path.write_text(write_study_text(tables_of(followed.space.study)))
    again = expand(load_study(path))
    assert [split.digest for split in again.splits] == [split.digest for split in followed.space.splits]
