"""A matplotlib figure as inline SVG that follows the page: its colours are CSS variables, its text stays text."""

import io
import re
from xml.etree import ElementTree

from markupsafe import Markup
from matplotlib.figure import Figure

from nnjax.report.theme import variable

MARKS = ("cell", "level")
"""A group id "cell:<identity>" or "level:<factor>=<level>" stays in the page as data-cell or data-level."""

_COLOR = re.compile(r"#[0-9a-f]{6}\b")
_VARIABLE = re.compile(r"var\(--c([0-9a-f]{6})\)")
_DECIMALS = re.compile(r"(-?\d+\.\d)\d+")
_REFERENCE = re.compile(r"^url\(#(.+)\)$|^#(.+)$")
_FONT = re.compile(r"font-family: [^;]*;?\s*")
_ROUNDED = ("d", "x", "y", "width", "height", "transform", "points")


def inline_svg(figure: Figure, name: str, title: str) -> Markup:
    """Draw a figure, made within `theme.style`, as an SVG element for an HTML page, with a title for screen readers.

    Text stays text in the page's font, colours become the theme's CSS variables, the background is transparent,
    identifiers get the name before them so that many figures live in one page, and nothing refers to anything outside.

    Raises:
        KeyError: If a colour is not one of the theme's.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = ElementTree.fromstring(buffer.getvalue())
    _localise(drawn)
    _rename(drawn, name)
    root = ElementTree.Element("svg", {"viewBox": drawn.attrib["viewBox"], "role": "img", "aria-label": title})
    root.extend(child for child in drawn if not _is_style(child))
    return Markup(re.sub(r">\s+<", "><", ElementTree.tostring(root, encoding="unicode")))


def standalone_svg(drawing: Markup) -> str:
    """An inline drawing as a file of its own, in the colours of the light theme.

    >>> "stroke:#0f6a5b" in standalone_svg(Markup('<svg><path style="stroke:var(--c0f6a5b)"/></svg>'))
    True
    """
    plain = _VARIABLE.sub(r"#\1", str(drawing))
    return plain.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" ', 1)


def as_pdf(figure: Figure) -> bytes:
    """A figure as a PDF file, in the colours of the light theme."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="pdf", metadata={"CreationDate": None})
    return buffer.getvalue()


def _is_style(element: ElementTree.Element) -> bool:
    """Matplotlib's first child, a style sheet for everything: on a page it would reach beyond the figure."""
    return element.tag == "defs" and element.find("style") is not None


def _localise(root: ElementTree.Element) -> None:
    """Drop namespaces, surplus digits and fonts; name colours by variable."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        for key in _ROUNDED:
            if key in attributes:
                attributes[key] = _DECIMALS.sub(r"\1", attributes[key]).replace("\n", "")
        if "style" in attributes:
            style = _FONT.sub("", attributes["style"])
            attributes["style"] = _COLOR.sub(lambda color: variable(color.group()), style).replace(": ", ":")
        if "rotate(-0 " in attributes.get("transform", ""):
            del attributes["transform"]
        element.attrib.clear()
        element.attrib.update(attributes)


def _rename(root: ElementTree.Element, name: str) -> None:
    """Prefix the identifiers that something refers to; drop the others."""
    used = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            reference = _REFERENCE.match(value)
            if reference and key in ("href", "clip-path"):
                identifier = reference.group(1) or reference.group(2)
                used.add(identifier)
                element.attrib[key] = value.replace(identifier, f"{name}-{identifier}")
    for element in root.iter():
        identifier = element.attrib.pop("id", "")
        kind, _, value = identifier.partition(":")
        if kind in MARKS and value:
            element.attrib[f"data-{kind}"] = value
        if identifier in used:
            element.attrib["id"] = f"{name}-{identifier}"
