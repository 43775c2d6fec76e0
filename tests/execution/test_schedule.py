"""Workers stay with their programs, dearest first, and help in the end."""

from dataclasses import dataclass

from nnjax.execution.schedule import Schedule


@dataclass(frozen=True)
class Piece:
    program: str
    cost: float


def taken(schedule: Schedule[Piece], *workers: int) -> str:
    tasks = [schedule.take(worker) for worker in workers]
    return " ".join("-" if task is None else f"{task.program}{task.cost:g}" for task in tasks)


def test_the_dearest_program_goes_first_and_stays_with_its_worker() -> None:
    schedule = Schedule([Piece("cheap", 1), Piece("dear", 9), Piece("dear", 8), Piece("middle", 5)])
    assert taken(schedule, 0, 1, 0, 1) == "dear9 middle5 dear8 cheap1"
    assert taken(schedule, 0, 1) == "- -"


def test_a_free_worker_helps_where_most_work_is_left() -> None:
    schedule = Schedule([Piece("a", 3)] * 2 + [Piece("b", 1)] * 9 + [Piece("c", 1)])
    assert taken(schedule, 0, 1, 2) == "a3 b1 c1"
    assert taken(schedule, 2, 2) == "b1 b1"


def test_help_that_would_come_too_late_is_not_given() -> None:
    schedule = Schedule([Piece("a", 2)] * 3, fetching=3.0)
    assert taken(schedule, 0, 0, 1, 0) == "a2 a2 - a2"


def test_a_new_worker_in_an_old_place_has_no_program() -> None:
    a, b = Piece("a", 3), Piece("b", 2)
    schedule = Schedule([a, a, b, b])
    assert taken(schedule, 0, 0, 0) == "a3 a3 b2"
    schedule.forget(0, b)
    assert taken(schedule, 0) == "b2"


def test_nothing_is_left_after_cancelling() -> None:
    schedule = Schedule([Piece("a", 1)] * 3)
    schedule.cancel()
    assert taken(schedule, 0) == "-"


def test_what_a_worker_had_compiled_that_has_left_is_everybodys() -> None:
    schedule = Schedule([Piece("a", 2)] * 2, fetching=3.0)
    assert taken(schedule, 0, 1) == "a2 -"
    schedule.leave(0)
    assert taken(schedule, 1) == "a2"
