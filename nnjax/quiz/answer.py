"""The whole quiz in one call: train, print, write the page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nnjax.execution.cores import usable_cores
from nnjax.quiz.console import show_diabetes, show_gates, show_networks
from nnjax.quiz.networks import QuizEffort, answer_xor
from nnjax.quiz.page import Answers, write_page
from nnjax.quiz.perceptrons import answer_gates
from nnjax.quiz.regression import answer_diabetes, quiz_space
from nnjax.sweep.chosen_kernels import provide_kernels, settle_kernels
from nnjax.sweep.compilation_cache import cache_folder, enable_compilation_cache
from nnjax.sweep.progress import Progress, choose_progress
from nnjax.terminal import Say


@dataclass(frozen=True)
class QuizOptions:
    """How much of the quiz; at the defaults, what the lecture asks."""

    orders: int = 100
    """Random orders of the perceptron."""
    effort: QuizEffort = field(default_factory=lambda: QuizEffort(workers=len(usable_cores())))
    split_seeds: int = 20
    """Seeds of the diabetes network on the one split."""
    overrides: tuple[str, ...] = ()
    """Changes of the diabetes study, as `nnjax sweep --set` takes them."""
    progress: Callable[[], Progress] = choose_progress


def answer_quiz(home: Path, say: Say = print, options: QuizOptions | None = None) -> Path:
    """Answer the take-home quiz: say it on the console, and write reports/quiz/index.html, whose path is returned.

    Nothing is drawn by chance that a seed on the page does not fix. The runs of the diabetes study go through the
    journal and are not trained again; those of XOR have no other rows than those trained on, and are not kept.

    Raises:
        RefusedError: The study's runs are of kernels that this machine has not; nothing is trained.
        RuntimeError: If a training ends in an error.
    """
    options, home = options or QuizOptions(), Path(home)
    enable_compilation_cache(cache_folder(home))
    progress = options.progress()
    with progress.stage("Choosing what trains"):
        space = settle_kernels(quiz_space(options.overrides), home, builds=True)
        provide_kernels(space.kernels, home)
    with progress.stage("Training perceptrons"):
        gates = answer_gates(options.orders, options.effort.base_seed)
    say(show_gates(gates) + "\n")
    networks = answer_xor(options.effort, cache_folder(home), progress)
    say(show_networks(networks, options.effort.epochs) + "\n")
    diabetes = answer_diabetes(space, home, progress, options.split_seeds)
    say(show_diabetes(diabetes))
    answers = Answers(gates, networks, diabetes, options.effort)
    with progress.stage("Writing the page"):
        return write_page(answers, home / "reports" / "quiz")
