"""The lecture's studies and its quiz."""

import argparse

from nnjax.commands.pages import say_page


def quiz(options: argparse.Namespace) -> int:
    """Answer the take-home quiz and say where the page is."""
    from nnjax.quiz.answer import answer_quiz

    page = answer_quiz(options.home)
    say_page(page, "Page")
    return 0


def lecture(options: argparse.Namespace) -> int:
    """Run the lecture's studies, one after another; what is finished is not trained again."""
    from nnjax.pipeline import SweepOptions, sweep_study
    from nnjax.tour.studies import run_lecture

    choices = SweepOptions(workers=options.workers)
    outcome = run_lecture(options.home, options.studies, lambda space, home: sweep_study(space, home, choices))
    say_page(outcome.page, "Index")
    return 1 if outcome.problems else 0
