"""What is said of a table of one's own that cannot be used as it is."""

from collections.abc import Sequence

from nnjax.refusal import HalvedError

LONGEST_SHOWN = 40
FILL = "fill or remove those rows"
"""Where a row has no value."""


class OwnTableError(HalvedError):
    """A file that cannot be used as it is.

    Attributes:
        key: Of `[data]`, what is to be changed; "file" for the file itself.
        rest: What else is in the way.
    """

    def __init__(self, key: str, problem: str, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.key = key
        self.rest: tuple[OwnTableError, ...] = ()


def joined(problems: Sequence[OwnTableError]) -> OwnTableError:
    """The first of several refusals, with the others beside it."""
    first, *others = problems
    first.rest = (*others,)
    return first


class ColumnError(Exception):
    """A column that cannot be used as it is; whoever knows its name makes an `OwnTableError` of it.

    Attributes:
        problem: What is wrong, said behind "column 'x' ".
        remedy: What to do about it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        """Both are kept."""
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def show(text: str) -> str:
    r"""A name or a word for the eye, in one line.

    >>> show("red"), show("a long word, \nin two lines, of which enough is seen")
    ("'red'", "'a long word, \\nin two lines, of which en…'")
    """
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…")


def show_rows(rows: int, first: int) -> str:
    """How many rows, and the first of them, from 1.

    >>> show_rows(1, 12), show_rows(2000, 12)
    ('row 12', '2,000 rows, the first is row 12')
    """
    return f"row {first:,}" if rows == 1 else f"{rows:,} rows, the first is row {first:,}"
