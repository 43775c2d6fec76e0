"""Runs that diverged: where, and would a smaller step have kept them?"""

from collections.abc import Iterator

from nnjax.report.alike import name_highest
from nnjax.report.findings.finding import Finding, compared, levels_of, next_study
from nnjax.report.formats import percent
from nnjax.report.study_results import StudyResults

MOST_DIVERGED = 0.02
"""Share of diverged runs above which it is worth a study."""

SMALLER_STEPS = (1 / 3, 1 / 10)
"""Steps that are tried, as parts of the one that diverged."""


def find_diverged(study_results: StudyResults) -> Iterator[Finding]:
    """More than a few runs turned infinite."""
    results = study_results.results
    is_diverged = results["status"] == "diverged"
    share = float(is_diverged.mean())
    if share <= MOST_DIVERGED:
        return
    by_cell = is_diverged.groupby(results["cell_id"], sort=False).mean()
    worst = str(by_cell.idxmax())
    pinned = levels_of(study_results, worst)
    rate = float(str({**study_results.space.study.fixed, **pinned}["learning_rate"]))
    key, smaller = "diverged", [float(f"{rate * part:.3g}") for part in SMALLER_STEPS]
    names = results.drop_duplicates("cell_id").set_index("cell_id")["cell"]
    cells = name_highest(names.loc[by_cell.index].tolist(), by_cell.tolist(), percent)
    claims = [compared("beats", study_results.terms.test, "learning_rate", level, rate) for level in smaller]
    yield Finding(
        key,
        f"{percent(share)} of the runs diverged, most of all {cells}: {percent(float(by_cell.max()))} of its runs. "
        f"Such a run counts with the lowest score, so its settings are judged by their failures.",
        next_study(
            study_results, key, "Does a smaller learning rate keep the runs that diverged?", pinned,
            {"learning_rate": [rate, *smaller]}, claims,
        ),
    )  # fmt: skip
