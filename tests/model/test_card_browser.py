"""The card in a real browser: no error, no request, nothing cut off on a phone, light, dark and printed."""

import pytest
from fakes.model_documents import dependence_of_mixed, importance_of_mixed, mixed_document

from nnjax.model.card import make_card

pytestmark = pytest.mark.slow

LONG = "a_name_of_a_column_that_goes_on_and_on_without_any_space_in_it_at_all"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A card with long names."""
    document = mixed_document(study=LONG, question=f"{LONG} " * 9)
    document["columns"][0]["name"] = document["columns"][2]["words"][0] = LONG
    path = tmp_path_factory.mktemp("card") / "card.html"
    path.write_text(make_card(document, importance_of_mixed(), dependence_of_mixed()).html)
    return path


@pytest.fixture
def show(chromium, file):
    """Opens the card at a width and in a theme; afterwards nothing has failed, and nothing was asked of the network."""
    contexts, errors, requests = [], [], []

    def opened(width=1440, theme="light", **options):
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: requests.append(request.url))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == [] and [url for url in requests if not url.startswith("file:")] == []


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(show, width):
    page = show(width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    too_wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, svg') "
        "&& e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert too_wide == []


@pytest.mark.parametrize("width", [390, 1440])
def test_text_in_figures_is_whole_and_legible(show, width):
    page = show(width)
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.panel svg text')].map(t => parseFloat(getComputedStyle(t)"
        ".fontSize) * t.ownerSVGElement.getBoundingClientRect().width / t.ownerSVGElement.viewBox.baseVal.width))"
    )
    assert smallest >= 8
    cut_off = page.evaluate(
        "[...document.querySelectorAll('.panel svg text')].filter(t => { const box = t.getBoundingClientRect(), "
        "around = t.ownerSVGElement.getBoundingClientRect(); return box.left < around.left - 1 || "
        "box.right > around.right + 12 || box.bottom > around.bottom + 1 }).map(t => t.textContent)"
    )
    assert cut_off == []


def test_the_answer_is_on_the_first_screen(show):
    assert show().evaluate("document.querySelector('#short').getBoundingClientRect().bottom") <= 900


@pytest.mark.parametrize(("theme", "color"), [("light", "rgb(253, 253, 251)"), ("dark", "rgb(21, 24, 28)")])
def test_the_theme_follows_the_system_without_scripts(show, theme, color):
    page = show(theme=theme, java_script_enabled=False)
    assert page.locator("svg").count() > 4
    shot = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert shot == color


def test_a_print_is_light_and_whole(show):
    page = show(theme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--page').trim()") == "#fff"
    assert not page.is_visible("nav") and len(page.pdf()) > 50_000
