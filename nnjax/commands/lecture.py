"""The lecture's studies and its quiz."""

import argparse


def quiz(options: argparse.Namespace) -> int:
    """Answer the take-home quiz and say where the page is."""
    from nnjax.quiz.answer import answer_quiz

    page = answer_quiz(options.home)
    print(f"\nPage     {page}\n         open it in a browser: file://{page.resolve()}")
    return 0


def lecture(options: argparse.Namespace) -> int:
    """Run the lecture's studies, one after another; what is finished is not trained again."""
    from nnjax.pipeline import SweepOptions, sweep_study
    from nnjax.tour.studies import run_lecture

    choices = SweepOptions(workers=options.workers)
    outcome = run_lecture(options.home, options.studies, lambda space, home: sweep_study(space, home, choices))
    print(f"\nIndex    {outcome.page}\n         open it in a browser: file://{outcome.page.resolve()}")
    return 1 if outcome.problems else 0
