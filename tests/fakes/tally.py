"""What the drills came to: a line a drill, its rounds added up."""

from collections.abc import Iterable
from dataclasses import dataclass

HEAD = ("drill", "times", "lost", "doubled", "wrong", "what the person was told")


@dataclass(frozen=True)
class Entry:
    """One round of a drill, or several counted at once.

    Attributes:
        drill: What was done.
        times: How often.
        lost: Runs, cells and sweeps that were missing afterwards.
        doubled: Those that were there more than once.
        wrong: Runs with other numbers, or that nobody asked for.
        told: What the program said.
    """

    drill: str
    times: int
    lost: int
    doubled: int
    wrong: int
    told: str


def table(entries: Iterable[Entry]) -> list[str]:
    """The entries as lines of a table, those of one drill added up, each thing that was said once.

    Example:
        >>> table([Entry("a kill", 1, 0, 0, 0, "no"), Entry("a kill", 2, 1, 0, 0, "yes")])[2:]
        ['| a kill | 3 | 1 | 0 | 0 | no; or: yes |']
    """
    drills: dict[str, list[Entry]] = {}
    for entry in entries:
        drills.setdefault(entry.drill, []).append(entry)
    lines = [HEAD, ("---",) * len(HEAD)]
    for drill, rounds in drills.items():
        sums = [sum(getattr(each, name) for each in rounds) for name in HEAD[1:5]]
        lines.append((drill, *map(str, sums), "; or: ".join(dict.fromkeys(each.told for each in rounds))))
    return [f"| {' | '.join(line)} |" for line in lines]
