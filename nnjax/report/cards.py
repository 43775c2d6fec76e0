"""Cards: a handful of near-square pictures with large type, for the tracking server's chart page."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from nnjax.metrics import EPOCHS_TO_TARGET
from nnjax.report.chapters.scores import all_models, model_rows
from nnjax.report.drawing import CARD, Draw, draw_card, level_looks
from nnjax.report.figures.curves import draw_steps, steps_table
from nnjax.report.figures.epochs import draw_epochs, epochs_table
from nnjax.report.figures.scores import draw_intervals
from nnjax.report.pictures import first_pictures
from nnjax.report.setting import first_setting
from nnjax.report.study_results import StudyResults

NAME_MARGIN = 158
"""Left margin of the card with the models' names."""


def write_cards(study_results: StudyResults, folder: Path) -> None:
    """Draw the cards, files of a short name: the page's first pictures, and three more, at the same setting."""
    for stale in folder.glob("*.png"):
        stale.unlink()
    layout, terms, setting = study_results.layout, study_results.terms, first_setting(study_results)
    runs, factor = setting.runs(study_results.chosen), setting.factor
    place = layout.describe(setting.held, [name for name in (layout.panel,) if name in setting.held])
    legend = level_looks(layout, study_results.palette, factor, runs[factor].unique().tolist())
    steps = partial(draw_steps, steps_table(runs, [factor]), palette=study_results.palette, factor=factor)
    cells = epochs_table(study_results.results, [factor])
    epochs = partial(
        draw_epochs, cells, palette=study_results.palette, factor=factor, metric=f"{terms.test} (best epoch)"
    )
    pictures = first_pictures(study_results, setting)
    drawings: dict[str, tuple[str, Draw]] = {each.name: (f"{each.quantity}, {place}", each.draw) for each in pictures}
    drawings[EPOCHS_TO_TARGET] = (f"share of runs at target, {place}", steps)
    drawings["last_epoch"] = (
        f"{terms.last_test} against {terms.test}",
        epochs,
    )
    for name, (title, draw) in drawings.items():
        draw_card(folder / f"{name}.png", title.strip(", "), draw, legend)
    title = f"{terms.test} minus that of {terms.reference}"
    models = model_rows(study_results, all_models(study_results))
    named = models.assign(name=models["name"].str.removeprefix("network, "))
    draw_models = partial(draw_intervals, named, margin=terms.margin)
    draw_card(folder / "models.png", title, draw_models, (), replace(CARD, left=NAME_MARGIN))
