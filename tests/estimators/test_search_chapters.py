"""The page of a search in a real browser: first screen, phone, dark, print, access, no request, in a notebook."""

import pytest
from fakes.finished_search import GRID, make_course, make_finished, scores_of
from sklearn.model_selection import ParameterGrid

from nnjax.estimators.page import SearchReport

pytestmark = pytest.mark.slow
PARAMS = list(ParameterGrid(GRID))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    scores = scores_of(PARAMS)
    finished = make_finished(course=make_course(scores, int(scores.mean(axis=1).argmax())))
    return SearchReport(finished).save(tmp_path_factory.mktemp("page") / "search.html")


@pytest.fixture
def show(chromium, file):
    contexts, said = [], []

    def opened(width=1440, theme="light", **options):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [each for each in said if not each.startswith(("file:", "data:"))] == []


def test_the_answer_is_on_the_first_screen(show):
    assert show().evaluate("document.querySelector('#answer').getBoundingClientRect().bottom") <= 900


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen_and_pictures_are_legible(show, width):
    page = show(width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.panel svg text')].map(t => parseFloat(getComputedStyle(t)"
        ".fontSize) * t.ownerSVGElement.getBoundingClientRect().width / t.ownerSVGElement.viewBox.baseVal.width))"
    )
    assert smallest >= 8


def test_the_table_of_the_candidates_fits_a_common_screen(show):
    table = "document.querySelector('#candidates figure.table .scroll')"
    assert show().evaluate(f"{table}.scrollWidth <= {table}.clientWidth")


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "light")])
def test_nothing_stands_in_anybody_s_way(show, width, theme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(show(width, theme)).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]][:3]) for rule in found] == []


def test_without_scripts_and_in_print_it_is_all_there(show):
    page = show(java_script_enabled=False)
    assert page.locator("svg").count() > 8
    page.emulate_media(media="print")
    assert not page.is_visible("nav") and len(page.pdf()) > 40_000


def test_a_notebook_frames_it(chromium, file):
    context = chromium.new_context()
    page = context.new_page()
    page.set_content(SearchReport(make_finished())._repr_html_())
    frame = page.frames[-1]
    assert "The best:" in frame.inner_text("#answer")
    frame.click("nav a[data-jump=sure]")
    context.close()
