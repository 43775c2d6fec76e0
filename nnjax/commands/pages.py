"""Pages that a command has written: where they are, and what they propose."""

import textwrap
from pathlib import Path


def say_page(page: Path) -> None:
    """Where a page is, and how to open it."""
    print(f"{page}\nopen it in a browser: file://{page.resolve()}")


def say_what_follows(page: Path) -> None:
    """The studies that the report proposes, a line each."""
    for path in sorted((page.parent / "next").glob("*.toml")):
        noticed = textwrap.shorten(path.read_text().splitlines()[0].removeprefix("# "), 160, placeholder=" …")
        print(f"Next     {noticed}\n         make sweep STUDY={path}")
