"""The page: nothing to load, nothing that leads nowhere, nothing unescaped, everything accounted for."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from nnjax.report.write import CHAPTERS, write_study_report

HOSTILE = '</style><script>alert(1)</script>"&$x$'
VOID = {"meta", "br", "hr", "img", "input", "link", "rect", "line", "path", "use", "polygon"}


class Reader(HTMLParser):
    """Collects identifiers, references and text; fails on tags that do not match."""

    def __init__(self):
        super().__init__()
        self.identifiers, self.references, self.loaded, self.open, self.scripts, self.headings = [], [], [], [], 0, []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.identifiers += [values["id"]] if "id" in values else []
        self.references += [
            values[key].removeprefix("#") for key in ("href", "data-jump") if values.get(key, "").startswith("#")
        ]
        self.references += [values["aria-labelledby"]] if "aria-labelledby" in values else []
        self.references += re.findall(r"url\(#([^)]+)\)", " ".join(filter(None, values.values())))
        self.loaded += [values[key] for key in ("src", "srcset", "data", "action") if key in values]
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def page(written):
    return written.read_text()


@pytest.fixture(scope="module")
def words(page):
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)).split())


def test_identifiers_are_unique_and_every_reference_resolves(page):
    reader = read(page)
    assert len(reader.identifiers) == len(set(reader.identifiers))
    assert set(reader.references) <= set(reader.identifiers)


def test_the_page_loads_nothing(page):
    assert read(page).loaded == []
    assert not re.search(r"https?://|@import|<link|<iframe|//cdn", page)


def test_contents_lead_to_every_chapter(page):
    assert re.findall(r'data-jump="([^"]+)">', page)[1:] == re.findall(r'<section id="([^"]+)"', page)
    assert len(re.findall("<section", page)) == len(CHAPTERS) + 1  # and what to run next


def test_storage_is_only_touched_where_a_refusal_is_caught(page):
    for line in page.splitlines():
        assert "localStorage" not in line or "try {" in line


def test_every_planned_run_is_accounted_for(words, results):
    counts = results["status"].value_counts()
    assert f"{len(results)} runs planned (24 cells): {counts['finished']} finished, 1 diverged, 1 missing" in words


def test_every_claim_has_its_verdict(words, study_results):
    for answer in study_results.claims:
        assert f"{answer.claim.sentence} {answer.judgement.verdict.word}" in words


def test_every_figure_says_what_to_see_and_gives_its_numbers(page):
    figures = re.findall(r'<figure class="drawn".*?</figure>', page, flags=re.DOTALL)
    assert len(figures) >= 15
    assert all("<figcaption>" in figure and "<details" in figure and "<svg" in figure for figure in figures)


def test_the_study_file_and_the_commands_are_there(words, space):
    assert f"nnjax sweep {space.study.path}" in words and re.search(r"nnjax run [0-9a-f]{64}", words)


def test_hostile_names_are_shown_and_not_executed(study_results, tmp_path):
    study = replace(
        study_results.space.study, question=HOSTILE, expected=HOSTILE, path=HOSTILE, text=HOSTILE, overrides=(HOSTILE,)
    )
    results = study_results.results.assign(cell=HOSTILE)
    hostile = replace(study_results, space=replace(study_results.space, study=study), results=results)
    page = write_study_report(hostile, tmp_path).read_text()
    assert "alert(1)</script>" not in page and "&lt;script&gt;alert(1)" in page
    assert read(page).scripts == 2
