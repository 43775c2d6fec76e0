"""What programs may rely on: how a command ends, and the JSON documents, of which each key is declared here."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnjax.redaction import masked

if TYPE_CHECKING:
    from nnjax.audit.stamp import AuditStamp
    from nnjax.claims.forecast import Foretold
    from nnjax.comparison.page import ComparedSweeps
    from nnjax.doctor.symptoms import Symptom
    from nnjax.sweep.plan import Plan
    from nnjax.sweep.space import Space


class ExitCode(IntEnum):
    """How a command may end; what each means stands in `EXIT_CODES`."""

    FINE = 0
    FOUND = 1
    REFUSED = 2
    CHANGED = 3
    INTERRUPTED = 130
    TERMINATED = 143


EXIT_CODES = {
    ExitCode.FINE: "all is well",
    ExitCode.FOUND: "something failed or was found wrong, and was said: sweep, lecture, run, audit, doctor, calibrate",
    ExitCode.REFUSED: "what was typed, a file or the machine is in the way; one line says what, and what to do",
    ExitCode.CHANGED: "report A B: a conclusion of A is another one in B",
    ExitCode.INTERRUPTED: "stopped by Ctrl-C; the same command goes on from there",
    ExitCode.TERMINATED: "stopped by SIGTERM, as by a batch system; the same command goes on from there",
}

DOCUMENTS: Mapping[str, Mapping[str, str]] = {
    "plan": {
        "study": "name of the study",
        "study_file": "its path",
        "cells": "settings of all factors",
        "replicates": "splits × seeds",
        "runs": "cells × replicates",
        "missing": "runs to train",
        "programs": "programs to compile, or to fetch from the cache",
        "kernels": "what trains: xla, or the full name of fused operations",
        "workers": "workers at once for which the minutes are",
        "minutes.train": "predicted minutes of compiling and training, nothing cached and nothing else on the machine",
        "minutes.baselines": "of fitting the baselines; 0 where an earlier report kept them",
        "minutes.track": "of telling MLflow",
        "minutes.report": "of writing the report",
        "minutes.wall": "of all of it, one after the other; 0, as all of them, where nothing is to train",
        "journal_mb": "megabytes by which the journal will grow",
        "mlflow_mb": "megabytes of the whole study in MLflow's database",
        "notes": "what is worth knowing before anything is trained, a sentence or two each",
        "doubt": "why no claim gets a verdict; empty where each may",
        "rows.train": "training rows of a split, the same in all",
        "rows.validation": "validation rows: the least and the most of all splits",
        "rows.test": "test rows, likewise",
        "rows.left_out": "rows of the table that are in no part of a split, likewise",
        "columns": "of a table of one's own: each column's name, kind, gaps, levels, what fills these, what it becomes",
        "buckets[].hidden_layer_sizes": "layers of the networks that share a program",
        "buckets[].batch_size": "their batch size",
        "buckets[].epochs": "their epochs",
        "buckets[].runs": "runs of theirs to train",
        "buckets[].chunks": "calls of the program",
        "buckets[].seconds": "predicted seconds of one worker",
        "claims[].claim": "name of the claim; those that join others are left out",
        "claims[].standing": "declared before training, declared after training, or not recorded",
        "claims[].settled": "why no training can turn it; empty where one can",
        "claims[].spreads": "standard deviations over splits that the next two are for",
        "claims[].is_assumed": "whether they are assumed, and not those of the journal's runs",
        "claims[].found": "smallest difference found with a probability of 80 %, for each of them",
        "claims[].half_widths": "half the width of the interval, for each of them",
        "claims[].is_hopeless": "whether these replicates cannot decide it",
        "claims[].is_too_coarse": "whether they cannot at its margin",
    },
    "results": {
        "study": "name of the study",
        "rows": "one a run, with --curves one a run, epoch, curve and layer; their keys are those of the glossary",
    },
    "report": {
        "page": "path of the page",
        "study": "name of the study",
        "question": "what it asks",
        "headline": "the report's answer in a sentence",
        "verdicts": "verdict -> number of declared claims",
        "runs": "runs that the study plans",
        "finished": "those that are finished",
        "data": "name of the table",
        "made": "when the report was written, in UTC",
        "declared": "standing to the training -> number of declared claims",
        "withdrawn": "claims that were taken out after training",
        "next": "paths of the studies that the report proposes",
    },
    "report A B": {
        "page": "path of the page",
        "A": "name of the first study",
        "B": "name of the second one",
        "relation": "same_splits, same_rows or other_rows",
        "words": "how many conclusions changed, in a sentence",
        "changed": "how many conclusions changed; the exit code is 3 if any did",
        "claims[].claim": "name of a claim that both declare",
        "claims[].verdict_A": "supported, practically equal, refuted, undecided or exploratory",
        "claims[].estimate_A": "estimated difference or quantity",
        "claims[].verdict_B": "as in A",
        "claims[].estimate_B": "as in A",
        "claims[].difference": "estimate in B less that in A; null where no interval can be given",
        "claims[].low": "lower end of its interval",
        "claims[].high": "upper end",
        "claims[].conclusion": "what became of it, in words",
        "claims[].is_same_claim": "whether both declare the same: arms, metric, margin",
        "claims[].is_changed": "whether the verdict is another one",
        "claims[].is_real": "whether the estimates differ by more than luck",
    },
    "audit": {
        "study": "name of the study",
        "made": "when, in UTC",
        "seed": "of the sample of runs that were trained again",
        "is_clean": "whether nothing was found",
        "lines[].what": "what was looked at",
        "lines[].seen": "what was seen",
        "lines[].is_ok": "whether it is fine; null if that cannot be seen on this machine",
    },
    "doctor": {
        "is_ok": "whether nothing is wrong",
        "symptoms[].what": "what was looked at",
        "symptoms[].seen": "what was seen",
        "symptoms[].remedy": "what to do; empty if all is well",
        "symptoms[].is_ok": "whether there is nothing to do",
    },
}
"""Command -> key of its document, `[]` where it is one of a list -> what it means."""


def say_json(document: Mapping[str, object]) -> None:
    """Print a document: null for what JSON has no number for, no password in any text."""
    print(json.dumps(_plain(document), ensure_ascii=False, allow_nan=False, indent=1))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, Sequence) else value


def plan_document(space: "Space", plan: "Plan", workers: int, notes: Sequence[str], told: "Foretold") -> dict[str, Any]:
    """What a study would cost, and what its claims can come to."""
    from nnjax.sweep.columns import read_as
    from nnjax.sweep.plan import sweep_minutes
    from nnjax.sweep.used_rows import used_rows

    minutes = sweep_minutes(space, plan, workers)
    numbers = ("cells", "replicates", "runs", "missing", "programs", "journal_mb", "mlflow_mb")
    return {
        "study": space.study.name,
        "study_file": space.study.path,
        **{name: getattr(plan, name) for name in numbers},
        "kernels": space.kernels,
        "workers": workers,
        "minutes": {**asdict(minutes), "wall": minutes.wall},
        "notes": notes,
        "doubt": told.doubt,
        "rows": asdict(used_rows(space)),
        "columns": [asdict(each) for each in read_as(space)],
        "buckets": [
            {
                **{name: getattr(part.bucket, name) for name in ("hidden_layer_sizes", "batch_size", "epochs")},
                **{name: getattr(part, name) for name in ("runs", "chunks", "seconds")},
            }
            for part in plan.buckets
        ],
        "claims": [
            {
                "claim": each.claim.name,
                "standing": told.declared.claims[each.claim.name].standing.value,
                "settled": each.settled,
                **each.findable._asdict(),
                "is_hopeless": each.is_hopeless,
                "is_too_coarse": each.is_too_coarse,
            }
            for each in told.forecasts
        ],
    }


def report_document(page: Path, following: Sequence[Path]) -> dict[str, Any]:
    """A report in a line, and the studies that it proposes."""
    from nnjax.report.summary import SUMMARY

    summary = json.loads(page.with_name(SUMMARY).read_text("utf-8"))
    return {"page": str(page), **summary, "next": [str(path) for path in following]}


def comparison_document(compared: "ComparedSweeps") -> dict[str, Any]:
    """Two sweeps side by side."""
    from nnjax.comparison.tables import compared_claims_table

    rows = compared_claims_table(compared.claims).to_dict("records")
    facts = ("is_same_claim", "is_changed", "is_real")
    return {
        "page": str(compared.page),
        "A": compared.studies[0],
        "B": compared.studies[1],
        "relation": compared.relation.name.lower(),
        "words": compared.words,
        "changed": len(compared.changed),
        "claims": [
            {**row, **{name: getattr(each, name) for name in facts}}
            for row, each in zip(rows, compared.claims, strict=True)
        ],
    }


def audit_document(study: str, stamp: "AuditStamp") -> dict[str, Any]:
    """An audit."""
    return {"study": study, "is_clean": stamp.is_clean, **asdict(stamp)}


def doctor_document(symptoms: Sequence["Symptom"]) -> dict[str, Any]:
    """What was looked at, and what to do."""
    seen = [{**asdict(each), "is_ok": each.is_ok} for each in symptoms]
    return {"is_ok": all(each.is_ok for each in symptoms), "symptoms": seen}
