"""The page: nothing to load, nothing that leads nowhere, nothing unescaped, everything accounted for."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from nnjax.report.write import BESIDE, write_study_report

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
def pages(written):
    """Name -> page, of all that lie in the folder."""
    return {path.name: path.read_text() for path in sorted(written.parent.glob("*.html"))}


def words_on(page):
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)).split())


@pytest.fixture(scope="module")
def words(pages):
    return " ".join(map(words_on, pages.values()))


def test_identifiers_are_unique_and_every_reference_resolves(pages):
    for reader in map(read, pages.values()):
        assert len(reader.identifiers) == len(set(reader.identifiers))
        assert set(reader.references) <= set(reader.identifiers)


def test_the_pages_load_nothing(pages):
    for page in pages.values():
        assert read(page).loaded == []
        assert not re.search(r"https?://|@import|<link|<iframe|//cdn", page)


def test_contents_lead_to_every_chapter(pages):
    for page in pages.values():
        jumps = re.findall(r'data-jump="([^"]+)">', page)[1:]
        assert jumps == [key for key in re.findall(r'<section id="([^"]+)"', page) if key != "beside"]


def test_every_chapter_is_there_in_full_on_a_page_beside_the_first(pages):
    assert set(pages) == {"index.html", *(file for file, *_ in BESIDE)}
    for file, _, says, keys in BESIDE:
        assert [key for key in keys if key != "cells"] == re.findall(r'<section id="([^"]+)"', pages[file])
        assert f'<a href="{file}">{file}</a>' in pages["index.html"] and says in pages["index.html"]


def test_a_link_to_a_file_leads_to_one(pages, written):
    for page in pages.values():
        linked = set(re.findall(r'href="([^"#]+)"', page))
        assert linked and all((written.parent / link).is_file() for link in linked)


def test_storage_is_only_touched_where_a_refusal_is_caught(pages):
    for line in "\n".join(pages.values()).splitlines():
        assert "localStorage" not in line or "try {" in line


def test_every_planned_run_is_accounted_for(words, results):
    counts = results["status"].value_counts()
    assert f"{len(results)} runs planned (24 cells): {counts['finished']} finished, 1 diverged, 1 missing" in words


def test_every_claim_has_its_verdict_in_headline_and_chapter(pages, study_results):
    words = words_on(pages["index.html"])
    for answer in study_results.claims:
        assert f"{answer.judgement.verdict.word} {answer.claim.sentence}" in words
        assert f"{answer.claim.sentence} {answer.judgement.verdict.word}" in words


def test_every_figure_says_what_to_see_and_gives_its_numbers(pages):
    figures = re.findall(r'<figure class="drawn.*?</figure>', "".join(pages.values()), flags=re.DOTALL)
    assert len(figures) >= 15
    assert all("<figcaption>" in figure and "<details" in figure and "<svg" in figure for figure in figures)


def test_the_study_file_and_the_commands_are_there(words, space):
    assert f"nnjax sweep {space.study.path}" in words and re.search(r"nnjax run [0-9a-f]{64}", words)


def test_hostile_names_are_shown_and_not_executed(classes, tmp_path):
    study = replace(
        classes.space.study, question=HOSTILE, expected=HOSTILE, path=HOSTILE, text=HOSTILE, overrides=(HOSTILE,)
    )
    results = classes.results.assign(cell=HOSTILE)
    hostile = replace(classes, space=replace(classes.space, study=study), results=results)
    write_study_report(hostile, tmp_path)
    for page in (path.read_text() for path in tmp_path.glob("*.html")):
        assert "alert(1)</script>" not in page and "&lt;script&gt;alert(1)" in page
        assert read(page).scripts == 2
