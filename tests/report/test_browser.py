"""The page in a real browser: nothing wider than the screen, contents that work, a theme that switches."""

import shutil

import pytest

pytestmark = pytest.mark.slow
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]


@pytest.fixture(scope="module")
def page(written):
    return written.page


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("no chromium with its driver on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in [*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"]:
        options.add_argument(flag)
    running = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield running
    running.quit()


def show(browser, url, width, theme="light"):
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(url)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(browser, page, width):
    show(browser, page.as_uri(), width)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    too_wide = browser.execute_script(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, svg') "
        "&& e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert too_wide == []


def test_text_in_figures_is_legible_on_a_phone(browser, page):
    show(browser, page.as_uri(), 390)
    smallest = browser.execute_script(
        "return Math.min(...[...document.querySelectorAll('.panel svg text')].map(t => parseFloat(getComputedStyle(t)"
        ".fontSize) * t.ownerSVGElement.getBoundingClientRect().width / t.ownerSVGElement.viewBox.baseVal.width))"
    )
    assert smallest >= 8


@pytest.mark.parametrize("sandboxed", [False, True])
def test_contents_links_scroll_to_their_chapter(browser, page, tmp_path, sandboxed):
    url = page.as_uri()
    if sandboxed:
        frame = tmp_path / "frame.html"
        frame.write_text(f'<iframe sandbox="allow-scripts" src="{url}" style="width:900px;height:700px"></iframe>')
        show(browser, frame.as_uri(), 1280)
        browser.switch_to.frame(0)
    else:
        show(browser, url, 1280)
    browser.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
    browser.find_element("css selector", "nav a[data-jump=scores]").click()
    top = browser.execute_script("return document.getElementById('scores').getBoundingClientRect().top")
    assert abs(top) < 5
    browser.switch_to.default_content()


@pytest.mark.parametrize(("theme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_follows_the_system_and_the_button(browser, page, theme, other):
    show(browser, page.as_uri(), 1280, theme)
    browser.execute_script("localStorage.clear(); document.documentElement.removeAttribute('data-theme')")
    colors = [browser.execute_script("return getComputedStyle(document.body).backgroundColor")]
    browser.find_element("id", "theme").click()
    colors.append(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert browser.execute_script("return document.documentElement.dataset.theme") == other
    assert colors == ["rgb(253, 253, 251)", "rgb(21, 24, 28)"][:: 1 if theme == "light" else -1]


def test_no_script_fails(browser, page):
    show(browser, page.as_uri(), 1280)
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def column(browser, table, index):
    script = (
        "return [...document.querySelectorAll(arguments[0] + ' tbody tr')].map(r => r.cells[arguments[1]].textContent)"
    )
    return browser.execute_script(script, table, index)


def test_tables_sort_by_number_and_by_name_and_back(browser, page):
    show(browser, page.as_uri(), 1280)
    table = "#best figure.table table"
    heads = [head.text for head in browser.find_elements("css selector", f"{table} th")]
    for name in ("test_r2", "activation"):
        index = heads.index(name)
        button = browser.find_elements("css selector", f"{table} th button")[index]
        orders = []
        for _ in range(2):
            browser.execute_script("arguments[0].click()", button)
            orders.append(column(browser, table, index))
        values = [float(text.replace("−", "-")) for text in orders[0]] if name == "test_r2" else orders[0]
        assert values == sorted(values) and orders[1] == orders[0][::-1]
    assert browser.find_element("css selector", f"{table} th[aria-sort]").get_attribute("aria-sort") == "descending"


def test_missing_numbers_stay_last(browser, page):
    show(browser, page.as_uri(), 1280)
    browser.execute_script(
        "let t = document.querySelector('#best figure.table table'); t.tBodies[0].rows[2].cells[4].textContent = '–'"
    )
    button = browser.find_elements("css selector", "#best figure.table th button")[4]
    for _ in range(2):
        browser.execute_script("arguments[0].click()", button)
        assert column(browser, "#best figure.table table", 4)[-1] == "–"


def test_heads_of_columns_answer_the_keyboard(browser, page):
    show(browser, page.as_uri(), 1280)
    button = browser.find_element("css selector", "#best figure.table th button")
    browser.execute_script("arguments[0].focus()", button)
    button.send_keys("\ue007")  # enter
    assert browser.find_element("css selector", "#best figure.table th").get_attribute("aria-sort") == "ascending"


def test_the_contents_mark_the_chapter_that_is_read(browser, page):
    show(browser, page.as_uri(), 1280)
    browser.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
    browser.execute_script("document.getElementById('gradients').scrollIntoView()")
    marked = "return document.querySelector('nav a[aria-current]')?.dataset.jump"
    wait = pytest.importorskip("selenium.webdriver.support.ui").WebDriverWait(browser, 10)
    wait.until(lambda driver: driver.execute_script(marked) == "gradients")
