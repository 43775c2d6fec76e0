"""Expected beside seen, as people read it."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from nnjax.calibration.check import Check


def expected_text(check: Check) -> str:
    """The truth of a check, and of a single share the range in which it should be seen."""
    if not check.is_share:
        return "  ".join(f"{number:.6g}" for number in check.expected)
    words = "  ".join(f"{100 * share:.1f}" for share in check.expected) + (" %" if check.expected else "")
    between = f"({100 * check.low[0]:.1f} … {100 * check.high[0]:.1f} %)" if len(check.seen) == 1 else ""
    return " ".join(part for part in (words, between) if part)


def seen_text(check: Check) -> str:
    """What was seen of a check."""
    if not check.is_share:
        return "  ".join(f"{seen:.6g}" for seen in check.seen)
    return "  ".join(f"{100 * seen:.1f}" for seen in check.seen) + " %"


def checks_table(checks: Sequence[Check]) -> Table:
    """All checks, a line each, those that failed marked; shares of verdicts: supported, equal, refuted, undecided."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in ("check", "what", "expected", "seen", ""):
        table.add_column(head, overflow="fold")
    for check in checks:
        mark = "ok" if check.is_ok else "[bold red]not as expected[/]"
        table.add_row(check.group, check.what, expected_text(check), seen_text(check), mark)
    return table
