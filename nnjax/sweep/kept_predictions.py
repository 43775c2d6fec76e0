"""Whether the journal has the predictions that a study chooses by; earlier versions kept those of test rows only."""

from nnjax.refusal import RefusedError
from nnjax.sweep.journal.journal import Journal
from nnjax.sweep.space import Space

CHOOSING = ("validation_prediction", "last_validation_prediction")


def refuse_without_predictions(space: Space, journal: Journal) -> None:
    """See that a study whose choices need predictions of validation rows has them of every run that is there.

    Raises:
        RefusedError: If it lacks some; nothing has been trained or written.
    """
    key = space.study.chosen_by
    if not key:
        return
    lacking, finished = journal.lacking(CHOOSING, {run.run_id for run in space.runs})
    if lacking:
        raise RefusedError(
            f"{space.study.path}: {key}: {lacking:,} of {finished:,} runs there were trained by a version of "
            "nnjax that kept no predictions of validation rows, so nothing can be chosen by them; remove "
            f"{key.partition(' ')[0]}, or train the study again in a home of its own: --home elsewhere"
        )
