"""Hostile names in a real browser: the report shows them as they are written, and nothing of them runs."""

import re
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

from nnjax.report import write as write_module
from nnjax.report.layout import Layout
from nnjax.report.summary import summarise, write_index, write_summary
from nnjax.report.write import write_study_report

pytestmark = pytest.mark.slow

ATTACKS = {
    "script": "<script>window.hacked='script'</script>",
    "image": "<img src=x onerror=\"window.hacked='image'\">",
    "end": "</script></style></title></svg><script>alert('end')</script>",
    "quotes": '" autofocus onfocus="window.hacked=\'quotes\'" x=\'"',
    "link": "<a href=\"javascript:alert('link')\">javascript:alert('link')</a>",
    "drawing": '<svg onload="hacked=\'drawing\'"><foreignObject><iframe srcdoc="<script>top.hacked=1</script>">',
    "template": "{{ 7 * 7 }} ${window.hacked=1} $x^2$ &lt;b&gt; &amp;",
    "comment": "<!-- ]]> -->",
}
HOSTILE = " ".join(ATTACKS.values())
FREE_TEXTS = ("question", "expected", "lecture", "confirms", "refutes", "path", "text")


@dataclass(frozen=True)
class HostileLayout(Layout):
    """A layout whose factors have levels with such names."""

    def text(self, factor: str, level: object) -> str:
        return f"{super().text(factor, level)} {HOSTILE}"


@pytest.fixture(scope="module")
def hostile(classes):
    """StudyResults in which everything that has a name has a hostile one: study, data, claims, factors, cells."""
    study = classes.space.study
    claims = tuple(replace_model(claim, sentence=HOSTILE) for claim in study.claims)
    texts = {name: f"{name}: {HOSTILE}" for name in FREE_TEXTS}
    data = replace_model(study.data, file=HOSTILE)
    study = replace(study, claims=claims, overrides=(HOSTILE,), data=data, **texts)
    table = classes.space.table
    names = [f"{name} {HOSTILE}" for name in table.class_names]
    table = replace(
        table, name=HOSTILE, class_names=tuple(names), target_names=(HOSTILE,), feature_names=(HOSTILE,) * 4
    )
    layout = HostileLayout(**{each.name: getattr(classes.layout, each.name) for each in fields(Layout)})
    answers = tuple(replace(answer, claim=claim) for answer, claim in zip(classes.claims, claims, strict=True))
    record = replace(
        classes.record, study_path=HOSTILE, command_line=HOSTILE, host={"name": HOSTILE}, git_commit=HOSTILE
    )
    return replace(
        classes,
        space=replace(classes.space, study=study, table=table),
        layout=layout,
        claims=answers,
        record=record,
        results=classes.results.assign(cell=classes.results["cell"] + HOSTILE),
        chosen=classes.chosen.assign(cell=classes.chosen["cell"] + HOSTILE),
    )


def replace_model(model, **changes):
    return model.model_copy(update=changes)


@pytest.fixture(scope="module")
def reports(hostile, tmp_path_factory) -> Path:
    """Their report, with hostile heads of columns, and the index that lists it."""
    folder = tmp_path_factory.mktemp("reports")
    render = write_module.render_page

    def with_hostile_heads(page, room):
        return render(replace(page, title=HOSTILE, chapters=[hostile_heads(each) for each in page.chapters]), room)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write_module, "render_page", with_hostile_heads)
        write_study_report(hostile, folder / "some-study", lambda run_ids: hostile.histories)
    write_summary(summarise(hostile), folder / "some-study")
    write_index(folder)
    return folder


def hostile_heads(chapter):
    """A chapter whose tables have a hostile name over each column."""

    def renamed(view):
        return replace(view, columns=tuple(f"{column} {HOSTILE}" for column in view.columns))

    figures = {name: replace(figure, table=renamed(figure.table)) for name, figure in chapter.figures.items()}
    return replace(chapter, figures=figures, tables={name: renamed(view) for name, view in chapter.tables.items()})


@pytest.fixture
def show(chromium):
    """Opens a page; afterwards no dialog has come up, nothing has failed, nothing was asked of the network."""
    context, alarms = chromium.new_context(viewport={"width": 1280, "height": 800}), []
    page = context.new_page()
    page.on("dialog", lambda dialog: (alarms.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: alarms.append(f"error {error}"))
    page.on("console", lambda said: alarms.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: alarms.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)

    def opened(file: Path):
        page.goto(file.as_uri())
        return page

    yield opened
    assert page.evaluate("window.hacked") is None
    assert (
        page.evaluate("[...document.scripts].filter(s => /hacked=|alert\\(/.test(s.textContent) && !s.type).length")
        == 0
    )
    dangerous = "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name) "
    dangerous += "|| /^\\s*javascript:/i.test(a.value))).map(e => e.outerHTML.slice(0, 80))"
    assert page.evaluate(dangerous) == []
    assert page.locator("img:not([src^='data:']), iframe, foreignObject").count() == 0
    context.close()
    assert alarms == []


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_report_shows_hostile_names_as_they_are_written(show, reports):
    page = show(reports / "some-study" / "index.html")
    assert words(page.inner_text("h1")) == words(f"question: {HOSTILE}")
    assert HOSTILE in page.title()
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    text = words(page.evaluate("document.body.textContent"))
    for name in ("expected", "lecture", "confirms", "refutes"):
        assert words(f"{name}: {HOSTILE}") in text
    assert all(HOSTILE in head for head in page.locator("#best th").all_text_contents())


def test_what_the_scripts_draw_shows_hostile_names_too(show, reports):
    page = show(reports / "some-study" / "index.html")
    page.locator("#best figure.table th button").first.click()
    mark = page.locator("#grid [data-cell]").first
    mark.hover()
    assert HOSTILE in page.evaluate("document.getElementById('tip').textContent")
    mark.click()
    assert HOSTILE in page.evaluate("document.getElementById('cell-words').textContent")
    button = page.locator(".picker button").first
    assert HOSTILE in button.text_content()
    button.click()
    assert page.locator(".dim").count() > 0


def test_the_index_shows_hostile_questions_as_they_are_written(show, reports):
    page = show(reports / "index.html")
    assert words(f"question: {HOSTILE}") in words(page.evaluate("document.body.textContent"))
    page.get_by_role("link").first.click()
    assert page.url == (reports / "some-study" / "index.html").as_uri()
