"""What can be read on a page, and where."""

import pytest

from nnjax.audit.page_words import Place, read_words

PAGE = """<!DOCTYPE html><html><head><title>small: report</title><style>p { width: 7px }</style></head><body>
<header><h1>Which?</h1></header><nav><ol><li>Contents 1</li></ol></nav>
<section id="scores"><h2>Scores</h2><p>Mean <b>0.5</b>
of 8.</p><p data-apart>Audited on 1 May, <b>3</b> lines</p><p>Second 0.7</p>
<figure class="drawn" id="models"><svg><rect x="1"/><text x="3">0.25</text></svg><figcaption>What is drawn</figcaption>
<p class="file"><a>tables/x.csv</a> .pdf 9</p>
<div class="scroll" role="region" aria-label="Table top"><table><thead><tr><th>cell</th><th>score</th></tr></thead>
<tbody><tr><td>a</td><td>0.1</td></tr><tr><td>b</td><td></td></tr></tbody></table></div></figure></section>
<footer data-apart><p>Made at 12:00</p></footer><script>let x = 5;</script></body></html>"""

WORDS = {
    Place("head", 1): "small: report",
    Place("head", 2): "Which?",
    Place("chapter scores", 1): "Scores",
    Place("chapter scores", 2): "Mean 0.5 of 8.",
    Place("chapter scores", 3): "Second 0.7",
    Place("chapter scores, figure models", 1): "0.25",
    Place("chapter scores, figure models", 2): "What is drawn",
    Place("table top, head", 1): "cell",
    Place("table top, head", 2): "score",
    Place("table top, row 1, cell", 1): "a",
    Place("table top, row 1, score", 1): "0.1",
    Place("table top, row 2, cell", 1): "b",
    Place("table top, row 2, score", 1): "",
}


def test_every_word_has_its_place_and_what_is_apart_is_left_out():
    assert read_words(PAGE) == WORDS


def test_numbers_that_a_script_draws_are_read_and_its_program_is_not():
    page = '<section id="cells"><script type="application/json" id="pack">{"a":[1]}</script><script>let b;</script>'
    assert read_words(page) == {Place("the curves that a script draws", 1): '{"a":[1]}'}


@pytest.mark.parametrize(
    "page", ["", "<p>", "</p></div>", "<td>7", "<section id=a><p>1</section><p>2</p>", "<p data-apart>1"]
)
def test_a_page_that_somebody_has_broken_is_read_all_the_same(page):
    assert all(isinstance(text, str) for text in read_words(page).values())
