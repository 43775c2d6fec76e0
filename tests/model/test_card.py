"""The card says what the document says: every number is read there, nothing from outside gets into the page."""

import copy
import re
from html.parser import HTMLParser

import pytest
from fakes.model_documents import baseline, classes_document, importance_of_mixed, mixed_document, score, section_of
from markdown_it import MarkdownIt

from nnjax.model.card import make_card

HOSTILE = '</style><script>alert(1)</script>"&|`*_[x](y)'

VOID = {"meta", "br", "hr", "input", "img", "link", "line", "rect", "polygon", "path", "use"}


class Balanced(HTMLParser):
    """Fails where an element is closed that is not open."""

    def __init__(self):
        super().__init__()
        self.open, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def leaves(node, path=()):
    """Paths to all numbers of a document."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for key, value in enumerate(node):
            yield from leaves(value, (*path, key))
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path, node


UNSAID = (
    r"format",
    r"choice/tied",
    r"folds/\d/(fold|preparation)",
    r"preparations/0/columns/\d/(encoding|unseen)/.*",
    r"scores/promise/splits",
    r"scores/(out_of_fold|baselines/\d+)/(splits|cut)",
    r"intervals/count",
    r"scores/baselines/\d+/gain/splits",
)
"""Numbers of the document that are for programs, or are said of another line."""


def changed(document, path, value):
    document = copy.deepcopy(document)
    node = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return document


def test_every_number_comes_from_the_document():
    document = mixed_document(retrained={"runs": 8, "planned": 10, "largest_difference": 2e-7})
    document["intervals"]["shown_rows"] = 1000
    before = make_card(document)
    for path, number in leaves(document):
        name = "/".join(map(str, path))
        if any(re.fullmatch(pattern, name) for pattern in UNSAID):
            continue
        grown = number + 7 if isinstance(number, int) else number * 1.5 + (90_000 if number > 1e6 else 0)
        after = make_card(changed(document, path, grown))
        assert after.markdown != before.markdown and after.html != before.html, name


@pytest.mark.parametrize("document", [mixed_document(), classes_document()], ids=["numbers", "classes"])
def test_the_page_is_whole_and_loads_nothing(document):
    page = make_card(document).html
    reader = Balanced()
    reader.feed(page)
    assert reader.open == [] and len(reader.ids) == len(set(reader.ids))
    assert not re.findall(r'\b(?:src|srcset|action)="', page) and "<script" not in page and "url(http" not in page
    assert {*re.findall(r'href="#([^"]+)"', page), *re.findall(r"url\(#([^)]+)\)", page)} <= set(reader.ids)
    assert set(re.findall(r'href="([^"#]+)"', page)) == set()


def test_what_comes_from_outside_is_escaped():
    document = mixed_document(question=HOSTILE, study=HOSTILE, targets=[HOSTILE], study_file=HOSTILE + "\n```\n")
    document["columns"][0]["name"] = document["columns"][2]["words"][0] = HOSTILE
    card = make_card(document)
    assert "alert(1)" in card.html and "<script" not in card.html
    rendered = MarkdownIt("commonmark").enable("table").render(card.markdown)
    assert "alert(1)" in rendered and "<script" not in rendered and "<a" not in rendered


def test_a_table_in_markdown_keeps_its_columns():
    document = mixed_document()
    document["columns"][0]["name"] = "a|b `c`"
    row = next(line for line in make_card(document).markdown.splitlines() if "31.5 to 412" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 6


def test_baselines_are_told_as_a_sceptic_would():
    card = make_card(mixed_document()).markdown
    assert "beats a constant (−0.012); cannot be told from ridge (0.704); loses to gradient boosting (0.772)." in card
    assert "Take what it loses to" in card
    document = mixed_document()
    document["scores"]["baselines"] = document["scores"]["baselines"][:2]
    assert "The simpler one will do" in make_card(document).markdown
    document["scores"]["baselines"] = document["scores"]["baselines"][:1]
    assert "simpler" not in make_card(document).markdown
    document["scores"]["baselines"] = []
    assert "No baseline stands beside it." in make_card(document).markdown


def test_what_is_better_lower_is_told_as_it_is_measured():
    """Scores are its negative; nobody reads of a negative loss."""
    document = classes_document()
    document["scores"] |= {"measure": "log_loss", "floor": -2.5, "promise": score(-0.398, 0.05)}
    document["scores"]["baselines"] = [baseline("majority class", -1.055, 0.657)]
    card = make_card(document, importance_of_mixed(measure="log_loss")).markdown
    assert "log loss 0.398 (95 % interval 0.348 to 0.448, lower is better)" in card
    assert "A model chosen so beats a constant (1.055)." in card and "−log loss" not in card
    assert (
        "| +0.657 (0.637 to 0.677) |" in card
        and "How far log loss rises" in card
        and "Of log loss lower is better." in card
    )


def test_networks_that_came_out_otherwise_are_told():
    assert "bit by bit" in make_card(mixed_document()).markdown
    other = make_card(mixed_document(retrained={"runs": 8, "largest_difference": 3e-7})).markdown
    assert "differ from the sweep’s by up to 3e-07" in other and "bit by bit" not in other
    none = make_card(mixed_document(folds=[], intervals=None, why_no_intervals="no folds")).markdown
    assert "0 of them" not in none


def test_where_splits_are_in_doubt_there_is_no_verdict():
    document = mixed_document()
    document["splits"]["doubt"] = "no interval is known to hold for test blocks along time"
    for each in (document["scores"]["promise"], *(one["gain"] for one in document["scores"]["baselines"])):
        each |= {"low": None, "high": None}
    card = make_card(document).markdown
    assert "with no verdict" in card and "There are no intervals: no interval is known to hold" in card


def test_classes_are_told_of_as_classes():
    card = make_card(classes_document()).markdown
    assert "one of 2 classes (`no`, `yes`)" in card and "`yes` is predicted from a probability of 0.37 on" in card
    assert "90 % of new rows shall have their class in their set of classes." in card
    assert "1.23 classes on average" in card and "the class that is predicted" in card and "accuracy" in card


def test_a_document_of_an_older_model_has_a_card():
    document = mixed_document(retrained={"runs": 8, "largest_difference": 0.0})
    for key in ("standard_error", "chosen_anew", "count", "dealt_by_size", "why_not_measured", "shown_rows"):
        del document["intervals"][key]
    del document["overrides"], document["scores"]["floor"]
    for each in (document["scores"]["promise"], document["scores"]["out_of_fold"], *document["scores"]["baselines"]):
        del each["cut"]
    card = make_card(document, importance_of_mixed()).markdown
    assert "91.4 % of the table’s rows, fold by fold" in card
    document["intervals"]["measured"] = None
    assert "Nothing: without a fold, too few rows" in make_card(document).markdown


def test_changes_on_the_command_line_stand_beside_the_study_file():
    card = make_card(mixed_document(overrides=["epochs=3", "fixed.width=[4]"])).markdown
    assert "the study file was changed on the command line: `epochs=3`, `fixed.width=[4]`" in card
    assert "The study file, before it was changed" in card
    assert "command line" not in make_card(mixed_document()).markdown


def test_what_trained_it_is_said():
    document = mixed_document()
    assert "XLA" in section_of("How it was made", make_card(document).markdown)
    document["cell"]["configuration"]["kernels"] = "fused_avx2_gcc"
    made = section_of("How it was made", make_card(document).markdown)
    assert "fused operations (AVX2, gcc)" in made and "where there are such vectors and such a compiler:" in made
