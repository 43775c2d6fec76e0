"""Chapters into one page, without anything to load from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined, Template
from markupsafe import Markup

from nnjax.report.formats import confidence, decimals, duration, percent, signed
from nnjax.report.theme import css_variables
from nnjax.report.views import Chapter

FILTERS = {
    "confidence": confidence,
    "decimals": decimals,
    "duration": duration,
    "percent": percent,
    "signed": signed,
    "thousands": "{:,}".format,
}
"""How templates print numbers."""


@dataclass(frozen=True)
class Link:
    """Another page of the same folder."""

    file: str
    name: str


@dataclass(frozen=True)
class Page:
    """A page before it is printed; the first chapter is the answer, notices are told before the numbers.

    Attributes:
        file: Its name in the folder.
        name: What tells it from the folder's first page; "" for that one.
        says: What it holds, in a sentence.
        templates: Folder of its chapters' templates: "brief" has the short form of a chapter.
        beside: Pages in the same folder that go into more detail.
    """

    title: str
    question: str
    subtitle: str
    chapters: Sequence[Chapter]
    footer: str
    notices: Sequence[str] = ()
    file: str = "index.html"
    name: str = ""
    says: str = ""
    templates: str = "chapters"
    beside: Sequence["Page"] = ()
    siblings: Sequence[Link] = ()

    def all_chapters(self) -> dict[str, Chapter]:
        """Key -> chapter, of this page and of those beside it; what stands on several pages is one chapter."""
        return {chapter.key: chapter for page in (self, *self.beside) for chapter in page.chapters}

    def with_chapters(self, chapters: Mapping[str, Chapter]) -> "Page":
        """The same with other chapters of the same keys."""
        return replace(
            self,
            chapters=[chapters[chapter.key] for chapter in self.chapters],
            beside=[page.with_chapters(chapters) for page in self.beside],
        )


def render_page(page: Page, room: str = "") -> str:
    """The whole page as HTML: style sheet, script and figures inside, every word from outside escaped."""
    return template("report.html.j2", room).render(page=page)


def compile_templates() -> None:
    """Compile those of the report ahead of its pages: there is nothing else to do yet."""
    for name in PackageLoader("nnjax.report").list_templates():
        if name.endswith(".j2"):
            template(name)


def made_now() -> str:
    """The foot of a page that is made now."""
    return f"Made by nnjax {version('nnjax')} on {datetime.now(UTC).strftime('%Y-%m-%d %H:%M UTC')}."


def template(name: str, room: str = "") -> Template:
    """A template that escapes every word from outside and knows the theme's colours.

    The templates of the package `room` come before the report's own, which it can still name "report/…".
    """
    return _environment(room).get_template(name)


@cache
def _environment(room: str) -> Environment:
    """Kept: it compiles a template once."""
    report = PackageLoader("nnjax.report")
    own = [PackageLoader(room)] if room else []
    environment = Environment(
        loader=ChoiceLoader([*own, report, PrefixLoader({"report": report})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    environment.globals["colors"] = {
        "light": Markup(css_variables(is_dark=False)),
        "dark": Markup(css_variables(is_dark=True)),
    }
    return environment
