"""Pages that a command has written: where they are, and what they propose."""

import shlex
import textwrap
from pathlib import Path


def address_of(page: Path) -> str:
    """What a browser opens a page by: in a folder's name it takes a space, #, ? or % for something else."""
    return page.resolve().as_uri()


def say_page(page: Path, what: str = "") -> None:
    """Where a page is, and how to open it.

    Args:
        page: The page.
        what: Its name in a column of its own; nothing if "".
    """
    if what:
        print(f"\n{what:<8} {page}\n         open it in a browser: {address_of(page)}")
    else:
        print(f"{page}\nopen it in a browser: {address_of(page)}")


def say_what_follows(page: Path) -> None:
    """The studies that the report proposes, a line each."""
    for path in sorted((page.parent / "next").glob("*.toml")):
        noticed = path.read_text("utf-8").splitlines()[0].removeprefix("# ")
        noticed = textwrap.shorten(noticed, 160, placeholder=" …", break_on_hyphens=False)
        print(f"Next     {noticed}\n         make sweep STUDY={shlex.quote(str(path))}")
