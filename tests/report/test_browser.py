"""The page in a real browser: contents, sorting, tips, levels, cells, theme, phone, print, access, no request."""

from pathlib import Path

import pytest

from nnjax.report.write import BESIDE, write_study_report

pytestmark = pytest.mark.slow

THEMES = {"light": "rgb(253, 253, 251)", "dark": "rgb(21, 24, 28)"}


@pytest.fixture(scope="module")
def file(study_results, tmp_path_factory) -> Path:
    """The report of the small study, with the curves of its runs."""
    return write_study_report(study_results, tmp_path_factory.mktemp("report"), lambda run_ids: study_results.histories)


@pytest.fixture
def show(chromium, file):
    """Opens the page at a width and in a theme; afterwards nothing has failed, and nothing was asked of the network."""
    contexts, errors, requests = [], [], []

    def opened(width=1280, theme="light", url="", name="index.html", **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: requests.append(request.url))
        page.goto(url or (file.parent / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []


def test_the_first_page_is_short(show):
    """As it opens, folds closed: the budget of a small study."""
    page = show(1440)
    assert page.evaluate("document.documentElement.scrollHeight") <= 6 * 900
    assert len(page.inner_text("body").split()) <= 1500


PAGES = ("index.html", *(file for file, *_ in BESIDE))


@pytest.mark.parametrize(("width", "height", "screens"), [(1440, 900, 1), (390, 844, 2)])
def test_the_answer_is_on_the_first_screen(show, width, height, screens):
    assert show(width).evaluate("document.querySelector('#answer').getBoundingClientRect().bottom") <= screens * height


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(show, width, name):
    page = show(width, name=name)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    too_wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, svg') "
        "&& e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert too_wide == []


def test_text_in_figures_is_legible_on_a_phone(show):
    smallest = show(390).evaluate(
        "Math.min(...[...document.querySelectorAll('.panel svg text')].map(t => parseFloat(getComputedStyle(t)"
        ".fontSize) * t.ownerSVGElement.getBoundingClientRect().width / t.ownerSVGElement.viewBox.baseVal.width))"
    )
    assert smallest >= 8


@pytest.mark.parametrize("sandboxed", [False, True])
def test_contents_links_scroll_to_their_chapter(show, file, tmp_path, sandboxed):
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe sandbox="allow-scripts" src="{file.as_uri()}" style="width:900px;height:700px"></iframe>'
    )
    page = show(url=frame.as_uri() if sandboxed else "")
    inside = page.frames[-1] if sandboxed else page.main_frame
    inside.click("nav a[data-jump=scores]")
    assert abs(inside.evaluate("document.getElementById('scores').getBoundingClientRect().top")) < 5
    assert inside.evaluate("document.activeElement.id") == "scores"
    inside.wait_for_selector("nav a[data-jump=scores][aria-current]")


@pytest.mark.parametrize(("theme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_follows_the_system_and_the_button(show, theme, other):
    page = show(theme=theme)
    color = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(color) == THEMES[theme]
    page.click("#theme")
    assert page.evaluate(color) == THEMES[other]
    page.reload()
    assert page.evaluate(color) == THEMES[other], "the choice is remembered"


def column(page, table, index):
    rows = "[...document.querySelectorAll(a[0] + ' tbody tr')].map(r => r.cells[a[1]].textContent)"
    return page.evaluate(f"a => {rows}", [table, index])


def test_tables_sort_by_number_and_by_name_and_back(show):
    page, table = show(name="scores.html"), "#best figure.table table"
    heads = page.locator(f"{table} th").all_inner_texts()
    for name in ("test_r2", "activation"):
        index, orders = heads.index(name), []
        for _ in range(2):
            page.locator(f"{table} th button").nth(index).click()
            orders.append(column(page, table, index))
        values = [float(text.replace("−", "-")) for text in orders[0]] if name == "test_r2" else orders[0]
        assert values == sorted(values) and orders[1] == orders[0][::-1]
    assert page.get_attribute(f"{table} th[aria-sort]", "aria-sort") == "descending"


def test_missing_numbers_stay_last(show):
    page, table = show(name="scores.html"), "#best figure.table table"
    page.evaluate(f"document.querySelector('{table}').tBodies[0].rows[2].cells[4].textContent = '–'")
    for _ in range(2):
        page.locator(f"{table} th button").nth(4).click()
        assert column(page, table, 4)[-1] == "–"


def test_heads_of_columns_answer_the_keyboard(show):
    page = show(name="scores.html")
    page.locator("#best figure.table th button").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#best figure.table th").first.get_attribute("aria-sort") == "ascending"


def test_a_mark_tells_of_its_cell_and_how_to_run_it_again(show, study_results):
    page = show(name="cells.html")
    mark = page.locator("#grid [data-cell]").nth(3)
    cell_id = mark.get_attribute("data-cell")
    mark.hover()
    runs = study_results.results[study_results.results["cell_id"].str.startswith(cell_id)]
    tip = page.inner_text("#tip")
    assert str(runs["cell"].iloc[0]) in tip
    assert f"nnjax run {runs['run_id'].iloc[0][:12]}" in tip
    assert f"{runs['test_score'].mean():.3f}".replace("-", "−") in tip
    page.mouse.move(2, 2)
    assert not page.is_visible("#tip")


def test_a_click_on_a_mark_looks_into_its_cell(show, study_results):
    page = show(name="cells.html")
    mark = page.locator("#grid [data-cell]").nth(5)
    runs = study_results.results[study_results.results["cell_id"].str.startswith(mark.get_attribute("data-cell"))]
    mark.click()
    assert page.inner_text("#cell-words").startswith(f"{runs['cell'].iloc[0]}: test_r2")
    assert page.locator("#cell-runs tbody tr").count() == len(runs)
    commands = page.locator("#cell-runs code").all_inner_texts()
    assert commands == [f"nnjax run {run_id[:12]}" for run_id in runs["run_id"]]
    lines = page.locator("#cell-panels .panel").first.locator("path.run")
    shown = sum(run_id in study_results.histories.matrices["fit_validation_loss", 0].index for run_id in runs["run_id"])
    assert lines.count() == shown
    page.locator("#cell-runs tbody tr").first.hover()
    assert page.locator("#cell-panels path.on").count() >= 1


def test_a_cell_is_chosen_by_name_as_well(show):
    page = show(name="cells.html")
    labels = page.locator("#cell-choice option").all_inner_texts()
    page.select_option("#cell-choice", label=labels[7])
    assert page.inner_text("#cell-words").startswith(labels[7])


def test_marks_answer_the_keyboard(show):
    page = show(name="cells.html")
    page.keyboard.press("Tab")
    page.locator("#grid .panels").focus()
    page.keyboard.press("ArrowRight")
    label = page.inner_text("#tip b")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#tip b") != label
    page.keyboard.press("ArrowLeft")
    assert page.inner_text("#tip b") == label
    page.keyboard.press("Enter")
    assert page.inner_text("#cell-words").startswith(label)


def test_levels_can_be_put_aside_and_taken_back(show):
    page = show(name="cells.html")
    button = page.get_by_role("button", name="logistic", exact=True)
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    dim = page.locator("#grid [data-cell].dim").count()
    assert dim == page.locator("#grid [data-cell]").count() / 3
    button.press("Enter")
    assert page.locator(".dim").count() == 0


def test_a_key_of_a_legend_puts_its_level_aside_in_every_figure(show):
    page = show()
    lines = page.locator('[data-level="activation=logistic"]')
    page.get_by_role("button", name="logistic", exact=True).first.click()
    assert page.locator('[data-level="activation=logistic"].dim').count() == lines.count() > 3
    assert page.locator('[data-level="activation=relu"].dim').count() == 0
    page.get_by_role("button", name="logistic", exact=True).last.press("Enter")
    assert page.locator(".dim").count() == 0


def test_a_mark_on_another_page_leads_to_its_cell(show, study_results):
    page = show(name="scores.html")
    mark = page.locator("#tied [data-cell]").nth(2)
    cells = study_results.results["cell"][
        study_results.results["cell_id"].str.startswith(mark.get_attribute("data-cell"))
    ]
    mark.dispatch_event("click")
    page.wait_for_url("**/cells.html#*")
    assert page.inner_text("#cell-words").startswith(cells.iloc[0])


def test_without_scripts_the_figures_and_tables_are_there(show):
    assert show(java_script_enabled=False).locator("svg").count() > 10
    page = show(java_script_enabled=False, name="cells.html")
    assert "drawn by a script" in page.inner_text("#cells")
    assert not page.is_visible("#cell-view")


def test_a_print_is_light_has_no_buttons_and_no_contents(show):
    page = show(theme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--page').trim()") == "#fff"
    for selector in ("nav", "#theme", "#cell-view", ".picker"):
        assert not page.is_visible(selector)
    assert len(page.pdf()) > 50_000


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_nothing_serious_stands_in_anybody_s_way(show, width, theme, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(show(width, theme, name=name)).response["violations"]
    assert [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]][:3])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ] == []
