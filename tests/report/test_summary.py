"""A report in a line, and the index of all reports."""

import json
from dataclasses import replace

import pytest

from nnjax.report.summary import SUMMARY, Summary, read_summaries, summarise, write_index, write_summary

LINE = Summary(
    "first", "Does <b> & depth matter?", "Ridge is better.", {"supported": 2}, 10, 9, "diabetes", "2026-01-02"
)


def put(reports, line):
    write_summary(line, reports / line.study)
    (reports / line.study / "index.html").write_text("a report")


def test_a_report_in_a_line_is_kept(study_results, tmp_path):
    line = summarise(study_results)
    put(tmp_path, line)
    assert read_summaries(tmp_path) == [line]
    assert (line.study, line.runs) == (study_results.space.study.name, len(study_results.results))
    assert sum(line.verdicts.values()) == len(study_results.claims)
    assert sum(count for _, _, count in line.tally) == len(study_results.claims)


def test_lines_are_read_back_the_newest_first(tmp_path):
    put(tmp_path, LINE)
    put(tmp_path, replace(LINE, study="second", made="2026-02-01"))
    assert read_summaries(tmp_path) == [replace(LINE, study="second", made="2026-02-01"), LINE]


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"study": "first"})])
def test_what_is_no_line_is_left_out(tmp_path, content):
    put(tmp_path, LINE)
    (tmp_path / "first" / SUMMARY).write_text(content)
    assert read_summaries(tmp_path) == []


def test_a_line_of_another_folder_or_without_a_page_is_left_out(tmp_path):
    write_summary(LINE, tmp_path / "first")
    write_summary(LINE, tmp_path / "copied")
    (tmp_path / "copied" / "index.html").write_text("a report")
    assert read_summaries(tmp_path) == []


def test_the_index_links_what_is_there_and_escapes_it(tmp_path):
    put(tmp_path, LINE)
    put(tmp_path, replace(LINE, study="quiz-like", verdicts={}, declared={"declared after training": 3}, withdrawn=1))
    (tmp_path / "lecture").mkdir()
    (tmp_path / "lecture" / "index.html").write_text("the lecture")
    text = write_index(tmp_path).read_text()
    assert "Does &lt;b&gt; &amp; depth matter?" in text and "<b> & depth" not in text
    assert 'href="first/index.html"' in text and "2 supported" in text and "no claim declared" in text
    assert 'href="lecture/index.html"' in text and 'href="quiz/index.html"' not in text
    assert "2 studies" in text and "3 declared after training" in text and "1 withdrawn" in text


def test_a_line_from_before_claims_were_locked_is_read(tmp_path):
    put(tmp_path, LINE)
    old = json.loads((tmp_path / "first" / SUMMARY).read_text())
    del old["declared"], old["withdrawn"]
    (tmp_path / "first" / SUMMARY).write_text(json.dumps(old))
    assert read_summaries(tmp_path) == [LINE]


def test_an_empty_folder_has_an_empty_index(tmp_path):
    assert "0 studies" in write_index(tmp_path).read_text()
