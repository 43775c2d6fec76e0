"""How to make any number again: commands, study file, versions."""

from dataclasses import replace

import pandas as pd

from nnjax.kernels.names import XLA, in_words, is_fused
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter, view_table
from nnjax.sweep.buckets import is_served
from nnjax.sweep.journal.record import SweepRecord
from nnjax.sweep.space import Space
from nnjax.sweep.study.factors import AUTO

RUNS_LISTED = 20


def reproduce_chapter(study_results: StudyResults) -> Chapter:
    """Commands that make the sweep, the report and a single run again."""
    study, record, terms = study_results.space.study, study_results.record, study_results.terms
    given, typed = study_results.given, study_results.command
    chosen = study_results.best.cell_ids[study_results.best.selection.chosen[0]]
    run = study_results.results[study_results.results["cell_id"] == chosen].iloc[0]
    facts = {
        "study": study,
        "kernels": kernels_sentence(study_results.space),
        "audit": study_results.audit,
        "audited": [replace(line, seen=study_results.with_commands(line.seen)) for line in study_results.audit.lines]
        if study_results.audit
        else [],
        "run": run,
        "commands": {
            "sweep": typed("sweep", *given, *(["--until-decided"] if study_results.logbook else [])),
            "report": typed("report", *given),
            "run": typed("run", run["run_id"]),
            "audit": typed("audit", *given),
            "results": typed("results", *given, "--out", "runs.csv"),
        },
    }
    scores = tuple(map(terms.judged.metric, ("validation", "test", "last_test")))
    shown = ("cell", "split", "seed_index", "status", "best_epoch", *scores, "run_id")
    tables = {"runs": view_table("runs", runs_table(study_results.results), None, RUNS_LISTED, shown)}
    if study_results.added is not None and len(study_results.added):
        tables["added_runs"] = view_table("added-runs", runs_table(study_results.added), None, RUNS_LISTED, shown)
    if record:
        tables["environment"] = view_table("environment", environment_table(record))
    return Chapter("reproduce", "How to reproduce any run", tables=tables, facts=facts)


def runs_table(results: pd.DataFrame) -> pd.DataFrame:
    """Every run with its identity and outcome, the columns of the results table."""
    scores = [column for column in results.columns if column.endswith("_score")]
    return results.drop(columns=scores)


def kernels_sentence(space: Space) -> str:
    """What the runs were trained by, and where the same command would train by something else."""
    others = sum(cell.configuration.kernels != space.kernels for cell in space.cells)
    if others == len(space.cells) or space.kernels == XLA:
        is_open = space.study.kernels == AUTO and any(is_served(cell.configuration) for cell in space.cells)
        elsewhere = (
            " Where there are fused operations, and none of these runs in the journal, the same command trains by "
            f"those; with `--set kernels={XLA}` it keeps to XLA."
        )
        return f"All runs were trained by {in_words(XLA)}.{elsewhere if is_open else ''}"
    apart = f", those of {others:,} cells, which no fused operation serves, by {in_words(XLA)}" if others else ""
    elsewhere = (
        " On a machine with others, and with none of these runs in the journal, the same command trains by what is "
        f"there: with `--set kernels={space.kernels}` it trains by these or not at all."
    )
    return (
        f"Runs were trained by {in_words(space.kernels)}{apart}: bit for bit the same again only with such vectors and "
        f"such a compiler.{'' if is_fused(space.study.kernels) else elsewhere}"
    )


def environment_table(record: SweepRecord) -> pd.DataFrame:
    """Machine and versions of the sweep."""
    begun = pd.Timestamp(record.started, unit="s", tz="UTC").strftime("%Y-%m-%d %H:%M UTC")
    lines = {"started": begun, **record.host, **record.versions, "git_commit": record.git_commit}
    return pd.DataFrame({"what": list(lines), "value": [str(value) for value in lines.values()]})
