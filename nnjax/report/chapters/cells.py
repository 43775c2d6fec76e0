"""Look into a cell: its replicates' curves, drawn by the page's script from what is packed in it."""

from nnjax.report.pack import Pack
from nnjax.report.study_results import StudyResults
from nnjax.report.views import Chapter


def cells_chapter(study_results: StudyResults, pack: Pack) -> Chapter:
    """A choice of cells, and the data of the script: curves of their runs."""
    facts = {
        "pack": pack.to_json(),
        "cells": len(pack.cells),
        "left_out": pack.left_out,
        "epochs": len(pack.epochs),
        "results_command": study_results.command(
            "results", *study_results.given, "--curves", "--out", "curves.parquet"
        ),
    }
    return Chapter("cells", "Look into a cell", facts=facts)
